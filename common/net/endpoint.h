// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QHostAddress>
#include <QUrl>

namespace ci::net {

/// Where a URL's connection goes to.
struct Endpoint
{
    bool secure = false;
    QString host;
    quint16 port = 0;
    QHostAddress address {}; ///< Where the connection goes; null: to what the host's name means.

    /// From http, https, ws and wss.
    static Result<Endpoint> of(const QUrl &url);
    /// For the Host field: the port only where it is not the scheme's own.
    QByteArray authority() const;
    QString target() const; ///< What to connect to: the address, or the name.
    QString text() const; ///< For a person: "host:port".

    friend bool operator==(const Endpoint &, const Endpoint &) = default;
};

/// What stands in the request line for a URL.
QByteArray requestTarget(const QUrl &url);

} // namespace ci::net
