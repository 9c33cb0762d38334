// SPDX-License-Identifier: MIT
#include "coordinator/model/protectedbranches.h"

#include <algorithm>

namespace ci::model {

bool matchesWildcard(QStringView pattern, QStringView text)
{
    // Greedy with one point to come back to: linear in practice, quadratic at worst.
    qsizetype p = 0;
    qsizetype t = 0;
    qsizetype star = -1;
    qsizetype resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == u'*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star >= 0) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == u'*') {
        ++p;
    }
    return p == pattern.size();
}

bool isProtectedBranch(const std::vector<QString> &patterns, QStringView branch)
{
    return std::any_of(patterns.begin(), patterns.end(), [branch](const QString &pattern) {
        return matchesWildcard(pattern, branch);
    });
}

} // namespace ci::model
