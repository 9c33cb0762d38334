// SPDX-License-Identifier: MIT
#pragma once

namespace ci::keeper {

/// The keeper's whole life, in a child that the nursery has just forked: takes its command from
/// `channel` (wire.h) and lives until everything that came of it is gone.
[[noreturn]] void keeperMain(int channel);

} // namespace ci::keeper
