// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/bodystream.h"
#include "coordinator/forge/gittransfer.h"

#include <memory>

namespace ci::forge {

/// Asks for a request's body and starts the transfer with it, on the connection's thread; all else
/// follows from that. Any thread.
void beginTransfer(TransferOrder order);

/// The answer's body: what git says.
std::shared_ptr<BodySource> answerBody(std::shared_ptr<GitTransfer> transfer);

} // namespace ci::forge
