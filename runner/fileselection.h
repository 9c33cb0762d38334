// SPDX-License-Identifier: MIT
#pragma once

#include "runner/worker.h"

#include <QByteArray>
#include <QList>

#include <vector>

namespace ci::runner {

/// Which files an artifact or a cache takes.
struct SelectionRules
{
    QByteArray root; ///< The project directory.
    QList<QByteArray> paths; ///< Globs, relative to the root or absolute within it.
    QList<QByteArray> exclude;
    QList<QByteArray> untracked; ///< Plain paths, as git names them.
    /// Looked at for a path. More is a mistake in it, and the list of them must stay in memory.
    size_t maxFiles = 1'000'000;
};

struct FileSelection
{
    std::vector<QByteArray> files; ///< Relative, sorted, each once; directories included.
    QList<QByteArray> notes; ///< For the log: "out/: found 4 matching files and directories".
    QList<QByteArray> warnings;
};

/// Walks the tree without following links. For a worker, under the job's user.
FileSelection selectFiles(const SelectionRules &rules, const CancelFlag &cancel);

} // namespace ci::runner
