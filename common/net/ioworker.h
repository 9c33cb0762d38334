// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/httpserver.h"
#include "common/net/threadgate.h"

#include <QHash>
#include <QMutex>
#include <QObject>
#include <QTimer>

#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

namespace ci::net {

class Connection;
class Transport;

/// What the threads of one server share. Thread-safe.
class ServerCensus
{
public:
    explicit ServerCensus(const HttpLimits &limits)
        : m_limits(limits)
    {
    }

    /// Counts a connection until the ticket dies; null where a limit is reached.
    static std::shared_ptr<void> admit(const std::shared_ptr<ServerCensus> &census,
                                       const QHostAddress &peer);
    void countRefusal() { ++m_refused; }
    HttpServerCounts counts() const;

private:
    void leave(const QHostAddress &peer);

    const HttpLimits m_limits;
    mutable QMutex m_mutex;
    QHash<QHostAddress, int> m_byAddress;
    qint64 m_connections = 0;
    qint64 m_accepted = 0;
    std::atomic<qint64> m_refused {0};
};

/// One I/O thread's connections. Made anywhere, then moved to its thread.
class IoWorker final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(IoWorker)

public:
    IoWorker(const HttpServerSettings &settings,
             RequestHandler &handler,
             std::shared_ptr<ServerCensus> census);
    ~IoWorker() override;

    // From any thread.
    const std::shared_ptr<ThreadGate> &gate() const { return m_gate; }

    // On the worker's thread.
    void adopt(int descriptor, std::shared_ptr<void> ticket);
    /// Idle connections close now, the others after their answer.
    void retire();
    /// Everything closes; the gate is shut.
    void shutDown();

    // For connections.
    RequestHandler &handler() const { return m_handler; }
    const HttpLimits &limits() const { return m_settings.limits; }
    ServerCensus &census() const { return *m_census; }
    bool isRetiring() const { return m_retiring; }
    /// Milliseconds of the steady clock.
    static qint64 now();
    void bury(Connection *connection);

private:
    std::unique_ptr<Transport> makeTransport(int descriptor);
    void checkDeadlines();
    void emptyGraves();

    HttpServerSettings m_settings;
    RequestHandler &m_handler;
    std::shared_ptr<ServerCensus> m_census;
    std::shared_ptr<ThreadGate> m_gate;
    QTimer *m_timer;
    std::unordered_map<Connection *, std::unique_ptr<Connection>> m_connections;
    std::vector<std::unique_ptr<Connection>> m_graves;
    bool m_retiring = false;
};

} // namespace ci::net
