// SPDX-License-Identifier: MIT
#include "common/net/ioworker.h"

#include "common/net/connection.h"
#include "common/net/plaintransport.h"
#include "common/net/tlstransport.h"

#include <chrono>
#include <sys/socket.h>
#include <unistd.h>

namespace ci::net {

namespace {
// How late a deadline may be acted on; all limits are whole seconds.
constexpr std::chrono::milliseconds DeadlineGrain {500};
} // namespace

std::shared_ptr<void> ServerCensus::admit(const std::shared_ptr<ServerCensus> &census,
                                          const QHostAddress &peer)
{
    const QMutexLocker lock(&census->m_mutex);
    if (census->m_connections >= census->m_limits.maxConnections
        || census->m_byAddress.value(peer) >= census->m_limits.maxConnectionsPerAddress) {
        return nullptr;
    }
    ++census->m_connections;
    ++census->m_accepted;
    ++census->m_byAddress[peer];
    return std::shared_ptr<void>(census.get(), [census, peer](void *) { census->leave(peer); });
}

void ServerCensus::leave(const QHostAddress &peer)
{
    const QMutexLocker lock(&m_mutex);
    --m_connections;
    const auto entry = m_byAddress.find(peer);
    if (--*entry == 0) {
        m_byAddress.erase(entry);
    }
}

HttpServerCounts ServerCensus::counts() const
{
    const QMutexLocker lock(&m_mutex);
    return {m_connections, m_accepted, m_refused.load()};
}

IoWorker::IoWorker(const HttpServerSettings &settings,
                   RequestHandler &handler,
                   std::shared_ptr<ServerCensus> census)
    : m_settings(settings)
    , m_handler(handler)
    , m_census(std::move(census))
    , m_gate(std::make_shared<ThreadGate>(this))
    , m_timer(new QTimer(this))
{
    m_timer->setInterval(DeadlineGrain);
    m_timer->setTimerType(Qt::CoarseTimer);
    connect(m_timer, &QTimer::timeout, this, &IoWorker::checkDeadlines);
}

IoWorker::~IoWorker() = default;

qint64 IoWorker::now()
{
    const auto sinceStart = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(sinceStart).count();
}

std::unique_ptr<Transport> IoWorker::makeTransport(int descriptor)
{
    if (!m_settings.tls) {
        return std::make_unique<PlainTransport>(descriptor);
    }
    auto socket = std::make_unique<QSslSocket>();
    if (!socket->setSocketDescriptor(descriptor)) {
        ::close(descriptor);
        return nullptr;
    }
    socket->setSslConfiguration(*m_settings.tls);
    socket->startServerEncryption();
    return std::make_unique<TlsTransport>(std::move(socket));
}

void IoWorker::adopt(int descriptor, std::shared_ptr<void> ticket)
{
    std::unique_ptr<Transport> transport = makeTransport(descriptor);
    if (transport == nullptr) {
        return;
    }
    transport->setTicket(std::move(ticket));
    auto connection = std::make_unique<Connection>(*this, std::move(transport));
    Connection *started = connection.get();
    m_connections.emplace(started, std::move(connection));
    if (!m_timer->isActive()) {
        m_timer->start();
    }
    started->start();
}

void IoWorker::bury(Connection *connection)
{
    const auto found = m_connections.find(connection);
    if (found == m_connections.end()) {
        return;
    }
    // Not now: we are inside one of its functions.
    if (m_graves.empty()) {
        QMetaObject::invokeMethod(this, &IoWorker::emptyGraves, Qt::QueuedConnection);
    }
    m_graves.push_back(std::move(found->second));
    m_connections.erase(found);
}

void IoWorker::emptyGraves()
{
    m_graves.clear();
    if (m_connections.empty()) {
        m_timer->stop();
    }
}

void IoWorker::checkDeadlines()
{
    const qint64 current = now();
    std::vector<Connection *> all;
    all.reserve(m_connections.size());
    for (const auto &[connection, owner] : m_connections) {
        all.push_back(connection);
    }
    for (Connection *connection : all) {
        connection->checkDeadline(current); // May bury it, and no other.
    }
}

void IoWorker::retire()
{
    m_retiring = true;
    std::vector<Connection *> all;
    for (const auto &[connection, owner] : m_connections) {
        all.push_back(connection);
    }
    for (Connection *connection : all) {
        connection->retire();
    }
}

void IoWorker::shutDown()
{
    m_gate->shut();
    m_timer->stop();
    while (!m_connections.empty()) {
        m_connections.begin()->first->cut();
    }
    m_graves.clear();
}

} // namespace ci::net
