// SPDX-License-Identifier: MIT
#include "common/net/serverexchange.h"

#include "common/net/connection.h"
#include "common/net/log.h"
#include "common/net/websocket.h"

namespace ci::net {

using namespace Qt::StringLiterals;

void ExchangeLink::leave()
{
    std::function<void()> callback;
    {
        const QMutexLocker lock(&m_mutex);
        gone.store(true);
        callback = std::exchange(m_gone, nullptr);
    }
    if (callback) {
        callback();
    }
}

void ExchangeLink::setGone(std::function<void()> callback)
{
    {
        const QMutexLocker lock(&m_mutex);
        if (!gone.load()) {
            m_gone = std::move(callback);
            return;
        }
    }
    // A copy stays here for the case that the thread is gone as well.
    if (!gate->post(callback)) {
        callback();
    }
}

ServerExchange::~ServerExchange()
{
    if (m_link->answered.exchange(true) || m_link->gone.load()) {
        return;
    }
    qCWarning(lcNet, "request dropped without an answer");
    m_link->gate->post([link = m_link] {
        if (link->connection != nullptr) {
            Response response;
            response.status = 500;
            response.closeAfter = true;
            link->connection->respond(std::move(response));
        }
    });
}

bool ServerExchange::claimAnswer()
{
    if (!m_link->answered.exchange(true)) {
        return true;
    }
    qCWarning(lcNet, "second answer to one request dropped");
    return false;
}

void ServerExchange::respond(Response response)
{
    if (!claimAnswer()) {
        return;
    }
    if (m_link->gate->isHere()) {
        if (m_link->connection != nullptr) {
            m_link->connection->respond(std::move(response));
        }
        return;
    }
    m_link->gate->post([link = m_link, response = std::move(response)]() mutable {
        if (link->connection != nullptr) {
            link->connection->respond(std::move(response));
        }
    });
}

void ServerExchange::receive(std::shared_ptr<BodySink> sink,
                             qint64 maximumBytes,
                             std::function<void(Result<qint64>)> done)
{
    // Always later: a small body may have arrived already, and `done` must not come from inside.
    const bool posted = m_link->gate->post([link = m_link, sink, maximumBytes, done] {
        if (link->connection != nullptr) {
            link->connection->receive(sink, maximumBytes, done);
        } else {
            done(unavailable(u"the client has left"_s));
        }
    });
    if (!posted) {
        done(unavailable(u"the server is shutting down"_s));
    }
}

void ServerExchange::upgrade(UpgradeAnswer answer,
                             QObject *context,
                             std::function<void(WebSocket *)> ready)
{
    if (!claimAnswer()) {
        return;
    }
    // The context may die while the connection is on its way; the receiver cannot.
    auto *receiver = new QObject;
    receiver->moveToThread(context->thread());
    UpgradeOrder order {std::move(answer), receiver, context, std::move(ready)};
    const bool posted = m_link->gate->post([link = m_link, order = std::move(order)]() mutable {
        if (link->connection != nullptr) {
            link->connection->upgrade(std::move(order));
        } else {
            order.receiver->deleteLater();
        }
    });
    if (!posted) {
        receiver->deleteLater();
    }
}

void handOver(UpgradeOrder order, std::unique_ptr<Transport> transport, QByteArray answer)
{
    transport->setListener(nullptr);
    transport->suspend(order.receiver);
    // A functor of a queued call must be copyable.
    auto shared = std::make_shared<std::unique_ptr<Transport>>(std::move(transport));
    QObject *receiver = order.receiver;
    QMetaObject::invokeMethod(
        receiver,
        [order = std::move(order), shared, answer = std::move(answer)] {
            order.receiver->deleteLater();
            if (order.context.isNull()) {
                return;
            }
            std::unique_ptr<Transport> moved = std::move(*shared);
            moved->resume();
            moved->write(answer);
            auto *socket = new WebSocket(std::move(moved), WebSocket::Role::Server, order.answer.subprotocol);
            order.ready(socket);
        },
        Qt::QueuedConnection);
}

} // namespace ci::net
