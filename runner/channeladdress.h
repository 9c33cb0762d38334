// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secret.h"
#include "common/net/headers.h"

#include <QSslConfiguration>
#include <QUrl>

#include <optional>

namespace ci::runner {

/// How the coordinator is reached, for channel and terminals of one [[runners]] entry.
struct CoordinatorAddress
{
    QUrl url; ///< http or https, as in the configuration; a path prefix is kept.
    Secret token; ///< The runner's.
    QByteArray systemId;
    std::optional<QSslConfiguration> tls;
};

/// `path` below the coordinator's address.
QUrl endpoint(const CoordinatorAddress &address, const QString &path);
/// RUNNER-TOKEN and X-System-Id.
net::Headers credentials(const CoordinatorAddress &address);

} // namespace ci::runner
