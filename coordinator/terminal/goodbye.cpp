// SPDX-License-Identifier: MIT
#include "coordinator/terminal/goodbye.h"

namespace ci::terminal {

void sayGoodbye(std::unique_ptr<net::WebSocket> socket,
                QObject *parent,
                net::CloseCode code,
                QByteArrayView reason)
{
    net::WebSocket *leaving = socket.release();
    leaving->setParent(parent);
    QObject::connect(leaving, &net::WebSocket::closed, leaving, &QObject::deleteLater);
    leaving->setPaused(false);
    leaving->close(code, reason);
}

} // namespace ci::terminal
