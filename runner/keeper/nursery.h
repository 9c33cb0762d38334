// SPDX-License-Identifier: MIT
#pragma once

namespace ci::keeper {

/// Forks a keeper for each channel that comes over `requests` (one message, one descriptor), until
/// its maker has closed the other end.
[[noreturn]] void tendNursery(int requests);

} // namespace ci::keeper
