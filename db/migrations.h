// SPDX-License-Identifier: MIT
#pragma once

#include <span>

namespace ci::db {

struct Migration
{
    int version; ///< The number in front of the file's name.
    const char *sql;
};

/// In rising order; compiled in from db/migrations/.
std::span<const Migration> migrations();

} // namespace ci::db
