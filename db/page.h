// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <vector>

namespace ci::db {

/// Which part of a list; `page` counts from 1 as in GitLab's API.
struct Page
{
    int page = 1;
    int perPage = 20; ///< At most 100.

    qint64 offset() const { return static_cast<qint64>(page - 1) * perPage; }
};

template<typename T>
struct Listing
{
    std::vector<T> items;
    qint64 total = 0; ///< Over all pages.
};

} // namespace ci::db
