// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/net/exchange.h"

#include <QHostAddress>
#include <QObject>
#include <QSslConfiguration>

#include <chrono>
#include <memory>
#include <optional>

namespace ci::net {

/// Past each of these: the status named, a reason in the body, and a closed connection.
struct HttpLimits
{
    int maxHeadBytes = 32 * 1024; ///< 431. GitLab's own front proxy allows 32 KiB.
    int maxHeaderFields = 100; ///< 431
    int maxConnections = 20'000; ///< Further ones are closed at accept.
    int maxConnectionsPerAddress = 10'000; ///< Likewise; loopback and trusted proxies included.
    std::chrono::seconds headTime {10}; ///< From the first byte to the end of the head: 408.
    std::chrono::seconds idleTime {75}; ///< Between requests; closed without a word.
    std::chrono::seconds bodyStallTime {30}; ///< Without minBodyBytes of the body: 408.
    qint64 minBodyBytes = 4 * 1024; ///< In each bodyStallTime.
    std::chrono::seconds bodyTime {300}; ///< For the whole of a body that is collected: 408.
    std::chrono::seconds writeStallTime {60}; ///< A client that takes nothing of its answer.
};

struct HttpServerSettings
{
    QHostAddress address = QHostAddress::LocalHost;
    quint16 port = 0; ///< 0: any free one.
    int threads = 2;
    HttpLimits limits;
    std::optional<QSslConfiguration> tls;
};

/// Numbers for /-/metrics; a snapshot, thread-safe.
struct HttpServerCounts
{
    qint64 connections = 0; ///< Open now.
    qint64 accepted = 0;
    qint64 refused = 0; ///< Answered by the server itself for a limit or a malformed request.
};

/// HTTP/1.1 on its own I/O threads (each with the epoll dispatcher). Knows no CI. Made, started
/// and destroyed on one thread; `handler` outlives it.
class HttpServer final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(HttpServer)

public:
    /// Listens at once. Errors name address, port and remedy ("port 8080 is taken: …").
    static Result<std::unique_ptr<HttpServer>> create(const HttpServerSettings &settings,
                                                      RequestHandler &handler);
    ~HttpServer() override;

    QHostAddress address() const;
    quint16 port() const;
    HttpServerCounts counts() const;

    /// Accepts no more connections and closes idle ones; requests under way go on.
    void stopAccepting();

private:
    class Private;
    explicit HttpServer(std::unique_ptr<Private> d);
    std::unique_ptr<Private> d;
};

} // namespace ci::net
