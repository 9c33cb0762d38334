// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secret.h"
#include "common/net/headers.h"

#include <optional>

namespace ci::net {

struct BasicCredentials
{
    QByteArray user;
    Secret password;
};

/// From "Authorization: Basic …" (RFC 7617); nothing where it is absent or malformed.
std::optional<BasicCredentials> basicCredentials(const Headers &request);

/// From "Authorization: Bearer …" (RFC 6750).
std::optional<Secret> bearerToken(const Headers &request);

/// The first cookie of that name; quotes around its value are taken off. At most 100 are looked at.
std::optional<QByteArray> cookie(const Headers &request, QByteArrayView name);

struct CookieOptions
{
    QByteArray path = "/";
    qint64 maxAgeSeconds = -1; ///< Below 0: until the browser closes. 0: deleted.
    bool secure = false;
    bool httpOnly = true;
    QByteArray sameSite = "Lax";
};

/// A Set-Cookie value. `value` must consist of cookie-octets (tokens do); else empty.
QByteArray setCookie(QByteArrayView name, QByteArrayView value, const CookieOptions &options);

} // namespace ci::net
