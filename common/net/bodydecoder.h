// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

namespace ci::net {

/// Takes a message's body out of a stream of bytes, by its framing (RFC 9112, 6 and 7.1). Chunk
/// extensions and trailers are checked, bounded and dropped; a line without CR is an error.
class BodyDecoder
{
public:
    static BodyDecoder none() { return ofLength(0); }
    static BodyDecoder ofLength(qint64 length);
    static BodyDecoder chunked();
    static BodyDecoder untilClose();

    struct Step
    {
        qsizetype consumed = 0;
        QByteArrayView payload; ///< Inside the bytes given; may be empty.
    };

    /// At most one piece of payload. Consumes nothing more once done or failed.
    Step next(QByteArrayView bytes);

    /// The stream ended: complete only if that is how this body ends.
    void endOfInput();

    bool isDone() const { return m_state == State::Done; }
    const std::optional<QByteArray> &error() const { return m_error; }

private:
    enum class State : quint8 {
        Length,
        UntilClose,
        ChunkSize,
        ChunkExtension,
        ChunkSizeEnd,
        ChunkData,
        ChunkDataCr,
        ChunkDataLf,
        TrailerStart,
        TrailerLine,
        TrailerLineEnd,
        TrailerEnd,
        Done,
        Failed,
    };

    Step payloadStep(QByteArrayView bytes);
    void takeControl(char c);
    void takeSize(char c);
    void takeSkipped(char c, State atReturn);
    void expect(char c, char wanted, State then);
    void fail(QByteArray reason);

    State m_state = State::Length;
    qint64 m_left = 0; ///< Of the body or the chunk.
    int m_sizeDigits = 0;
    int m_skipped = 0; ///< Bytes of extensions and trailers so far.
    std::optional<QByteArray> m_error;
};

/// A chunk's first line for `size` bytes; after them comes "\r\n". Zero sized ends the body.
QByteArray chunkHead(qint64 size);

} // namespace ci::net
