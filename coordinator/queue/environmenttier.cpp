// SPDX-License-Identifier: MIT
#include "coordinator/queue/environmenttier.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace ci::queue {

using namespace Qt::StringLiterals;

namespace {

struct TierGuess
{
    QLatin1StringView pattern;
    QLatin1StringView tier;
};

// GitLab's documentation of environments, "Deployment tier of environments"; the first fits.
constexpr std::array TierGuesses {
    TierGuess {"dev|review|trunk"_L1, "development"_L1},
    TierGuess {"test|tst|int|ac(ce|)pt|qa|qc|control|quality"_L1, "testing"_L1},
    TierGuess {"st(a|)g|mod(e|)l|pre|demo|non"_L1, "staging"_L1},
    TierGuess {"pr(o|)d|live"_L1, "production"_L1},
};

constexpr std::array Tiers {"production"_L1, "staging"_L1, "testing"_L1, "development"_L1,
                            "other"_L1};

} // namespace

QString guessedTier(const QString &environment)
{
    for (const TierGuess &guess : TierGuesses) {
        const QRegularExpression pattern(guess.pattern,
                                         QRegularExpression::CaseInsensitiveOption);
        if (pattern.match(environment).hasMatch()) {
            return guess.tier;
        }
    }
    return u"other"_s;
}

bool isTier(const QString &word)
{
    return std::find(Tiers.begin(), Tiers.end(), word) != Tiers.end();
}

} // namespace ci::queue
