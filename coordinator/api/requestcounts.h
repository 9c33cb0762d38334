// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

#include <array>
#include <atomic>
#include <memory>
#include <vector>

namespace ci::api {

/// How often each route answered with which status; from any thread, without a lock.
class RequestCounts
{
public:
    static constexpr size_t NoRoute = static_cast<size_t>(-1);

    explicit RequestCounts(size_t routes);

    void count(size_t row, int status);

    struct Entry
    {
        size_t row = 0; ///< NoRoute: no route matched.
        int status = 0;
        qint64 count = 0;
    };
    std::vector<Entry> entries() const; ///< Those that are not 0.

private:
    static constexpr int FirstStatus = 100;
    static constexpr int Statuses = 500;
    using Row = std::array<std::atomic<quint32>, Statuses>;

    std::vector<std::unique_ptr<Row>> m_rows; ///< The last is of requests without a route.
};

} // namespace ci::api
