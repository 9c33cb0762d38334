// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secret.h"

#include <QList>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <chrono>
#include <limits>

// What config.toml says, with GitLab Runner's names and defaults. Keys of our own are marked (own).

namespace ci::runner {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// As long as a QTimer can be set (24.8 days): longer waits are cut to this.
constexpr qint64 MaxTimerSeconds = std::numeric_limits<int>::max() / 1000;

/// One [[runners]].
struct RunnerEntry
{
    QString name;
    QUrl url;
    qint64 id = 0;
    Secret token;
    QString executor = QStringLiteral("shell");
    QString shell = QStringLiteral("bash");
    QString buildsDir; ///< Empty: `builds` in the working directory.
    QString cacheDir; ///< Empty: `cache` in the working directory.
    QString cloneUrl; ///< Replaces scheme, host and port of a job's repository.
    QString tlsCaFile; ///< PEM of the coordinator's authority.
    QString preGetSourcesScript;
    QString postGetSourcesScript;
    QString preBuildScript;
    QString postBuildScript;
    QStringList environment; ///< "KEY=value"; a job's own variables win.
    int limit = 0; ///< Jobs at once; 0: as many as `concurrent` allows.
    int requestConcurrency = 1; ///< Job requests open at once.
    qint64 outputLimitKb = 4096; ///< Of a job's log.
    milliseconds killGrace {500}; ///< `graceful_kill_timeout`: between SIGTERM and SIGKILL.
    bool shellLogin = false; ///< (own) `shell_login`: a login shell for scripts and terminals.
    QString runAs; ///< (own) `run_as`: the user that jobs run as, where we are root.
};

struct RunnerConfig
{
    int concurrent = 1;
    seconds checkInterval {3};
    seconds shutdownTimeout {30}; ///< After SIGTERM: how long aborted jobs may take to report.
    seconds sessionTimeout {1800}; ///< Longest that a terminal holds an ended job.
    QString logLevel; ///< "debug", "info" (also empty), "warn", "error".
    QList<RunnerEntry> runners;
};

} // namespace ci::runner
