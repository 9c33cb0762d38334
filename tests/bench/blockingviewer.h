// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

namespace ci::bench {

/// A terminal's viewer on a blocking socket, so that the measuring side costs as little as it can.
class BlockingViewer
{
public:
    /// `token`: a personal access token, where the path asks for one.
    explicit BlockingViewer(quint16 port, const QByteArray &path, const QByteArray &token = {});
    ~BlockingViewer();
    BlockingViewer(const BlockingViewer &) = delete;
    BlockingViewer &operator=(const BlockingViewer &) = delete;

    void sendText(const QByteArray &text) { sendFrame(0x1, text); }
    void sendInput(const QByteArray &bytes) { sendFrame(0x2, bytes); }

    /// The next piece of terminal output; text frames are skipped. Grants credit for what it gives.
    /// Empty at the end.
    QByteArray readOutput();
    /// Reads output until it contains the text.
    void waitFor(const QByteArray &text);

private:
    void sendFrame(int opcode, const QByteArray &payload);
    bool fill(qsizetype size);
    QByteArray take(qsizetype size);
    void grant(qint64 bytes);

    int m_socket = -1;
    QByteArray m_buffer;
    qsizetype m_used = 0;
    qint64 m_ungranted = 0;
};

} // namespace ci::bench
