// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/net/fieldparser.h"
#include "common/net/message.h"

#include <variant>

namespace ci::net {

/// True: a well-formed WebSocket handshake (RFC 6455, 4.2.1); false: an ordinary request; refusal:
/// meant as one, but of another version or malformed.
std::variant<bool, HttpRefusal> checkHandshake(const RequestHead &head);

/// Sec-WebSocket-Accept for a key.
QByteArray acceptKey(QByteArrayView key);

/// A fresh Sec-WebSocket-Key.
QByteArray makeKey();

/// What the client offers, in its order.
QList<QByteArray> offeredSubprotocols(const Headers &headers);

/// The 101. Field values must be checked by the caller.
QByteArray switchingAnswer(QByteArrayView key, QByteArrayView subprotocol, const Headers &further);

/// The client's check of a 101 (RFC 6455, 4.1): the subprotocol agreed on, empty where none was asked.
Result<QByteArray> checkSwitching(const Headers &headers,
                                  QByteArrayView key,
                                  const QList<QByteArray> &subprotocols);

} // namespace ci::net
