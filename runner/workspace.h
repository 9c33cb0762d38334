// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/protocol/jobpayload.h"
#include "runner/config.h"
#include "runner/jobuser.h"

#include <QByteArray>

namespace ci::runner {

/// Which of the runner's places a job has: the smallest free numbers, so that directories are used
/// again (and a fetch is enough).
struct JobSlot
{
    int ofRunner = 0; ///< CI_CONCURRENT_ID
    int ofProject = 0; ///< CI_CONCURRENT_PROJECT_ID
};

/// Where a job's files lie.
struct Workspace
{
    QByteArray buildsDirectory;
    QByteArray projectDirectory; ///< builds/<short token>/<slot>/<project's path>
    QByteArray temporaryDirectory; ///< projectDirectory + ".tmp": scripts and file variables, 0700.
    QByteArray cacheDirectory; ///< cache/<project's path>
};

/// The first eight characters of a runner's token, without its kind ("glrt-", "t1_"); anything but
/// letters, digits, '-' and '_' becomes '_'.
QByteArray shortToken(const Secret &token);

/// The path part of a repository's address without ".git", as path components that cannot leave a
/// directory; an error where there is none.
Result<QByteArray> projectPath(const QString &repoUrl);

Result<Workspace> planWorkspace(const protocol::JobPayload &payload,
                                const RunnerEntry &entry,
                                const JobSlot &slot);

/// Makes the missing parts of `path`, mode 0755, as the calling thread's user.
Result<void> makeDirectories(const QByteArray &path);

/// The builds directory itself, which the job's user must own to work in it.
Result<void> prepareBuildsDirectory(const QByteArray &path, const JobUser *user);

/// Removes a tree without following links. Missing is fine. May be long: for a worker.
Result<void> removeTree(const QByteArray &path);

/// Removes what is in a directory. Missing is fine. May be long: for a worker.
Result<void> emptyDirectory(const QByteArray &path);

/// An empty directory of mode 0700 that is the calling user's. One that is there is used again: of
/// directories that come and go with every job a file system tires.
Result<void> makePrivateDirectory(const QByteArray &path);

/// A new file with `mode`, never through a link or over what is there.
Result<void> writeNewFile(const QByteArray &path, const QByteArray &bytes, unsigned mode);

} // namespace ci::runner
