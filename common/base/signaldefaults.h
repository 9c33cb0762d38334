// SPDX-License-Identifier: MIT
#pragma once

namespace ci {

/// Gives every signal its standard action, for a child between fork and execve: what the parent
/// ignores or was started to ignore is not the program's business. Also the two that the C library
/// keeps for itself and lets nobody set (32 and 33), which whoever started us may have ignored.
/// Async-signal-safe; leaves the mask and errno's value to the caller.
void restoreSignalDefaults();

} // namespace ci
