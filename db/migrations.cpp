// SPDX-License-Identifier: MIT
#include "db/migrations.h"

#include <array>

namespace ci::db {

static constexpr std::array AllMigrations {
#include "migrations.inc"
};

// A database at version N has had all up to N: a number that comes later must be higher, and two
// files of one number would each be missing somewhere.
static constexpr bool isRising()
{
    for (size_t i = 1; i < AllMigrations.size(); ++i) {
        if (AllMigrations[i].version <= AllMigrations[i - 1].version) {
            return false;
        }
    }
    return true;
}
static_assert(isRising(), "two migrations have the same number: give the newer one the next");

std::span<const Migration> migrations()
{
    return AllMigrations;
}

} // namespace ci::db
