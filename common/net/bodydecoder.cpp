// SPDX-License-Identifier: MIT
#include "common/net/bodydecoder.h"

#include "common/net/syntax.h"

#include <algorithm>

namespace ci::net {

namespace {
// 15 hexadecimal digits are 2^60: no chunk is larger, and nothing can overflow.
constexpr int MaxSizeDigits = 15;
// Extensions and trailers of a whole body. Nobody here uses them; without a bound they are work for
// nothing (one byte chunks with long extensions).
constexpr int MaxSkipped = 16 * 1024;
} // namespace

BodyDecoder BodyDecoder::ofLength(qint64 length)
{
    BodyDecoder decoder;
    decoder.m_left = length;
    decoder.m_state = length > 0 ? State::Length : State::Done;
    return decoder;
}

BodyDecoder BodyDecoder::chunked()
{
    BodyDecoder decoder;
    decoder.m_state = State::ChunkSize;
    return decoder;
}

BodyDecoder BodyDecoder::untilClose()
{
    BodyDecoder decoder;
    decoder.m_state = State::UntilClose;
    return decoder;
}

void BodyDecoder::fail(QByteArray reason)
{
    m_state = State::Failed;
    m_error = std::move(reason);
}

BodyDecoder::Step BodyDecoder::payloadStep(QByteArrayView bytes)
{
    if (m_state == State::UntilClose) {
        return {bytes.size(), bytes};
    }
    const auto size = static_cast<qsizetype>(std::min<qint64>(m_left, bytes.size()));
    m_left -= size;
    if (m_left == 0) {
        m_state = m_state == State::Length ? State::Done : State::ChunkDataCr;
    }
    return {size, bytes.first(size)};
}

BodyDecoder::Step BodyDecoder::next(QByteArrayView bytes)
{
    qsizetype consumed = 0;
    while (consumed < bytes.size()) {
        if (m_state == State::Done || m_state == State::Failed) {
            break;
        }
        if (m_state == State::Length || m_state == State::UntilClose || m_state == State::ChunkData) {
            Step step = payloadStep(bytes.sliced(consumed));
            step.consumed += consumed;
            return step;
        }
        takeControl(bytes[consumed++]);
    }
    return {consumed, {}};
}

void BodyDecoder::takeControl(char c)
{
    switch (m_state) {
    case State::ChunkSize:
        takeSize(c);
        break;
    case State::ChunkExtension:
        takeSkipped(c, State::ChunkSizeEnd);
        break;
    case State::ChunkSizeEnd:
        expect(c, '\n', m_left > 0 ? State::ChunkData : State::TrailerStart);
        break;
    case State::ChunkDataCr:
        expect(c, '\r', State::ChunkDataLf);
        break;
    case State::ChunkDataLf:
        m_sizeDigits = 0;
        expect(c, '\n', State::ChunkSize);
        break;
    case State::TrailerStart:
        if (c == '\r') {
            m_state = State::TrailerEnd;
        } else {
            m_state = State::TrailerLine;
            takeSkipped(c, State::TrailerLineEnd);
        }
        break;
    case State::TrailerLine:
        takeSkipped(c, State::TrailerLineEnd);
        break;
    case State::TrailerLineEnd:
        expect(c, '\n', State::TrailerStart);
        break;
    case State::TrailerEnd:
        expect(c, '\n', State::Done);
        break;
    case State::Length:
    case State::UntilClose:
    case State::ChunkData:
    case State::Done:
    case State::Failed:
        break;
    }
}

void BodyDecoder::takeSize(char c)
{
    const int digit = hexDigit(c);
    if (digit >= 0) {
        if (++m_sizeDigits > MaxSizeDigits) {
            fail("a chunk is too large");
            return;
        }
        m_left = m_left * 16 + digit;
        return;
    }
    if (m_sizeDigits == 0) {
        fail("a chunk has no size");
    } else if (c == '\r') {
        m_state = State::ChunkSizeEnd;
    } else if (c == ';') {
        m_state = State::ChunkExtension;
    } else {
        fail("a chunk's size is malformed");
    }
}

void BodyDecoder::takeSkipped(char c, State atReturn)
{
    if (c == '\r') {
        m_state = atReturn;
        return;
    }
    if (!isFieldText(QByteArrayView(&c, 1))) {
        fail("a chunked body holds a stray control character");
    } else if (++m_skipped > MaxSkipped) {
        fail("too many chunk extensions or trailers");
    }
}

void BodyDecoder::expect(char c, char wanted, State then)
{
    if (c == wanted) {
        m_state = then;
    } else {
        fail("a chunk does not end where its size says");
    }
}

void BodyDecoder::endOfInput()
{
    if (m_state == State::UntilClose) {
        m_state = State::Done;
    } else if (m_state != State::Done && m_state != State::Failed) {
        fail("the body was cut short");
    }
}

QByteArray chunkHead(qint64 size)
{
    return QByteArray::number(size, 16) + "\r\n";
}

} // namespace ci::net
