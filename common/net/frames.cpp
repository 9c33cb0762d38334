// SPDX-License-Identifier: MIT
#include "common/net/frames.h"

#include "common/net/websocket.h"

#include <QtEndian>

#include <algorithm>
#include <cstring>

namespace ci::net {

namespace {

constexpr qint64 MaxControlPayload = 125; // RFC 6455, 5.5
// Allocated for a message at once; beyond it grows with what really comes, not with what is promised.
constexpr qint64 TrustedBytes = 64 * 1024;

bool isKnown(quint8 opcode)
{
    return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xa);
}

} // namespace

void applyMask(char *target, const char *source, qsizetype size, MaskKey key, qint64 phase)
{
    MaskKey turned;
    for (size_t i = 0; i < turned.size(); ++i) {
        turned[i] = key[(static_cast<size_t>(phase) + i) % key.size()];
    }
    quint32 half = 0;
    std::memcpy(&half, turned.data(), sizeof half);
    const quint64 word = (quint64 {half} << 32) | half;
    qsizetype done = 0;
    for (; done + 8 <= size; done += 8) {
        quint64 bytes = 0;
        std::memcpy(&bytes, source + done, sizeof bytes);
        bytes ^= word;
        std::memcpy(target + done, &bytes, sizeof bytes);
    }
    for (; done < size; ++done) {
        target[done] = static_cast<char>(source[done] ^ turned[static_cast<size_t>(done) % 4]);
    }
}

QByteArray frameHead(Opcode opcode, qsizetype payloadSize, std::optional<MaskKey> key)
{
    std::array<uchar, 14> bytes;
    qsizetype used = 2;
    const uchar maskBit = key ? 0x80 : 0;
    bytes[0] = static_cast<uchar>(0x80 | static_cast<quint8>(opcode));
    if (payloadSize < 126) {
        bytes[1] = static_cast<uchar>(maskBit | payloadSize);
    } else if (payloadSize <= 0xffff) {
        bytes[1] = maskBit | 126;
        qToBigEndian(static_cast<quint16>(payloadSize), bytes.data() + 2);
        used = 4;
    } else {
        bytes[1] = maskBit | 127;
        qToBigEndian(static_cast<quint64>(payloadSize), bytes.data() + 2);
        used = 10;
    }
    if (key) {
        std::copy(key->begin(), key->end(), bytes.begin() + used);
        used += 4;
    }
    return QByteArray(reinterpret_cast<const char *>(bytes.data()), used);
}

void FrameReader::fail(CloseCode code, QByteArray reason)
{
    m_failure = Failure {code, std::move(reason)};
    m_data = QByteArray();
}

// How long the header is, as far as the bytes so far tell.
qsizetype FrameReader::neededHeader() const
{
    if (m_headerSize < 2) {
        return 2;
    }
    const uchar length = m_header[1] & 0x7f;
    const qsizetype extended = length == 126 ? 2 : length == 127 ? 8 : 0;
    return 2 + extended + ((m_header[1] & 0x80) != 0 ? 4 : 0);
}

qsizetype FrameReader::feed(QByteArrayView bytes)
{
    qsizetype consumed = 0;
    while (!m_failure && !m_complete) {
        if (!m_inPayload) {
            const qsizetype size = std::min(neededHeader() - m_headerSize, bytes.size() - consumed);
            std::memcpy(m_header.data() + m_headerSize, bytes.data() + consumed, static_cast<size_t>(size));
            m_headerSize += size;
            consumed += size;
            if (m_headerSize < neededHeader()) {
                if (consumed == bytes.size()) {
                    break;
                }
                continue;
            }
            beginFrame();
            continue;
        }
        const qint64 left = m_frame.size - m_taken;
        const auto size = static_cast<qsizetype>(std::min<qint64>(left, bytes.size() - consumed));
        takePayload(bytes.sliced(consumed, size));
        consumed += size;
        if (m_taken < m_frame.size) {
            break;
        }
        endFrame();
    }
    return consumed;
}

void FrameReader::beginFrame()
{
    if (!readHeader()) {
        return;
    }
    checkFrame();
    if (m_failure) {
        return;
    }
    m_headerSize = 0;
    m_taken = 0;
    m_inPayload = true;
    QByteArray &target = m_frame.isControl() ? m_control : m_data;
    target.reserve(target.size() + static_cast<qsizetype>(std::min(m_frame.size, TrustedBytes)));
}

bool FrameReader::readHeader()
{
    const uchar length = m_header[1] & 0x7f;
    m_frame.final = (m_header[0] & 0x80) != 0;
    m_frame.masked = (m_header[1] & 0x80) != 0;
    m_frame.opcode = static_cast<Opcode>(m_header[0] & 0x0f);
    m_frame.size = length;
    quint64 size = length;
    if (length == 126) {
        size = qFromBigEndian<quint16>(m_header.data() + 2);
    } else if (length == 127) {
        size = qFromBigEndian<quint64>(m_header.data() + 2);
    }
    const bool isMinimal = length < 126 || (length == 126 && size >= 126) || size > 0xffff;
    if ((m_header[0] & 0x70) != 0 || !isKnown(m_header[0] & 0x0f) || !isMinimal || (size >> 63) != 0) {
        fail(CloseCode::ProtocolError, "malformed frame");
        return false;
    }
    m_frame.size = static_cast<qint64>(size);
    if (m_frame.masked) {
        std::copy_n(m_header.begin() + (neededHeader() - 4), 4, m_frame.key.begin());
    }
    return true;
}

void FrameReader::checkFrame()
{
    if (m_frame.masked != (m_masking == Masking::Required)) {
        fail(CloseCode::ProtocolError, m_frame.masked ? "masked frame" : "unmasked frame");
        return;
    }
    if (!m_frame.isControl()) {
        checkDataFrame();
        return;
    }
    if (!m_frame.final || m_frame.size > MaxControlPayload) {
        fail(CloseCode::ProtocolError, "malformed control frame");
    }
}

void FrameReader::checkDataFrame()
{
    const bool continues = m_frame.opcode == Opcode::Continuation;
    if (continues != m_fragmented.has_value()) {
        fail(CloseCode::ProtocolError, "fragments out of order");
        return;
    }
    if (m_frame.size > m_maxMessage - m_data.size()) {
        fail(CloseCode::MessageTooBig, "message too big");
        return;
    }
    if (!continues) {
        m_fragmented = m_frame.opcode;
    }
}

void FrameReader::takePayload(QByteArrayView bytes)
{
    QByteArray &target = m_frame.isControl() ? m_control : m_data;
    const qsizetype before = target.size();
    if (m_frame.masked) {
        target.resize(before + bytes.size());
        applyMask(target.data() + before, bytes.data(), bytes.size(), m_frame.key, m_taken);
    } else {
        target.append(bytes);
    }
    m_taken += bytes.size();
}

void FrameReader::endFrame()
{
    m_inPayload = false;
    if (m_frame.isControl()) {
        endMessage(m_frame.opcode, std::exchange(m_control, QByteArray()));
    } else if (m_frame.final) {
        endMessage(*std::exchange(m_fragmented, std::nullopt), std::exchange(m_data, QByteArray()));
    }
}

void FrameReader::endMessage(Opcode opcode, QByteArray payload)
{
    if (opcode == Opcode::Text && !payload.isValidUtf8()) {
        fail(CloseCode::InvalidPayload, "text is not UTF-8");
        return;
    }
    m_complete = Message {opcode, std::move(payload)};
}

std::optional<ClosePayload> parseClose(const QByteArray &payload)
{
    if (payload.isEmpty()) {
        return ClosePayload {};
    }
    if (payload.size() == 1) {
        return std::nullopt;
    }
    const auto code = qFromBigEndian<quint16>(payload.constData());
    const QByteArray reason = payload.sliced(2);
    // 1004 to 1006 and 1015 never travel; 1012 to 1014 are registered with IANA; below 3000 nothing
    // else is, above it belongs to libraries and applications.
    const bool isAllowed = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014)
        || (code >= 3000 && code <= 4999);
    if (!isAllowed || !reason.isValidUtf8()) {
        return std::nullopt;
    }
    return ClosePayload {code, reason};
}

} // namespace ci::net
