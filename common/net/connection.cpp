// SPDX-License-Identifier: MIT
#include "common/net/connection.h"

#include "common/net/ioworker.h"
#include "common/net/readbuffer.h"

#include <QScopedValueRollback>

namespace ci::net {

using namespace Qt::StringLiterals;

namespace {

// Reads of one wake-up, so that a fast upload does not keep the others waiting.
constexpr int MaxReads = 4;
// Of what a client sends ahead while its request is being handled.
constexpr qsizetype MaxAhead = 64 * 1024;
HeadLimits headLimits(const HttpLimits &limits)
{
    return {limits.maxHeadBytes, limits.maxHeaderFields};
}

} // namespace

Connection::Connection(IoWorker &worker, std::unique_ptr<Transport> transport)
    : m_worker(worker)
    , m_transport(std::move(transport))
    , m_peer(m_transport->peerAddress())
    , m_scanner(headLimits(worker.limits()))
{
}

Connection::~Connection() = default;

void Connection::start()
{
    m_transport->setListener(this);
    // A TLS handshake is work for us, so it has no more time than a head.
    setDeadline(m_transport->isSecure() ? m_worker.limits().headTime : m_worker.limits().idleTime);
    m_transport->resume();
}

void Connection::setDeadline(std::chrono::milliseconds in)
{
    m_deadline = IoWorker::now() + in.count();
}

void Connection::setPaused(bool paused)
{
    if (m_paused != paused) {
        m_paused = paused;
        m_transport->setPaused(paused);
    }
}

void Connection::readable()
{
    ReadBuffer buffer;
    for (int i = 0; i < MaxReads && m_phase != Phase::Dead && !m_paused; ++i) {
        const qint64 count = m_transport->read(buffer.data(), ReadBuffer::size());
        if (count < 0) {
            end();
            return;
        }
        if (count == 0) {
            return;
        }
        take(QByteArrayView(buffer.data(), count));
    }
    if (m_phase != Phase::Dead && m_paused && !m_transport->isWritable()) {
        end(); // Told although paused: the connection broke.
    }
}

void Connection::take(QByteArrayView bytes)
{
    if (m_phase == Phase::Drain) {
        return;
    }
    const bool inBody = m_phase == Phase::Collect || m_phase == Phase::Receive;
    if (inBody && m_input.isEmpty() && !m_processing) {
        // Bodies pass without a copy.
        bytes = bytes.sliced(m_body->feed(bytes));
        m_input.append(bytes);
        {
            const QScopedValueRollback guard(m_processing, true);
            settleBody();
        }
    } else {
        m_input.append(bytes);
    }
    process();
}

void Connection::process()
{
    if (m_processing) {
        return; // The call that we are inside of goes on where this one would begin.
    }
    const QScopedValueRollback guard(m_processing, true);
    while (m_phase == Phase::Head && takeHead()) { }
    while ((m_phase == Phase::Collect || m_phase == Phase::Receive) && !m_input.isEmpty()
           && !m_body->isBlocked()) {
        feedBody();
        while (m_phase == Phase::Head && takeHead()) { }
    }
    boundInput();
}

// What a client may send ahead is bounded, and so is what waits for a full sink.
void Connection::boundInput()
{
    switch (m_phase) {
    case Phase::Receive:
    case Phase::Collect:
        setPaused(m_body->isBlocked());
        if (m_paused) {
            clearDeadline(); // It is we who make the client wait.
        }
        break;
    case Phase::Handle:
    case Phase::Answer:
        setPaused(m_inputEnded || m_input.size() >= MaxAhead);
        break;
    case Phase::Head:
        setPaused(false);
        break;
    case Phase::Drain:
    case Phase::Dead:
        m_input = QByteArray();
        break;
    }
    if (m_input.isEmpty()) {
        m_input = QByteArray(); // Thousands of held requests keep no buffer.
    }
}

// True: a request was taken, and what became of it may allow the next.
bool Connection::takeHead()
{
    if (m_input.isEmpty()) {
        return false;
    }
    const auto found = m_scanner.scan(m_input);
    if (const auto *refusal = std::get_if<HttpRefusal>(&found)) {
        refuse(*refusal);
        return false;
    }
    const auto *length = std::get_if<qsizetype>(&found);
    if (length == nullptr) {
        if (!m_headBegun) {
            m_headBegun = true;
            setDeadline(m_worker.limits().headTime);
        }
        return false;
    }
    auto parsed = parseRequestHead(QByteArrayView(m_input).first(*length),
                                   m_worker.limits().maxHeaderFields);
    m_input.remove(0, *length);
    m_scanner = HeadScanner(headLimits(m_worker.limits()));
    m_headBegun = false;
    clearDeadline();
    if (const auto *refusal = std::get_if<HttpRefusal>(&parsed)) {
        refuse(*refusal);
        return false;
    }
    beginRequest(std::get<RequestHead>(std::move(parsed)));
    return true;
}

void Connection::beginRequest(RequestHead head)
{
    m_head = std::move(head);
    m_head.peer = m_peer;
    m_head.secure = m_transport->isSecure();
    m_bodyUnread = m_head.hasBody();
    m_bodyAsked = false;
    if (!m_bodyUnread) {
        callHandler({});
        return;
    }
    const BodyPolicy policy = m_worker.handler().bodyPolicy(m_head);
    if (policy.kind == BodyPolicy::Kind::Stream) {
        callHandler({});
    } else {
        beginCollecting(policy.maximumBytes);
    }
}

BodyDecoder Connection::makeDecoder() const
{
    return m_head.chunked ? BodyDecoder::chunked()
                          : BodyDecoder::ofLength(m_head.contentLength.value_or(0));
}

void Connection::beginCollecting(qint64 maximumBytes)
{
    if (m_head.contentLength.value_or(0) > maximumBytes) {
        refuse({413, "the body is larger than " + QByteArray::number(maximumBytes) + " bytes", {}});
        return;
    }
    if (m_head.expectsContinue) {
        m_transport->write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    m_body = std::make_unique<BodyReader>(makeDecoder(), maximumBytes, nullptr);
    m_phase = Phase::Collect;
    m_bodyEnd = IoWorker::now() + std::chrono::milliseconds(m_worker.limits().bodyTime).count();
    awaitBody();
}

void Connection::receive(std::shared_ptr<BodySink> sink,
                         qint64 maximumBytes,
                         std::function<void(Result<qint64>)> done)
{
    if (m_phase != Phase::Handle || m_bodyAsked) {
        done(conflict(u"the body has been asked for already"_s));
        return;
    }
    m_bodyAsked = true;
    if (m_head.contentLength.value_or(0) > maximumBytes) {
        done(tooLarge(u"the body is larger than %1 bytes"_s.arg(maximumBytes)));
        return;
    }
    if (m_head.expectsContinue && m_head.hasBody()) {
        m_transport->write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    // The link, not this: the sink may outlive the connection.
    sink->setWake([link = m_link] {
        link->gate->post([link] {
            if (link->connection != nullptr) {
                link->connection->resumeBody();
            }
        });
    });
    m_body = std::make_unique<BodyReader>(makeDecoder(), maximumBytes, std::move(sink));
    m_received = std::move(done);
    m_phase = Phase::Receive;
    awaitBody();
    settleBody();
    process();
}

void Connection::resumeBody()
{
    if (m_phase == Phase::Receive && m_paused && !m_body->isBlocked()) {
        awaitBody();
        process();
    }
}

void Connection::feedBody()
{
    m_input.remove(0, m_body->feed(m_input));
    settleBody();
}

// A byte now and then would hold the connection for ever.
void Connection::awaitBody()
{
    m_bodyWanted = m_body->received() + m_worker.limits().minBodyBytes;
    setDeadline(m_worker.limits().bodyStallTime);
    if (m_phase == Phase::Collect) {
        m_deadline = std::min(m_deadline, m_bodyEnd);
    }
}

// Looks what the bytes just fed have come to.
void Connection::settleBody()
{
    if (!m_body->error() && !m_body->isComplete()) {
        if (m_body->received() >= m_bodyWanted) {
            awaitBody();
        }
        return;
    }
    clearDeadline();
    m_bodyUnread = !m_body->isComplete();
    if (m_phase == Phase::Receive) {
        m_phase = Phase::Handle;
        const auto result = m_body->error() ? Result<qint64>(*m_body->error())
                                            : Result<qint64>(m_body->received());
        m_body.reset(); // The sink is the application's alone before it hears of the end.
        completeReception(result);
        return;
    }
    if (m_body->error()) {
        const bool isTooLarge = m_body->error()->kind == ErrorKind::TooLarge;
        refuse({isTooLarge ? 413 : 400, m_body->error()->detail.toUtf8(), {}});
        return;
    }
    QByteArray body = m_body->takeCollected();
    m_body.reset();
    callHandler(std::move(body));
}

void Connection::completeReception(const Result<qint64> &result)
{
    if (const auto received = std::exchange(m_received, nullptr)) {
        received(result);
    }
}

void Connection::callHandler(QByteArray body)
{
    m_phase = Phase::Handle;
    m_link = std::make_shared<ExchangeLink>(m_worker.gate(), this);
    Request request {m_head, std::move(body)};
    if (!m_head.wantsUpgrade) {
        m_head.headers = Headers(); // The application has them; held requests keep no second set.
    }
    m_worker.handler().handle(std::move(request), std::make_shared<ServerExchange>(m_link));
}

} // namespace ci::net
