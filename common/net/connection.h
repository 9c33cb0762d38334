// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/bodyreader.h"
#include "common/net/requestparser.h"
#include "common/net/serverexchange.h"
#include "common/net/sourcepump.h"
#include "common/net/transport.h"

#include <functional>
#include <memory>

namespace ci::net {

class IoWorker;

/// A server's side of one connection: one request after the other, each read only when the answer
/// before it has left. Lives on its worker's thread; once over, the worker deletes it from the event
/// loop.
class Connection final : private Transport::Listener
{
public:
    Connection(IoWorker &worker, std::unique_ptr<Transport> transport);
    ~Connection() override;

    void start();
    /// Acts on the deadline if it has passed. `now` as IoWorker::now().
    void checkDeadline(qint64 now);
    /// No further request will be read.
    void retire();
    /// At once.
    void cut();

    // What the exchange asks for, on this thread.
    void respond(Response response);
    void receive(std::shared_ptr<BodySink> sink,
                 qint64 maximumBytes,
                 std::function<void(Result<qint64>)> done);
    void upgrade(UpgradeOrder order);

private:
    enum class Phase : quint8 {
        Head, ///< Waiting for a request, or in its head.
        Collect, ///< Reading a body before the application sees the request.
        Handle, ///< The application has the request.
        Receive, ///< The same, and has asked for the body.
        Answer,
        Drain, ///< The last answer has left; what still comes in is thrown away.
        Dead,
    };

    void readable() override;
    void written() override;

    void take(QByteArrayView bytes);
    void process();
    bool takeHead();
    void beginRequest(RequestHead head);
    void beginCollecting(qint64 maximumBytes);
    void feedBody();
    void settleBody();
    void awaitBody();
    void completeReception(const Result<qint64> &result);
    void callHandler(QByteArray body);
    void boundInput();
    void resumeBody();

    void refuse(const HttpRefusal &refusal);
    void send(Response response);
    void wakeFrom(BodySource &source);
    static void continueLater(const std::shared_ptr<ExchangeLink> &link);
    void continueAnswer();
    void finishAnswer();
    void drain();
    void end();
    void die();
    void releaseLink();

    BodyDecoder makeDecoder() const;
    void setPaused(bool paused);
    void setDeadline(std::chrono::milliseconds in);
    void clearDeadline() { m_deadline = 0; }

    IoWorker &m_worker;
    std::unique_ptr<Transport> m_transport;
    QHostAddress m_peer;
    Phase m_phase = Phase::Head;
    bool m_headBegun = false;
    bool m_processing = false;
    bool m_paused = false;
    bool m_inputEnded = false;
    bool m_closesAfter = false; ///< The answer under way is the last.
    bool m_bodyUnread = false;
    bool m_bodyAsked = false; ///< receive() has been called for this request.
    qint64 m_deadline = 0;
    qint64 m_bodyEnd = 0; ///< The latest deadline of a collected body.
    qint64 m_bodyWanted = 0; ///< Received by the deadline, it gets another.
    QByteArray m_input; ///< Received and not looked at: the next request's bytes, at most 64 KiB.
    HeadScanner m_scanner;
    RequestHead m_head;
    std::unique_ptr<BodyReader> m_body;
    std::function<void(Result<qint64>)> m_received;
    std::unique_ptr<SourcePump> m_pump;
    std::shared_ptr<ExchangeLink> m_link;
};

} // namespace ci::net
