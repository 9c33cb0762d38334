// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/conditional.h"
#include "common/net/message.h"

#include <QString>

namespace ci::api {

/// An answer with bytes that a job made: always a download, never a page of ours (no sniffing, and
/// in a sandbox should a browser show it after all).
net::Response download(const QString &fileName, std::shared_ptr<BodySource> source);

/// `attachment; filename="…"` with the name made harmless (RFC 6266).
QByteArray attachment(const QString &fileName);

/// Status, Content-Range and Accept-Ranges of an answer about `size` bytes.
void addRange(net::Response &response, const net::RangeDecision &range, qint64 size);
net::ByteRange rangeOf(const net::RangeDecision &range, qint64 size);

} // namespace ci::api
