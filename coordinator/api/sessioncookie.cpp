// SPDX-License-Identifier: MIT
#include "coordinator/api/sessioncookie.h"

#include "common/net/credentials.h"

namespace ci::api {

QByteArray sessionCookie(const Site &site, const QByteArray &value, std::chrono::seconds age)
{
    net::CookieOptions options;
    options.maxAgeSeconds = age.count();
    options.secure = site.isSecure();
    return net::setCookie(SessionCookie, value, options);
}

} // namespace ci::api
