// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QString>

namespace ci::forge {

// The one place where names from strangers become parts of addresses. None of them ever becomes a
// path on the disk: repositories are named by id.

/// The last part of a project's path: letters, digits, '_', '-', '.'; starts with a letter, digit
/// or '_'; does not end in '.', ".git" or ".atom"; no words that the web address needs; at most 255.
Result<void> checkProjectPath(const QString &path);

/// A group's whole path: parts as of a project, joined by '/'; the first is not a reserved word.
Result<void> checkGroupPath(const QString &path);

/// "My Project!" → "my-project"; empty where nothing is left.
QString pathFromName(const QString &name);

/// A name that git takes for a branch or tag, and that cannot be read as an option.
Result<void> checkRefName(const QString &name);

/// A protected branch: a ref name in which '*' stands for anything.
Result<void> checkBranchPattern(const QString &pattern);

} // namespace ci::forge
