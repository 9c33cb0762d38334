// SPDX-License-Identifier: MIT
#pragma once

namespace ci {

/// From here on Qt's messages are log lines on standard error: time, level, category, then a phrase
/// and key=value pairs. Never blocks (LineWriter); what is left is written at exit, for at most a
/// second.
void startLogging();

} // namespace ci
