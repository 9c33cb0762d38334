// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/exchange.h"
#include "coordinator/api/call.h"
#include "coordinator/api/requestcounts.h"
#include "coordinator/api/router.h"

#include <atomic>

namespace ci::api {

/// The application behind the HTTP server: finds the route, has the gate check it, and runs its
/// handler in a command of the engine, or on the spot. Before open() and after close() all is
/// answered 503. bodyPolicy() and handle() on any thread.
class ApiHandler final : public net::RequestHandler
{
public:
    explicit ApiHandler(const Site &site);
    ~ApiHandler() override;

    /// `services` outlives the server.
    void open(Services &services) { m_services.store(&services, std::memory_order_release); }
    /// No new calls; those under way go on.
    void close() { m_services.store(nullptr, std::memory_order_release); }

    RequestCounts &counts() { return m_counts; }

    net::BodyPolicy bodyPolicy(const net::RequestHead &head) const override;
    void handle(net::Request request, net::ExchangePtr exchange) override;

private:
    bool isForeignHost(const Route &route, const net::RequestHead &head) const;
    void
    refuse(const Router::Answer &answer, const net::Request &request, net::ExchangePtr exchange);
    void run(Services &services, std::shared_ptr<const Arrived> arrived, const Reply &reply);

    const Site &m_site;
    Router m_router;
    std::vector<std::vector<QByteArray>> m_names; ///< By row.
    RequestCounts m_counts;
    std::atomic<Services *> m_services {nullptr};
};

} // namespace ci::api
