// SPDX-License-Identifier: MIT
#pragma once

namespace ci::runner {

/// The keeper's whole life, in a child that the nursery has just forked: takes its command from
/// `channel` (keeperwire.h) and lives until everything that came of it is gone.
[[noreturn]] void keeperMain(int channel);

} // namespace ci::runner
