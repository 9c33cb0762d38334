// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/message.h"

namespace ci::net {

/// Bytes that do not change while the program runs: files of the page.
struct StaticAsset
{
    QByteArray bytes;
    QByteArray gzip; ///< The same compressed; empty: there is none.
    QByteArray type; ///< Content-Type.
    QByteArray etag; ///< Of `bytes`, with quotes: makeEtag() once.
    bool immutable = false; ///< Its name changes with its content: cached for a year.
};

/// Answers GET and HEAD with 200, 206, 304 or 416, compressed where the client takes it and asks for
/// no range; other methods with 405.
Response answerAsset(const StaticAsset &asset, const RequestHead &request);

} // namespace ci::net
