// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <vector>

namespace ci::model {

/// '*' stands for any number of any characters.
bool matchesWildcard(QStringView pattern, QStringView text);

/// Whether one of the names or wildcards ("release/*") of a project means the branch of this name.
/// Only branches are protected: not tags, nor the refs of merge requests, which any developer moves.
bool isProtectedBranch(const std::vector<QString> &patterns, QStringView branch);

} // namespace ci::model
