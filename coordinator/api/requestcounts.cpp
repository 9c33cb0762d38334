// SPDX-License-Identifier: MIT
#include "coordinator/api/requestcounts.h"

#include <algorithm>

namespace ci::api {

RequestCounts::RequestCounts(size_t routes)
{
    for (size_t row = 0; row <= routes; ++row) {
        m_rows.push_back(std::make_unique<Row>());
    }
}

void RequestCounts::count(size_t row, int status)
{
    const size_t index = std::min(row, m_rows.size() - 1);
    const int place = std::clamp(status - FirstStatus, 0, Statuses - 1);
    (*m_rows[index])[static_cast<size_t>(place)].fetch_add(1, std::memory_order_relaxed);
}

std::vector<RequestCounts::Entry> RequestCounts::entries() const
{
    std::vector<Entry> found;
    for (size_t row = 0; row < m_rows.size(); ++row) {
        for (size_t place = 0; place < Statuses; ++place) {
            const quint32 count = (*m_rows[row])[place].load(std::memory_order_relaxed);
            if (count > 0) {
                const size_t name = row + 1 == m_rows.size() ? NoRoute : row;
                found.push_back({name, static_cast<int>(place) + FirstStatus, count});
            }
        }
    }
    return found;
}

} // namespace ci::api
