// SPDX-License-Identifier: MIT
#pragma once

namespace ci::app {

enum class Verbosity : unsigned char { Normal, Debug };

/// What is logged, from now on. QT_LOGGING_RULES still has the last word.
void setVerbosity(Verbosity verbosity);

} // namespace ci::app
