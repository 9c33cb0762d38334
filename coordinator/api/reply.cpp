// SPDX-License-Identifier: MIT
#include "coordinator/api/reply.h"

#include "coordinator/api/errorstatus.h"
#include "coordinator/api/log.h"

namespace ci::api {

/// Passes everything on, and tells the counts what was answered.
class NotedExchange final : public net::Exchange
{
public:
    explicit NotedExchange(Reply reply)
        : m_reply(std::move(reply))
    {
    }

    void respond(net::Response response) override { m_reply.send(std::move(response)); }

    void receive(std::shared_ptr<BodySink> sink,
                 qint64 maximumBytes,
                 std::function<void(Result<qint64>)> done) override
    {
        m_reply.exchange()->receive(std::move(sink), maximumBytes, std::move(done));
    }

    void upgrade(net::UpgradeAnswer answer,
                 QObject *context,
                 std::function<void(net::WebSocket *)> ready) override
    {
        m_reply.note(101);
        m_reply.exchange()->upgrade(std::move(answer), context, std::move(ready));
    }

    bool isGone() const override { return m_reply.exchange()->isGone(); }
    void setGone(std::function<void()> gone) override
    {
        m_reply.exchange()->setGone(std::move(gone));
    }

private:
    Reply m_reply;
};

net::ExchangePtr Reply::handOver() const
{
    return std::make_shared<NotedExchange>(*this);
}

Reply::Reply(net::ExchangePtr exchange, Origin origin)
    : m_exchange(std::move(exchange))
    , m_origin(std::make_shared<const Origin>(std::move(origin)))
{
}

void Reply::send(net::Response response) const
{
    note(response.status);
    m_exchange->respond(std::move(response));
}

void Reply::send(const Error &error) const
{
    if (error.kind == ErrorKind::Io) {
        qCWarning(lcApi).noquote()
            << "request failed route=" + QByteArray(m_origin->pattern) << "error=" << error.detail;
    }
    send(errorResponse(error));
}

void Reply::note(int status) const
{
    if (m_origin->counts) {
        m_origin->counts->count(m_origin->row, status);
    }
    if (lcAccess().isDebugEnabled()) {
        const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - m_origin->began);
        qCDebug(lcAccess).noquote().nospace()
            << "request answered method=" << m_origin->method << " route=" << m_origin->pattern
            << " status=" << status << " us=" << took.count();
    }
}

} // namespace ci::api
