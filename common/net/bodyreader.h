// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/bodystream.h"
#include "common/net/bodydecoder.h"

#include <memory>
#include <optional>

namespace ci::net {

/// One body on its way in: decoded, counted against a maximum, and given to a sink or collected.
class BodyReader
{
public:
    BodyReader(BodyDecoder decoder, qint64 maximumBytes, std::shared_ptr<BodySink> sink);
    ~BodyReader();
    BodyReader(const BodyReader &) = delete;
    BodyReader &operator=(const BodyReader &) = delete;

    /// Returns how much it took; stops at the end, at an error, and while the sink is full.
    qsizetype feed(QByteArrayView bytes);
    void endOfInput();

    bool isBlocked() const { return m_sink != nullptr && m_sink->isFull(); }
    bool isComplete() const { return m_complete; }
    const std::optional<Error> &error() const { return m_error; }
    qint64 received() const { return m_received; }
    QByteArray takeCollected() { return std::move(m_collected); }

private:
    void take(QByteArrayView payload);
    void settle();

    BodyDecoder m_decoder;
    qint64 m_maximum;
    std::shared_ptr<BodySink> m_sink;
    QByteArray m_collected;
    qint64 m_received = 0;
    bool m_complete = false;
    std::optional<Error> m_error;
};

} // namespace ci::net
