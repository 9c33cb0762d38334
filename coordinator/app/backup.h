// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/app/datadirectory.h"
#include "db/database.h"

#include <QString>

namespace ci::app {

struct BackupReport
{
    int repositories = 0;
    qint64 files = 0; ///< With those of repositories.
    qint64 bytes = 0;
};

/// Copies a data directory, also that of a running coordinator, into a folder that is a whole data
/// directory itself: database, key, logs, artifacts, pages, repositories. It blocks for as long as
/// copying takes.
///
/// What the database names is there: logs, artifacts and pages are copied before it (what goes
/// meanwhile is there then) and again after it (what came), and repositories after it, each checked
/// by git for being complete. A push that came between is found at the first start, as after a kill.
/// Conflict: the folder exists. Its `backup.json` is written last: without it a backup is not whole.
Result<BackupReport> backUp(const DataDirectory &directory, db::Database &database,
                            const QString &folder);

/// Makes a data directory of a backup. Invalid: the backup is not whole. Conflict: something is in
/// the directory already.
Result<void> restoreBackup(const QString &backup, const QString &directory);

} // namespace ci::app
