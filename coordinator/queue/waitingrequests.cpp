// SPDX-License-Identifier: MIT
#include "coordinator/queue/waitingrequests.h"

namespace ci::queue {

using model::RunnerType;

void WaitingRequests::add(quint64 id, const Offer &offer)
{
    if (!m_offers.try_emplace(id, offer).second) {
        return;
    }
    Room &room = m_rooms[{offer.type, offer.owner}];
    const auto [row, isNew] = room.rows.try_emplace(offer);
    row->second.insert(id);
    if (!isNew) {
        return;
    }
    for (const QString &tag : offer.tags) {
        room.byTag[tag].insert(&*row);
    }
    if (offer.runsUntagged) {
        room.untagged.insert(&*row);
    }
}

bool WaitingRequests::remove(quint64 id)
{
    const auto found = m_offers.find(id);
    if (found == m_offers.end()) {
        return false;
    }
    const Offer offer = found->second;
    m_offers.erase(found);
    const auto place = m_rooms.find({offer.type, offer.owner});
    Room &room = place->second;
    const auto row = room.rows.find(offer);
    row->second.erase(id);
    if (!row->second.empty()) {
        return true;
    }
    for (const QString &tag : offer.tags) {
        const auto rows = room.byTag.find(tag);
        rows->second.erase(&*row);
        if (rows->second.empty()) {
            room.byTag.erase(rows);
        }
    }
    room.untagged.erase(&*row);
    room.rows.erase(row);
    if (room.rows.empty()) {
        m_rooms.erase(place);
    }
    return true;
}

const std::set<const WaitingRequests::Rows::value_type *> *
WaitingRequests::candidates(const Room &room, const Wish &wish) const
{
    if (wish.tags.isEmpty()) {
        return &room.untagged;
    }
    const std::set<const Rows::value_type *> *smallest = nullptr;
    for (const QString &tag : wish.tags) {
        const auto rows = room.byTag.find(tag);
        if (rows == room.byTag.end()) {
            return nullptr;
        }
        if (!smallest || rows->second.size() < smallest->size()) {
            smallest = &rows->second;
        }
    }
    return smallest;
}

void WaitingRequests::consider(const Scope &scope,
                               const Wish &wish,
                               std::optional<quint64> &best) const
{
    const auto room = m_rooms.find(scope);
    if (room == m_rooms.end()) {
        return;
    }
    const auto *rows = candidates(room->second, wish);
    if (!rows) {
        return;
    }
    for (const Rows::value_type *row : *rows) {
        const quint64 oldest = *row->second.begin();
        if ((!best || oldest < *best) && fits(row->first, wish)) {
            best = oldest;
        }
    }
}

std::optional<quint64> WaitingRequests::choose(const Wish &wish) const
{
    std::optional<quint64> best;
    consider({RunnerType::Instance, 0}, wish, best);
    consider({RunnerType::Group, wish.group.value()}, wish, best);
    consider({RunnerType::Project, wish.project.value()}, wish, best);
    return best;
}

} // namespace ci::queue
