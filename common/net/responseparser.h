// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/bodydecoder.h"
#include "common/net/fieldparser.h"

#include <variant>

namespace ci::net {

/// An answer's first line and fields.
struct ResponseHead
{
    int status = 0;
    Headers headers;
    bool keepAlive = true;
};

/// A whole head, as HeadScanner found it.
std::variant<ResponseHead, HttpRefusal> parseResponseHead(QByteArrayView head, int maxFields);

/// How the answer's body ends (RFC 9112, 6.3).
std::variant<BodyDecoder, HttpRefusal> answerBody(const ResponseHead &head, QByteArrayView method);

} // namespace ci::net
