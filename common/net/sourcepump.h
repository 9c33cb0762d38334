// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/responsewriter.h"

#include <functional>
#include <memory>

namespace ci::net {

class Transport;

/// Pumps a body out of its source as fast as the peer takes it: at most 256 KiB wait.
class SourcePump
{
public:
    enum class Progress : quint8 {
        Done, ///< All given to the transport.
        Blocked, ///< Until the transport has written some.
        Starved, ///< Until the source wakes.
        Yielded, ///< More could go at once, but others want their turn: pump again from the loop.
        Failed, ///< The message cannot be completed: cut the connection.
    };

    SourcePump(std::shared_ptr<BodySource> source, BodyFraming framing, std::optional<qint64> length);
    ~SourcePump();
    SourcePump(const SourcePump &) = delete;
    SourcePump &operator=(const SourcePump &) = delete;

    Progress pump(Transport &transport);

private:
    Progress finish(Transport &transport);
    bool send(Transport &transport, const QByteArray &bytes);

    std::shared_ptr<BodySource> m_source;
    BodyFraming m_framing;
    std::optional<qint64> m_left;
    bool m_finished = false;
};

} // namespace ci::net
