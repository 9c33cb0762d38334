// SPDX-License-Identifier: MIT
#pragma once

#include <span>

namespace ci::runner {

/// The program of runner/keeper, which this one carries inside.
std::span<const char> keeperImage();

} // namespace ci::runner
