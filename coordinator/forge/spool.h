// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/forge/pushevent.h"
#include "coordinator/forge/repositories.h"

#include <QHash>
#include <QSet>

#include <vector>

namespace ci::forge {

/// The files that the hooks of pushes leave (hooks.cpp). `NAME.push`: refs have moved. `NAME.intent`
/// alone: git was about to move refs; whether it did, the refs say. `NAME.ended`: an intent whose git
/// has ended, so that the refs say all there is to say. Worker.
class Spool
{
public:
    explicit Spool(const Repositories &repositories)
        : m_repositories(repositories), m_directory(repositories.spoolDirectory())
    {
    }

    /// Pushes of one project in the order of their beginning; `seen` are the refs that are known.
    /// Files that cannot be read are put aside with a word in the log.
    std::vector<PushEvent> take(ProjectId project, const QHash<QString, QByteArray> &seen) const;
    /// After all of it is stored; on the disk when it returns, so that it does not come back.
    void finish(const PushEvent &event) const;

    /// Refs named by files that are there now: they are being looked after.
    QSet<QString> claimedRefs(ProjectId project) const;
    /// Refs that moved without leaving a file.
    Result<PushEvent> strays(ProjectId project, const QHash<QString, QByteArray> &seen) const;

    /// At start: intents and unfinished files of an earlier life that came to nothing.
    void sweep(std::chrono::seconds olderThan) const;

    /// Git has ended; what it left of an intent waits for the next take(). Any thread.
    static void settleIntent(const QString &directory, const QString &pushName);

private:
    std::vector<PushEvent> read(ProjectId project, const QString &suffix) const;
    const Repositories m_repositories;
    const QString m_directory;
};

} // namespace ci::forge
