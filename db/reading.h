// SPDX-License-Identifier: MIT
#pragma once

#include "db/page.h"
#include "db/query.h"

#include <optional>
#include <vector>

// The shapes in which every store reads and writes: one row, all rows, a page, a change.

namespace ci::db {

template<typename T, typename Reader>
Result<std::optional<T>> readOne(Query &query, Reader read)
{
    std::optional<T> found;
    if (query.next()) {
        found = read(query);
    }
    if (const Result<void> done = query.finish(); !done) {
        return done.error();
    }
    return found;
}

template<typename T, typename Reader>
Result<std::vector<T>> readAll(Query &query, Reader read)
{
    std::vector<T> rows;
    while (query.next()) {
        rows.push_back(read(query));
    }
    if (const Result<void> done = query.finish(); !done) {
        return done.error();
    }
    return rows;
}

/// The first column of the first row; 0 without a row.
inline Result<qint64> readNumber(Query &query)
{
    const qint64 number = query.next() ? query.integer(0) : 0;
    if (const Result<void> done = query.finish(); !done) {
        return done.error();
    }
    return number;
}

template<typename T, typename Reader>
Result<Listing<T>> readListing(Query &query, Query &total, Reader read)
{
    Result<std::vector<T>> items = readAll<T>(query, read);
    if (!items) {
        return items.error();
    }
    const Result<qint64> count = readNumber(total);
    if (!count) {
        return count.error();
    }
    return Listing<T> {std::move(*items), *count};
}

/// A change that must meet exactly one row; NotFound names `what` where it meets none.
inline Result<void> runOne(Query &query, const QString &what)
{
    const Result<int> changed = query.run();
    if (!changed) {
        return changed.error();
    }
    if (*changed == 0) {
        return notFound(what + QLatin1StringView(" not found"));
    }
    return {};
}

/// Whether the change met a row.
inline Result<bool> changesAny(Query &query)
{
    const Result<int> changed = query.run();
    if (!changed) {
        return changed.error();
    }
    return *changed > 0;
}

/// A change that may meet any number of rows.
inline Result<void> runAny(Query &query)
{
    const Result<int> changed = query.run();
    return changed ? Result<void>() : Result<void>(changed.error());
}

} // namespace ci::db
