// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <array>
#include <optional>

namespace ci::net {

enum class CloseCode : quint16;

/// RFC 6455, 5.2.
enum class Opcode : quint8 {
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xa,
};

using MaskKey = std::array<uchar, 4>;

/// XORs `size` bytes with the key, beginning at position `phase` of the payload. In place or from
/// elsewhere.
void applyMask(char *target, const char *source, qsizetype size, MaskKey key, qint64 phase = 0);

/// A final frame's header; with a key the payload must be masked by it.
QByteArray frameHead(Opcode opcode, qsizetype payloadSize, std::optional<MaskKey> key = {});

/// Frames out of a stream that may be cut at any byte; fragments joined. Bounded by the largest
/// message allowed; everything the RFC forbids is a failure with its close code.
class FrameReader
{
public:
    enum class Masking : quint8 { Required, Forbidden };

    struct Message
    {
        Opcode opcode = Opcode::Binary; ///< Never Continuation.
        QByteArray payload;
    };

    struct Failure
    {
        CloseCode code;
        QByteArray reason;
    };

    explicit FrameReader(Masking masking)
        : m_masking(masking)
    {
    }

    void setMaxMessageBytes(qint64 bytes) { m_maxMessage = bytes; }

    /// Takes bytes up to the end of one message or control frame; returns how many.
    qsizetype feed(QByteArrayView bytes);
    /// Complete after the last feed().
    std::optional<Message> takeMessage() { return std::exchange(m_complete, std::nullopt); }
    const std::optional<Failure> &failure() const { return m_failure; }

private:
    struct Frame
    {
        bool final = false;
        bool masked = false;
        Opcode opcode = Opcode::Binary;
        MaskKey key {};
        qint64 size = 0;
        bool isControl() const { return static_cast<quint8>(opcode) >= 0x8; }
    };

    qsizetype neededHeader() const;
    void beginFrame();
    bool readHeader();
    void checkFrame();
    void checkDataFrame();
    void takePayload(QByteArrayView bytes);
    void endFrame();
    void endMessage(Opcode opcode, QByteArray payload);
    void fail(CloseCode code, QByteArray reason);

    const Masking m_masking;
    qint64 m_maxMessage = 1 << 20;
    std::array<uchar, 14> m_header {};
    qsizetype m_headerSize = 0;
    bool m_inPayload = false;
    Frame m_frame;
    qint64 m_taken = 0; ///< Of the frame's payload.
    QByteArray m_control;
    QByteArray m_data;
    std::optional<Opcode> m_fragmented; ///< What a message begun is.
    std::optional<Message> m_complete;
    std::optional<Failure> m_failure;
};

/// A close frame's payload, checked (RFC 6455, 5.5.1 and 7.4).
struct ClosePayload
{
    quint16 code = 1005;
    QByteArray reason;
};
std::optional<ClosePayload> parseClose(const QByteArray &payload);

} // namespace ci::net
