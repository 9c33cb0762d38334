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
    QByteArray cacheDirectory; ///< cache/<coordinator>/<project's path>
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

/// What became of a removal on the loop's thread. Unfinished: there is more than a handful of files, or
/// a problem; removeTree() on a worker is next.
enum class Removal : quint8 { Done, Unfinished };

/// A file or an empty directory. Missing is fine.
Removal removeAtOnce(const QByteArray &path);

/// What is in a directory: files and empty directories. The file `kept` stays, without a byte. Missing is
/// fine.
Removal emptyAtOnce(const QByteArray &path, const QByteArray &kept = {});

/// An empty directory (but for `kept`, as above) of mode 0700 that is `owner`'s, as whom the thread acts. One that is there is
/// used again: where directories and files come and go with every job, ext4 looks long for an inode
/// among those just freed. Unfinished: what is there has to go first.
Result<Removal> makePrivateDirectory(const QByteArray &path, uid_t owner, const QByteArray &kept = {});

/// The script of a job's stages in its temporary directory: written anew by each, but for after_script,
/// which may find processes of the script.
inline const QByteArray ScriptFileName = QByteArrayLiteral("step");
inline const QByteArray AfterScriptFileName = QByteArrayLiteral("after_script");

/// A file of mode 0600 in a private directory. One that is there is used again, if it is a plain
/// file without a second name; else it is replaced.
Result<void> writePrivateFile(const QByteArray &path, const QByteArray &bytes);

/// A new file with `mode`, never through a link or over what is there.
Result<void> writeNewFile(const QByteArray &path, const QByteArray &bytes, unsigned mode);

} // namespace ci::runner
