// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/fieldparser.h"
#include "common/net/message.h"

#include <variant>

namespace ci::net {

/// A whole head (as HeadScanner found it, with its empty line) to a checked RequestHead. Pure; peer
/// and secure are the caller's to set.
std::variant<RequestHead, HttpRefusal> parseRequestHead(QByteArrayView head, int maxFields);

} // namespace ci::net
