// SPDX-License-Identifier: MIT
#include "runner/gitleftovers.h"

#include <unistd.h>

#include <climits>
#include <filesystem>

namespace ci::runner {

namespace {

namespace fs = std::filesystem;

constexpr const char *Leftovers[] {
    "/.git/index.lock", "/.git/shallow.lock", "/.git/HEAD.lock", "/.git/config.lock",
    "/.git/packed-refs.lock", "/.git/config", "/.git/hooks",
};

// Entries below .git/refs that the loop's thread looks at: a tenth of a millisecond.
constexpr int MaxRefsAtOnce = 200;

void removeLock(const fs::path &path)
{
    if (path.extension() == ".lock") { // No ref may be called so.
        ::unlink(path.c_str());
    }
}

Removal removeRefLocks(const QByteArray &project, int most)
{
    std::error_code problem;
    fs::recursive_directory_iterator entry((project + "/.git/refs").toStdString(), problem);
    for (; !problem && entry != fs::recursive_directory_iterator(); entry.increment(problem)) {
        if (--most < 0) {
            return Removal::Unfinished;
        }
        removeLock(entry->path());
    }
    return Removal::Done;
}

// A submodule may be named as a part of a repository is; one within a repository may not.
bool isPartOfRepository(const fs::path &path)
{
    std::error_code problem;
    return fs::exists(path.parent_path() / "HEAD", problem);
}

// Configuration stays: git makes that of a submodule only once, and cannot fetch without.
void clearSubmodules(const QByteArray &project)
{
    std::error_code problem;
    fs::recursive_directory_iterator entry((project + "/.git/modules").toStdString(), problem);
    for (; !problem && entry != fs::recursive_directory_iterator(); entry.increment(problem)) {
        const fs::path path = entry->path();
        const bool isHooks = path.filename() == "hooks" && isPartOfRepository(path);
        if (isHooks || (path.filename() == "objects" && isPartOfRepository(path))) {
            entry.disable_recursion_pending();
        }
        if (isHooks) {
            (void)!removeTree(QByteArray::fromStdString(path.string())).isOk();
        }
        removeLock(path);
    }
}

} // namespace

Removal clearFewLeftovers(const QByteArray &project)
{
    for (const char *leftover : Leftovers) {
        if (removeAtOnce(project + leftover) == Removal::Unfinished) {
            return Removal::Unfinished;
        }
    }
    return removeRefLocks(project, MaxRefsAtOnce);
}

void clearLeftovers(const QByteArray &project)
{
    for (const char *leftover : Leftovers) {
        (void)!removeTree(project + leftover).isOk();
    }
    (void)removeRefLocks(project, INT_MAX);
    clearSubmodules(project);
}

} // namespace ci::runner
