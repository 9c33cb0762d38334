// SPDX-License-Identifier: MIT
#include "coordinator/api/site.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

int usualPort(const QString &scheme)
{
    return scheme == "https"_L1 ? 443 : 80;
}

/// An IPv4 address that came through an IPv6 socket.
QHostAddress plainAddress(const QHostAddress &address)
{
    bool isMapped = false;
    const quint32 four = address.toIPv4Address(&isMapped);
    return isMapped ? QHostAddress(four) : address;
}

/// "10.0.0.1", "10.0.0.1:4711", "[::1]:4711", "::1".
QHostAddress forwardedAddress(QByteArrayView text)
{
    QString name = QString::fromLatin1(text.trimmed());
    if (name.startsWith(u'[')) {
        name = name.mid(1, name.indexOf(u']') - 1);
    } else if (name.count(u':') == 1) {
        name = name.section(u':', 0, 0);
    }
    return QHostAddress(name);
}

/// Scheme, host and port of a page that was opened at this Host over this connection.
QByteArray originOfHost(const net::RequestHead &head, QByteArrayView scheme)
{
    return scheme.toByteArray() + "://" + head.headers.value("host", {}).toLower();
}

} // namespace

QString Site::link(const QString &path) const
{
    return QString::fromLatin1(origin()) + path;
}

QByteArray Site::origin() const
{
    QByteArray text =
        url.scheme().toLatin1() + "://" + url.host(QUrl::FullyEncoded).toLatin1().toLower();
    if (url.host().contains(u':')) {
        text = url.scheme().toLatin1() + "://[" + url.host().toLatin1() + ']';
    }
    if (url.port() > 0 && url.port() != usualPort(url.scheme())) {
        text += ':' + QByteArray::number(url.port());
    }
    return text;
}

bool Site::isOurHost(QByteArrayView host) const
{
    QString name = QString::fromLatin1(host).toLower();
    if (name.startsWith(u'[')) {
        name = name.mid(1, name.indexOf(u']') - 1);
    } else {
        name = name.section(u':', 0, 0);
    }
    const bool isAddress = !QHostAddress(name).isNull();
    return isAddress || name == "localhost"_L1 || name == url.host().toLower()
        || allowedHosts.contains(name, Qt::CaseInsensitive);
}

bool Site::isOurOrigin(const net::RequestHead &head, QByteArrayView given) const
{
    const QByteArray lower = given.toByteArray().toLower();
    if (lower == origin()) {
        return true;
    }
    // Opened by another of our names: then Origin and Host are one, and the Host was checked.
    const QByteArray scheme = head.secure ? "https"_ba : "http"_ba;
    return isOurHost(head.headers.value("host", {})) && lower == originOfHost(head, scheme);
}

bool Site::isTrusted(const QHostAddress &address) const
{
    return std::any_of(trustedProxies.begin(), trustedProxies.end(), [&address](const auto &net) {
        return address.isInSubnet(net);
    });
}

QHostAddress Site::callerOf(const net::RequestHead &head) const
{
    QHostAddress caller = plainAddress(head.peer);
    QList<QByteArray> hops;
    for (const net::Headers::Field &field : head.headers.fields()) {
        if (field.name.compare("x-forwarded-for", Qt::CaseInsensitive) == 0) {
            hops += field.value.split(',');
        }
    }
    // From the nearest hop outwards: each is believed only as long as its reporter is ours.
    while (isTrusted(caller) && !hops.isEmpty()) {
        const QHostAddress next = forwardedAddress(hops.takeLast());
        if (next.isNull()) {
            break;
        }
        caller = plainAddress(next);
    }
    return caller;
}

} // namespace ci::api
