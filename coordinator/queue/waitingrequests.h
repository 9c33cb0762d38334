// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/queue/pendingjobs.h"

#include <map>
#include <set>
#include <unordered_map>
#include <vector>

namespace ci::queue {

/// Held requests, grouped by what their runners take: ten thousand equal runners are one row, and a
/// job looks only at rows of its scope that have one of its tags.
class WaitingRequests
{
public:
    /// `id` rises with time.
    void add(quint64 id, const Offer &offer);
    bool remove(quint64 id);
    bool contains(quint64 id) const { return m_offers.contains(id); }
    size_t count() const { return m_offers.size(); }

    /// The request that has waited longest of those whose runner may take such a job.
    std::optional<quint64> choose(const Wish &wish) const;

private:
    struct Scope
    {
        model::RunnerType type;
        qint64 owner;
        auto operator<=>(const Scope &) const = default;
    };
    using Rows = std::map<Offer, std::set<quint64>>;
    struct Room
    {
        Rows rows;
        std::map<QString, std::set<const Rows::value_type *>> byTag;
        std::set<const Rows::value_type *> untagged;
    };

    void consider(const Scope &scope, const Wish &wish, std::optional<quint64> &best) const;
    const std::set<const Rows::value_type *> *candidates(const Room &room, const Wish &wish) const;

    std::map<Scope, Room> m_rooms;
    std::unordered_map<quint64, Offer> m_offers;
};

} // namespace ci::queue
