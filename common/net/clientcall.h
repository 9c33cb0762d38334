// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/bodyreader.h"
#include "common/net/endpoint.h"
#include "common/net/httpclient.h"
#include "common/net/idlepool.h"
#include "common/net/responseparser.h"
#include "common/net/sourcepump.h"

#include <QPointer>
#include <QTimer>

#include <optional>

namespace ci::net {

class Dialer;

// An answer's head; some proxies put much into it.
inline constexpr HeadLimits AnswerLimits {64 * 1024, 200};

/// One request of a client and its answer. Deletes itself when it is over or its context dies.
class ClientCall final : public QObject, private Transport::Listener
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ClientCall)

public:
    using Upgraded = std::function<void(const ResponseHead &, std::unique_ptr<Transport>)>;

    ClientCall(ClientRequest request,
               std::optional<QSslConfiguration> tls,
               IdlePool &pool,
               QObject *parent);
    ~ClientCall() override;

    void start(QObject *context, HttpClient::Callback callback);
    /// Ends it without a word; it dies later, since it may be on the stack.
    void cut();
    /// Instead of a 101 being a mistake.
    void setUpgraded(Upgraded upgraded) { m_upgraded = std::move(upgraded); }

private:
    enum class Phase : quint8 {
        Connecting,
        Continue, ///< Waiting for leave to send the body.
        Head, ///< The request is on its way or out; no final head yet.
        Body,
        Done,
    };

    void readable() override;
    void written() override;

    void begin();
    void dial();
    void connected(std::unique_ptr<Transport> transport);
    Result<QByteArray> makeHead() const;
    bool hasBody() const { return m_request.source != nullptr || !m_request.body.isEmpty(); }
    void sendBody();
    void pump();
    void take(QByteArrayView bytes);
    bool takeHead();
    void takeFinalHead(ResponseHead head);
    void feed();
    void settleBody();
    void resumeBody();
    void end();
    bool mayRepeat() const;

    void setDeadline(std::chrono::milliseconds in);
    void clearDeadline();
    void checkDeadline();
    void complete();
    void fail(const Error &error);
    void deliver(Result<ClientResponse> result);

    ClientRequest m_request;
    const std::optional<QSslConfiguration> m_tls; ///< nullopt: the system's default.
    IdlePool &m_pool;
    Endpoint m_endpoint;
    HttpClient::Callback m_callback;
    Upgraded m_upgraded;
    std::unique_ptr<Dialer> m_dialer;
    std::unique_ptr<Transport> m_transport;
    Phase m_phase = Phase::Connecting;
    bool m_reused = false;
    bool m_sent = false; ///< The request's body is out.
    bool m_answerBegun = false;
    bool m_paused = false;
    QByteArray m_input;
    HeadScanner m_scanner;
    std::unique_ptr<SourcePump> m_pump;
    std::unique_ptr<BodyReader> m_body;
    ResponseHead m_head;
    QTimer m_timer;
    std::optional<std::chrono::steady_clock::time_point> m_deadline;
};

} // namespace ci::net
