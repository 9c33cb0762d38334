// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/exchange.h"
#include "common/net/threadgate.h"

#include <QMutex>
#include <QPointer>

#include <atomic>

namespace ci::net {

class Connection;
class Transport;

/// What an exchange and its connection share: either may go first.
class ExchangeLink
{
public:
    ExchangeLink(std::shared_ptr<ThreadGate> threadGate, Connection *owner)
        : gate(std::move(threadGate))
        , connection(owner)
    {
    }

    /// Tells the application, once. On the connection's thread.
    void leave();
    void setGone(std::function<void()> callback);

    const std::shared_ptr<ThreadGate> gate;
    Connection *connection; ///< Of the connection's thread only; null once the request is over.
    std::atomic<bool> gone {false};
    std::atomic<bool> answered {false};

private:
    QMutex m_mutex;
    std::function<void()> m_gone;
};

/// The end of a connection's hand-over, made on the thread that asks for it.
struct UpgradeOrder
{
    UpgradeAnswer answer;
    QObject *receiver = nullptr; ///< Lives on the target thread, belongs to the order.
    QPointer<QObject> context; ///< Looked at on the target thread only.
    std::function<void(WebSocket *)> ready;
};

/// Gives the transport to the order's thread and makes the socket there.
void handOver(UpgradeOrder order, std::unique_ptr<Transport> transport, QByteArray answer);

class ServerExchange final : public Exchange
{
public:
    explicit ServerExchange(std::shared_ptr<ExchangeLink> link)
        : m_link(std::move(link))
    {
    }
    ~ServerExchange() override;

    void respond(Response response) override;
    void receive(std::shared_ptr<BodySink> sink,
                 qint64 maximumBytes,
                 std::function<void(Result<qint64>)> done) override;
    void upgrade(UpgradeAnswer answer,
                 QObject *context,
                 std::function<void(WebSocket *)> ready) override;
    bool isGone() const override { return m_link->gone.load(); }
    void setGone(std::function<void()> gone) override { m_link->setGone(std::move(gone)); }

private:
    bool claimAnswer();

    std::shared_ptr<ExchangeLink> m_link;
};

} // namespace ci::net
