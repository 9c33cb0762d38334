// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/engine/news.h"
#include "coordinator/forge/repositories.h"
#include "coordinator/model/project.h"

#include <QObject>
#include <QThreadPool>

#include <functional>

namespace ci::forge {

struct NewProject
{
    QString name; ///< Either of name and path may be empty: made from the other.
    QString path;
    QString namespacePath; ///< Empty: the creator's own.
    std::optional<GroupId> namespaceId; ///< Instead of the path.
    QString description;
    model::Visibility visibility = model::Visibility::Private;
    QString defaultBranch; ///< Empty: "main".
    UserId creator;
    bool byAdmin = false; ///< May use any namespace, and makes it where there is none.
};

/// What is set is changed.
struct ProjectChange
{
    std::optional<QString> name;
    std::optional<QString> path;
    std::optional<QString> description;
    std::optional<model::Visibility> visibility;
    std::optional<QString> defaultBranch; ///< Must be a valid name; need not exist yet.
    std::optional<std::chrono::seconds> buildTimeout; ///< 10 min … 30 days, as GitLab.
    std::optional<QString> ciConfigPath; ///< Empty: ".gitlab-ci.yml".
    std::optional<bool> autoCancelRedundant;
    std::optional<bool> isArchived;
};

/// Projects and their repositories. Rights are for the caller to check. Engine thread; the disk is
/// touched on workers.
class Projects final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Projects)

public:
    struct Parts
    {
        engine::CommandLoop &loop;
        engine::News &news;
        const Clock &clock;
        const Repositories &repositories;
    };
    using Done = std::function<void(Result<model::Project>)>;

    explicit Projects(Parts parts, QObject *parent = nullptr);
    ~Projects() override;

    /// The creator becomes owner, the default branch protected. Calls back later, once, on this
    /// thread, when row and repository exist. Conflict: the path is taken.
    void create(NewProject project, QObject *context, Done done);

    Result<model::Project> change(engine::Transaction &transaction,
                                  ProjectId id,
                                  const ProjectChange &change);

    /// The row goes now, with all that hangs on it; the repository after the commit. Jobs that run
    /// must have been canceled before (pipelines room).
    Result<void> remove(engine::Transaction &transaction, ProjectId id);

    /// At start, on a worker: makes repositories that a kill left unmade and removes those without
    /// a project.
    void mend(const std::vector<model::Project> &projects);

private:
    Result<model::Project> insert(engine::Transaction &transaction, const NewProject &wish);
    Result<model::Group> groupFor(engine::Transaction &transaction, const NewProject &wish);
    Parts m_parts;
    QThreadPool m_pool;
};

} // namespace ci::forge
