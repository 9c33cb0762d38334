// SPDX-License-Identifier: MIT
#include "common/net/endpoint.h"

#include <algorithm>
#include <array>

namespace ci::net {

using namespace Qt::StringLiterals;

namespace {

struct Scheme
{
    QLatin1StringView name;
    bool secure;
};

constexpr std::array Schemes {
    Scheme {"http"_L1, false},
    Scheme {"https"_L1, true},
    Scheme {"ws"_L1, false},
    Scheme {"wss"_L1, true},
};

constexpr quint16 standardPort(bool secure)
{
    return secure ? 443 : 80;
}

QString bracketed(const QString &host)
{
    return host.contains(u':') ? u'[' + host + u']' : host;
}

} // namespace

Result<Endpoint> Endpoint::of(const QUrl &url)
{
    const QString name = url.scheme();
    const auto scheme = std::find_if(Schemes.begin(), Schemes.end(), [&name](const Scheme &row) {
        return row.name == name;
    });
    if (!url.isValid() || scheme == Schemes.end() || url.host().isEmpty()) {
        return invalid(u"\"%1\" is no address of a server"_s.arg(
            url.toString(QUrl::RemoveUserInfo | QUrl::RemoveQuery)));
    }
    const int port = url.port(standardPort(scheme->secure));
    return Endpoint {scheme->secure, url.host(QUrl::FullyEncoded), static_cast<quint16>(port), {}};
}

QByteArray Endpoint::authority() const
{
    const QByteArray name = bracketed(host).toLatin1();
    return port == standardPort(secure) ? name : name + ':' + QByteArray::number(port);
}

QString Endpoint::target() const
{
    return address.isNull() ? host : address.toString();
}

QString Endpoint::text() const
{
    return u"%1:%2"_s.arg(bracketed(host)).arg(port);
}

QByteArray requestTarget(const QUrl &url)
{
    QByteArray target = url.path(QUrl::FullyEncoded).toLatin1();
    if (!target.startsWith('/')) {
        target.prepend('/');
    }
    if (url.hasQuery()) {
        target += '?' + url.query(QUrl::FullyEncoded).toLatin1();
    }
    return target;
}

} // namespace ci::net
