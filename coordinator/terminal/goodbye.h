// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/websocket.h"

#include <memory>

namespace ci::terminal {

/// Closes a socket whose owner does not wait: the goodbye takes up to five seconds, in which it is a
/// child of `parent`. Nobody may be connected to it any more.
void sayGoodbye(std::unique_ptr<net::WebSocket> socket,
                QObject *parent,
                net::CloseCode code,
                QByteArrayView reason);

} // namespace ci::terminal
