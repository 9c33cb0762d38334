// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace ci::queue {

/// What GitLab guesses from an environment's name where the file gives no tier: "production",
/// "staging", "testing", "development" or "other".
QString guessedTier(const QString &environment);

/// Whether it is one of these.
bool isTier(const QString &word);

} // namespace ci::queue
