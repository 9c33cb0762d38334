// SPDX-License-Identifier: MIT
#include "runner/channeladdress.h"

using namespace Qt::StringLiterals;

namespace ci::runner {

QUrl endpoint(const CoordinatorAddress &address, const QString &path)
{
    QUrl url = address.url;
    QString prefix = url.path();
    while (prefix.endsWith(u'/')) {
        prefix.chop(1);
    }
    url.setPath(prefix + path);
    return url;
}

net::Headers credentials(const CoordinatorAddress &address)
{
    net::Headers headers;
    headers.set("RUNNER-TOKEN", address.token.reveal());
    headers.set("X-System-Id", address.systemId);
    return headers;
}

} // namespace ci::runner
