// SPDX-License-Identifier: MIT
#include "common/net/sourcepump.h"

#include "common/net/bodydecoder.h"
#include "common/net/log.h"
#include "common/net/transport.h"

namespace ci::net {

namespace {
// What may wait for the peer: enough to keep a fast line busy, little enough for thousands.
constexpr qint64 HighWater = 256 * 1024;
// Chunks up to this are copied into one write.
constexpr qint64 SmallPiece = 4096;
// Given away in one go: a fast source and a fast peer must not keep the thread's others waiting.
constexpr qint64 TurnBytes = 1024 * 1024;
constexpr qint64 PieceBytes = 64 * 1024;
} // namespace

SourcePump::SourcePump(std::shared_ptr<BodySource> source,
                       BodyFraming framing,
                       std::optional<qint64> length)
    : m_source(std::move(source))
    , m_framing(framing)
    , m_left(framing == BodyFraming::Length ? length : std::nullopt)
{
}

SourcePump::~SourcePump()
{
    m_source->setWake({}); // It may outlive us with its other owner.
}

SourcePump::Progress SourcePump::pump(Transport &transport)
{
    qint64 given = 0;
    while (!m_finished) {
        if (m_source->atEnd()) {
            return finish(transport);
        }
        if (transport.bytesToWrite() >= HighWater) {
            return Progress::Blocked;
        }
        if (given >= TurnBytes) {
            return Progress::Yielded;
        }
        const Result<QByteArray> piece = m_source->read(PieceBytes);
        if (!piece) {
            qCWarning(lcNet, "body source failed reason=%s", qUtf8Printable(piece.error().detail));
            return Progress::Failed;
        }
        if (piece->isEmpty()) {
            if (m_source->atEnd()) {
                continue;
            }
            return Progress::Starved;
        }
        given += piece->size();
        if (!send(transport, *piece)) {
            return Progress::Failed;
        }
    }
    return Progress::Done;
}

bool SourcePump::send(Transport &transport, const QByteArray &bytes)
{
    if (m_framing == BodyFraming::Chunked) {
        if (bytes.size() <= SmallPiece) {
            transport.write(chunkHead(bytes.size()) + bytes + "\r\n");
            return true;
        }
        transport.writeShared(chunkHead(bytes.size()), bytes);
        transport.write("\r\n");
        return true;
    }
    if (m_left) {
        *m_left -= bytes.size();
        if (*m_left < 0) {
            qCWarning(lcNet, "body source gave more than it said");
            return false;
        }
    }
    transport.writeShared({}, bytes);
    return true;
}

SourcePump::Progress SourcePump::finish(Transport &transport)
{
    if (m_left.value_or(0) != 0) {
        qCWarning(lcNet, "body source gave less than it said missing=%lld", *m_left);
        return Progress::Failed;
    }
    m_finished = true;
    if (m_framing == BodyFraming::Chunked) {
        transport.write("0\r\n\r\n");
    }
    return Progress::Done;
}

} // namespace ci::net
