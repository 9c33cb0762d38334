// SPDX-License-Identifier: MIT
#include "common/net/transport.h"

#include <algorithm>
#include <cstring>

namespace ci::net {

qint64 Transport::read(char *data, qint64 maximum)
{
    if (m_unread.isEmpty()) {
        return receive(data, maximum);
    }
    const qint64 taken = std::min<qint64>(maximum, m_unread.size());
    std::memcpy(data, m_unread.constData(), static_cast<size_t>(taken));
    m_unread.remove(0, taken);
    if (m_unread.isEmpty()) {
        m_unread = QByteArray(); // Gives its memory back.
    }
    return taken;
}

bool Transport::isQuiet()
{
    char byte = 0;
    return isWritable() && read(&byte, 1) == 0;
}

QHostAddress unmapped(const QHostAddress &address)
{
    bool isMapped = false;
    const quint32 v4 = address.toIPv4Address(&isMapped);
    return isMapped && address.protocol() == QAbstractSocket::IPv6Protocol ? QHostAddress(v4) : address;
}

} // namespace ci::net
