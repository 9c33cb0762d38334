// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/pages.h"
#include "coordinator/storage/artifactfiles.h"
#include "coordinator/storage/workers.h"

#include <memory>

namespace ci::storage {

/// Published sites: each a second name of the archive that its job has uploaded (DIRECTORY/<id>),
/// so that it stays when the artifacts expire. Nothing is unpacked: files are read from the
/// archive, and no name in it ever becomes a path. Engine thread; path() anywhere.
class Pages
{
public:
    struct Parts
    {
        ArtifactFiles &artifacts;
        engine::CommandLoop &loop;
        Workers &workers;
        const Clock &clock;
    };
    static Result<std::unique_ptr<Pages>> create(const QString &directory, const Parts &parts);

    /// Replaces what was published there. NotFound: the job has left no archive.
    Result<model::PagesDeployment> publish(engine::Transaction &transaction,
                                           model::PagesDeployment deployment);
    Result<void> removeAllOf(engine::Transaction &transaction, ProjectId project);
    /// Removes what has expired, a bounded number by each command.
    void sweep();
    /// At start: files that no row knows.
    void removeLeftovers();

    QString path(PagesId id) const;

private:
    Pages(QString directory, const Parts &parts) : m_directory(std::move(directory)), m_parts(parts) { }
    Result<void> remove(engine::Transaction &transaction, PagesId id);

    QString m_directory;
    Parts m_parts;
};

} // namespace ci::storage
