// SPDX-License-Identifier: MIT
// The frame reader in both roles: the same messages and the same failure wherever the bytes are cut,
// and never more memory than the limit says.
#include "common/net/frames.h"
#include "common/net/websocket.h"

#include <cstdlib>

namespace {

using namespace ci::net;

constexpr qint64 Limit = 4096;

void require(bool truth)
{
    if (!truth) {
        std::abort();
    }
}

QByteArray readAll(FrameReader::Masking masking, QByteArrayView bytes, qsizetype cut)
{
    FrameReader reader(masking);
    reader.setMaxMessageBytes(Limit);
    QByteArray seen;
    for (QByteArrayView piece : {bytes.first(cut), bytes.sliced(cut)}) {
        while (!piece.isEmpty() && !reader.failure()) {
            const qsizetype consumed = reader.feed(piece);
            require(consumed > 0 && consumed <= piece.size());
            piece = piece.sliced(consumed);
            if (const auto message = reader.takeMessage()) {
                require(message->payload.size() <= Limit && message->opcode != Opcode::Continuation);
                if (message->opcode == Opcode::Close) {
                    parseClose(message->payload);
                }
                seen += static_cast<char>(message->opcode) + message->payload;
            }
        }
    }
    if (reader.failure()) {
        seen += "failed" + QByteArray::number(static_cast<int>(reader.failure()->code));
    }
    return seen;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArrayView bytes(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    const qsizetype cut = size == 0 ? 0 : data[size / 2] % (bytes.size() + 1);
    for (const auto masking : {FrameReader::Masking::Required, FrameReader::Masking::Forbidden}) {
        require(readAll(masking, bytes, cut) == readAll(masking, bytes, 0));
    }
    return 0;
}
