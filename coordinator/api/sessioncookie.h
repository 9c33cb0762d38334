// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/site.h"

#include <chrono>

namespace ci::api {

inline constexpr QByteArrayView SessionCookie {"capstan_session"};

/// A Set-Cookie header's value. Age zero: the browser is to forget the cookie.
QByteArray sessionCookie(const Site &site, const QByteArray &value, std::chrono::seconds age);

} // namespace ci::api
