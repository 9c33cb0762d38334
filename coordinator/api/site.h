// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/message.h"

#include <QList>
#include <QPair>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <chrono>

namespace ci::api {

/// How the coordinator is reached from outside, and whom it believes. Set up before the first
/// request, read from any thread afterwards.
struct Site
{
    QUrl url; ///< Without a path: "https://ci.example.com".
    QStringList allowedHosts; ///< Further names that browsers may use.
    QList<QPair<QHostAddress, int>> trustedProxies;
    QByteArray version;
    QByteArray revision;
    qint64 maxBodyBytes = 4 << 20;
    std::chrono::seconds longPollTime {50};
    bool allowRegistration = true;

    QString link(const QString &path) const; ///< An absolute address of ours.
    QByteArray origin() const; ///< "https://ci.example.com"; a port only where it is not the usual.
    bool isSecure() const { return url.scheme() == QLatin1StringView("https"); }

    /// Whether a browser may have called us by this Host: the site's own, a name from the setting,
    /// localhost or an address. A foreign name is DNS rebinding.
    bool isOurHost(QByteArrayView host) const;
    /// Whether a page of this Origin is ours. A page that was opened by another allowed address has
    /// its own Host as origin.
    bool isOurOrigin(const net::RequestHead &head, QByteArrayView origin) const;

    /// Who calls: behind trusted proxies the nearest address that is none of them.
    QHostAddress callerOf(const net::RequestHead &head) const;

private:
    bool isTrusted(const QHostAddress &address) const;
};

} // namespace ci::api
