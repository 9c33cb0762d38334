// SPDX-License-Identifier: MIT
#include "common/net/clientcall.h"

#include "common/net/dialer.h"
#include "common/net/responsewriter.h"
#include "common/net/syntax.h"

#include <algorithm>
#include <array>

namespace ci::net {

using namespace Qt::StringLiterals;

namespace {

// How long a server that was asked by "Expect: 100-continue" may keep silent before the body is sent
// all the same (RFC 9110, 10.1.1: not for ever; many servers know nothing of it).
constexpr std::chrono::seconds ContinueTime {1};

// RFC 9110, 9.2.2. POST and PATCH are not among them, on purpose.
constexpr std::array IdempotentMethods {
    QByteArrayView("GET"),
    QByteArrayView("HEAD"),
    QByteArrayView("PUT"),
    QByteArrayView("DELETE"),
    QByteArrayView("OPTIONS"),
};

// The client alone says how long the body is and where the request goes.
constexpr std::array OwnFields {
    QByteArrayView("Host"),
    QByteArrayView("Content-Length"),
    QByteArrayView("Transfer-Encoding"),
};

bool isOwnField(QByteArrayView name)
{
    return std::any_of(OwnFields.begin(), OwnFields.end(), [name](QByteArrayView own) {
        return equalsIgnoringCase(name, own);
    });
}

bool wantsLength(QByteArrayView method)
{
    return method == "POST" || method == "PUT" || method == "PATCH";
}

} // namespace

ClientCall::ClientCall(ClientRequest request, std::optional<QSslConfiguration> tls, IdlePool &pool, QObject *parent)
    : QObject(parent)
    , m_request(std::move(request))
    , m_tls(std::move(tls))
    , m_pool(pool)
    , m_scanner(AnswerLimits)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &ClientCall::checkDeadline);
}

ClientCall::~ClientCall()
{
    if (m_transport != nullptr) {
        m_transport->close();
    }
}

void ClientCall::start(QObject *context, HttpClient::Callback callback)
{
    m_callback = std::move(callback);
    connect(context, &QObject::destroyed, this, &ClientCall::cut);
    // Later, so that no callback comes from inside send().
    QMetaObject::invokeMethod(this, &ClientCall::begin, Qt::QueuedConnection);
}

void ClientCall::cut()
{
    m_callback = nullptr;
    m_upgraded = nullptr;
    deliver(invalid({}));
}

void ClientCall::begin()
{
    if (m_phase == Phase::Done) {
        return;
    }
    const Result<Endpoint> endpoint = Endpoint::of(m_request.url);
    if (!endpoint) {
        fail(endpoint.error());
        return;
    }
    m_endpoint = *endpoint;
    m_endpoint.address = m_request.address;
    if (const Result<QByteArray> head = makeHead(); !head) {
        fail(head.error());
        return;
    }
    std::unique_ptr<Transport> kept = m_upgraded ? nullptr : m_pool.take(m_endpoint);
    if (kept != nullptr) {
        m_reused = true;
        connected(std::move(kept));
    } else {
        dial();
    }
}

void ClientCall::dial()
{
    m_phase = Phase::Connecting;
    m_reused = false;
    setDeadline(m_request.connectTime);
    m_dialer = std::make_unique<Dialer>(nullptr);
    m_dialer->dial(m_endpoint, m_tls, [this](Result<std::unique_ptr<Transport>> result) {
        m_dialer.release()->deleteLater();
        if (!result) {
            fail(result.error());
            return;
        }
        (*result)->resume();
        connected(std::move(*result));
    });
}

Result<QByteArray> ClientCall::makeHead() const
{
    if (!isToken(m_request.method)) {
        return invalid(u"the method is malformed"_s);
    }
    QByteArray head = m_request.method + ' ' + requestTarget(m_request.url) + " HTTP/1.1\r\n";
    appendField(head, "Host", m_endpoint.authority());
    for (const Headers::Field &field : m_request.headers.fields()) {
        if (!isToken(field.name) || !isFieldText(field.value)) {
            return invalid(u"a header field is malformed"_s);
        }
        if (!isOwnField(field.name)) {
            appendField(head, field.name, field.value);
        }
    }
    const auto size = m_request.source != nullptr ? m_request.source->size()
                                                  : std::optional<qint64>(m_request.body.size());
    if (!size) {
        head += "Transfer-Encoding: chunked\r\n";
    } else if (hasBody() || wantsLength(m_request.method)) {
        head += "Content-Length: " + QByteArray::number(*size) + "\r\n";
    }
    return head + "\r\n";
}

void ClientCall::connected(std::unique_ptr<Transport> transport)
{
    m_transport = std::move(transport);
    m_transport->setListener(this);
    m_answerBegun = false;
    const QByteArray head = *makeHead();
    const bool asks = hasBody() && m_request.headers.hasToken("Expect", "100-continue");
    if (asks) {
        m_transport->write(head);
        m_phase = Phase::Continue;
        setDeadline(ContinueTime);
        return;
    }
    m_phase = Phase::Head;
    m_transport->writeShared(head, m_request.source == nullptr ? m_request.body : QByteArray());
    if (m_request.source != nullptr) {
        sendBody();
    } else {
        pump();
    }
}

void ClientCall::sendBody()
{
    m_phase = Phase::Head;
    if (m_request.source == nullptr) {
        m_transport->writeShared({}, m_request.body);
        pump();
        return;
    }
    const std::optional<qint64> size = m_request.source->size();
    m_pump = std::make_unique<SourcePump>(m_request.source,
                                          size ? BodyFraming::Length : BodyFraming::Chunked,
                                          size);
    m_request.source->setWake([this, self = QPointer<ClientCall>(this)] {
        if (self) {
            QMetaObject::invokeMethod(this, &ClientCall::pump, Qt::QueuedConnection);
        }
    });
    pump();
}

void ClientCall::pump()
{
    if (m_phase != Phase::Head || m_sent) {
        return;
    }
    const auto progress = m_pump == nullptr ? SourcePump::Progress::Done : m_pump->pump(*m_transport);
    if (progress == SourcePump::Progress::Failed) {
        fail(ioError(u"the request's body cannot be read"_s));
        return;
    }
    if (progress == SourcePump::Progress::Yielded) {
        QMetaObject::invokeMethod(this, &ClientCall::pump, Qt::QueuedConnection);
    }
    if (m_transport->bytesToWrite() > 0) {
        setDeadline(m_request.stallTime);
    } else if (progress == SourcePump::Progress::Done) {
        m_sent = true;
        setDeadline(m_request.answerTime);
    } else {
        clearDeadline(); // It is our own source that has nothing.
    }
}

void ClientCall::written()
{
    pump();
}

bool ClientCall::mayRepeat() const
{
    const bool isIdempotent = std::find(IdempotentMethods.begin(),
                                        IdempotentMethods.end(),
                                        QByteArrayView(m_request.method))
        != IdempotentMethods.end();
    return m_reused && !m_answerBegun && isIdempotent && m_request.source == nullptr;
}

void ClientCall::end()
{
    if (m_phase == Phase::Body) {
        m_body->endOfInput();
        m_head.keepAlive = false;
        settleBody();
        return;
    }
    m_transport->close();
    if (!mayRepeat()) {
        fail(unavailable(u"%1 closed the connection without an answer"_s.arg(m_endpoint.text())));
        return;
    }
    // A kept connection had died in the meantime; the server has not seen the request.
    m_transport.reset();
    m_sent = false;
    dial();
}

void ClientCall::setDeadline(std::chrono::milliseconds in)
{
    m_deadline = std::chrono::steady_clock::now() + in;
    // Deadlines mostly move away: a timer that fires too early only looks again.
    if (!m_timer.isActive() || m_timer.remainingTimeAsDuration() > in) {
        m_timer.start(in);
    }
}

void ClientCall::clearDeadline()
{
    m_deadline.reset();
    m_timer.stop();
}

void ClientCall::checkDeadline()
{
    if (!m_deadline || m_phase == Phase::Done) {
        return;
    }
    const auto left = *m_deadline - std::chrono::steady_clock::now();
    if (left > std::chrono::steady_clock::duration::zero()) {
        m_timer.start(std::chrono::ceil<std::chrono::milliseconds>(left));
        return;
    }
    if (m_phase == Phase::Continue) {
        sendBody();
        return;
    }
    const bool connecting = m_phase == Phase::Connecting;
    fail(unavailable((connecting ? u"%1 does not answer the connection"_s : u"%1 takes too long"_s)
                         .arg(m_endpoint.text())));
}

void ClientCall::complete()
{
    const bool reusable = m_head.keepAlive && m_sent && m_input.isEmpty() && m_transport->isWritable()
        && !m_request.headers.hasToken("Connection", "close");
    m_transport->setListener(nullptr);
    if (reusable) {
        m_pool.put(m_endpoint, std::move(m_transport));
    }
    ClientResponse response;
    response.status = m_head.status;
    response.headers = m_head.headers;
    response.body = m_body->takeCollected();
    deliver(std::move(response));
}

void ClientCall::fail(const Error &error)
{
    deliver(error);
}

void ClientCall::deliver(Result<ClientResponse> result)
{
    m_phase = Phase::Done;
    m_timer.stop();
    m_dialer.reset();
    m_pump.reset();
    m_body.reset();
    if (m_transport != nullptr) {
        m_transport->close();
    }
    deleteLater();
    if (const HttpClient::Callback callback = std::exchange(m_callback, nullptr)) {
        callback(std::move(result)); // Last: it may destroy the client and us.
    }
}

} // namespace ci::net
