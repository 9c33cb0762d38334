// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"
#include "common/base/result.h"

#include <QString>
#include <QStringList>

#include <vector>

namespace ci::forge {

/// Where repositories lie: `<data>/repositories/<project id>.git`, bare, made by the system's git;
/// beside them `<data>/git` with the hooks (rewritten at each start) and the spool of pushes.
/// A value without state: any thread; what touches the disk belongs on a worker.
class Repositories
{
public:
    /// Makes the folders and writes the hooks.
    static Result<Repositories> create(const QString &dataDirectory);

    QString path(ProjectId id) const;
    QString hooksDirectory() const;
    QString spoolDirectory() const;
    bool exists(ProjectId id) const;

    /// Idempotent; a half-made one is made anew.
    Result<void> make(ProjectId id, const QString &defaultBranch) const;
    Result<void> setDefaultBranch(ProjectId id, const QString &branch) const;
    /// Makes refs/pipelines/<pipeline>, so that its commit stays and can be fetched by jobs. As git
    /// would write it, but without a process: cheap enough for the engine thread, where it belongs
    /// before the commit that makes the jobs ready.
    Result<void> keep(ProjectId id, PipelineId pipeline, const QByteArray &sha) const;
    Result<void> release(ProjectId id, PipelineId pipeline) const;
    /// Packs refs and objects if there are many loose ones. Takes long: a worker of its own.
    Result<void> tidy(ProjectId id) const;
    /// Renamed away first, so that a kill leaves nothing half there.
    Result<void> remove(ProjectId id) const;

    /// What lies there, by name alone: quick.
    struct Listing
    {
        std::vector<ProjectId> repositories;
        QStringList unfinished; ///< Removals and makings that a kill ended, if taken before there are others.
    };
    Listing list() const;
    /// Ends what is unfinished in the listing, and locks that a kill left behind.
    void sweep(const Listing &listing) const;

private:
    explicit Repositories(QString dataDirectory) : m_data(std::move(dataDirectory)) { }
    QString root() const;
    QString m_data; ///< Absolute: git's hooks run elsewhere.
};

} // namespace ci::forge
