// SPDX-License-Identifier: MIT
// The second half of a call: its answer.
#include "common/net/clientcall.h"
#include "common/net/readbuffer.h"

namespace ci::net {

using namespace Qt::StringLiterals;

namespace {

// Reads of one wake-up, so that a fast download does not keep the thread's others waiting.
constexpr int MaxClientReads = 8;

} // namespace

void ClientCall::readable()
{
    const QPointer<ClientCall> self(this);
    ReadBuffer buffer;
    for (int i = 0; i < MaxClientReads && m_phase != Phase::Done && !m_paused; ++i) {
        const qint64 count = m_transport->read(buffer.data(), ReadBuffer::size());
        if (count < 0) {
            end();
            return;
        }
        if (count == 0) {
            return;
        }
        take(QByteArrayView(buffer.data(), count));
        if (self.isNull()) {
            return;
        }
    }
    if (m_paused && m_phase != Phase::Done && !m_transport->isWritable()) {
        end();
    }
}

void ClientCall::take(QByteArrayView bytes)
{
    m_answerBegun = true;
    if (m_phase == Phase::Body && m_input.isEmpty()) {
        bytes = bytes.sliced(m_body->feed(bytes));
        m_input.append(bytes);
        settleBody();
        return;
    }
    m_input.append(bytes);
    while ((m_phase == Phase::Head || m_phase == Phase::Continue) && takeHead()) { }
    if (m_phase == Phase::Body) {
        feed();
    }
}

// True: an interim head was taken, or the final one.
bool ClientCall::takeHead()
{
    const auto found = m_scanner.scan(m_input);
    if (const auto *refusal = std::get_if<HttpRefusal>(&found)) {
        fail(unavailable(u"the server's answer is malformed: "_s + QString::fromUtf8(refusal->reason)));
        return false;
    }
    const auto *length = std::get_if<qsizetype>(&found);
    if (length == nullptr) {
        return false;
    }
    auto parsed = parseResponseHead(QByteArrayView(m_input).first(*length), AnswerLimits.maxFields);
    m_input.remove(0, *length);
    m_scanner = HeadScanner(AnswerLimits);
    if (const auto *refusal = std::get_if<HttpRefusal>(&parsed)) {
        fail(unavailable(u"the server's answer is malformed: "_s + QString::fromUtf8(refusal->reason)));
        return false;
    }
    auto head = std::get<ResponseHead>(std::move(parsed));
    if (head.status == 100 && m_phase == Phase::Continue) {
        sendBody();
    } else if (head.status >= 200 || head.status == 101) {
        takeFinalHead(std::move(head));
    }
    return m_phase != Phase::Done;
}

void ClientCall::takeFinalHead(ResponseHead head)
{
    m_head = std::move(head);
    if (m_head.status == 101) {
        if (!m_upgraded) {
            fail(unavailable(u"the server switched protocols unasked"_s));
            return;
        }
        m_phase = Phase::Done;
        m_transport->setListener(nullptr);
        m_transport->unread(m_input);
        const Upgraded upgraded = std::exchange(m_upgraded, nullptr);
        std::unique_ptr<Transport> transport = std::move(m_transport);
        const ResponseHead answer = m_head;
        cut();
        upgraded(answer, std::move(transport)); // Last: it may destroy the client.
        return;
    }
    const auto body = answerBody(m_head, m_request.method);
    if (const auto *refusal = std::get_if<HttpRefusal>(&body)) {
        fail(unavailable(u"the server's answer is malformed: "_s + QString::fromUtf8(refusal->reason)));
        return;
    }
    // An answer before the body is out (413, 401): the rest of the body is of no use.
    m_sent = m_sent && m_phase == Phase::Head;
    m_pump.reset();
    const bool isSuccess = m_head.status >= 200 && m_head.status < 300;
    const std::shared_ptr<BodySink> sink = isSuccess ? m_request.sink : nullptr;
    if (sink != nullptr) {
        sink->setWake([this, self = QPointer<ClientCall>(this)] {
            if (self) {
                QMetaObject::invokeMethod(this, &ClientCall::resumeBody, Qt::QueuedConnection);
            }
        });
    }
    const qint64 maximum = sink != nullptr ? std::numeric_limits<qint64>::max() : m_request.maxBodyBytes;
    m_body = std::make_unique<BodyReader>(std::get<BodyDecoder>(body), maximum, sink);
    m_phase = Phase::Body;
    setDeadline(m_request.stallTime);
}

void ClientCall::feed()
{
    m_input.remove(0, m_body->feed(m_input));
    settleBody();
}

void ClientCall::settleBody()
{
    if (m_body->error()) {
        fail(m_body->error()->within(u"answer of "_s + m_endpoint.text()));
        return;
    }
    if (m_body->isComplete()) {
        complete();
        return;
    }
    m_paused = m_body->isBlocked();
    m_transport->setPaused(m_paused);
    if (m_paused) {
        clearDeadline();
    } else {
        setDeadline(m_request.stallTime);
    }
}

void ClientCall::resumeBody()
{
    if (m_phase == Phase::Body && m_paused && !m_body->isBlocked()) {
        m_paused = false;
        feed();
    }
}

} // namespace ci::net
