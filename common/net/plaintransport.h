// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/outputqueue.h"
#include "common/net/transport.h"

#include <memory>

namespace ci::net {

/// A transport on a connected, non-blocking socket; no buffers of its own but what the kernel does
/// not take, so that thousands of idle ones are cheap.
class PlainTransport final : public Transport
{
public:
    /// Owns `descriptor`; watches it from resume() on.
    explicit PlainTransport(int descriptor);
    ~PlainTransport() override;

    void write(QByteArrayView head, QByteArrayView body) override;
    void writeShared(QByteArrayView head, const QByteArray &body) override;
    qint64 bytesToWrite() const override { return m_queue.size(); }
    void setBatching(bool batching) override { m_batching = batching; }
    void setPaused(bool paused) override;
    void finish() override;
    void close() override;
    void suspend(QObject *target) override;
    void resume() override;
    QHostAddress peerAddress() const override;
    bool isSecure() const override { return false; }
    bool isWritable() const override { return m_descriptor >= 0 && !m_failed && !m_finishing; }
    bool isQuiet() override;

protected:
    qint64 receive(char *data, qint64 maximum) override;

private:
    class Watcher;

    qint64 sendNow(QByteArrayView head, QByteArrayView body);
    bool isHeldBack(qsizetype bytes);
    void flush();
    void fail();
    void armWriting();
    void endTurn();

    int m_descriptor;
    bool m_isDrained = false; ///< The last read emptied it, and nothing was announced since.
    bool m_paused = false;
    bool m_failed = false;
    bool m_finishing = false;
    bool m_batching = false;
    bool m_turnPosted = false; ///< The end of this turn of the event loop has been ordered.
    OutputQueue m_queue;
    std::unique_ptr<Watcher> m_reading;
    std::unique_ptr<Watcher> m_writing;
};

} // namespace ci::net
