// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/exchange.h"
#include "coordinator/api/requestcounts.h"

#include <chrono>

namespace ci::api {

/// The answer still owed to one request. A value: copies owe the same answer, which is given once.
/// Any thread.
class Reply
{
public:
    struct Origin
    {
        size_t row = RequestCounts::NoRoute;
        const char *pattern = "-"; ///< For the log: a target may hold what must not be logged.
        QByteArray method;
        RequestCounts *counts = nullptr;
        std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
    };

    Reply(net::ExchangePtr exchange, Origin origin);

    void send(net::Response response) const;
    void send(const Error &error) const;
    const net::ExchangePtr &exchange() const { return m_exchange; }
    /// For somebody else who will answer: notes what the answer was.
    net::ExchangePtr handOver() const;

private:
    friend class NotedExchange;
    void note(int status) const;

    net::ExchangePtr m_exchange;
    std::shared_ptr<const Origin> m_origin;
};

} // namespace ci::api
