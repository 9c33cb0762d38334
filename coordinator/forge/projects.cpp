// SPDX-License-Identifier: MIT
#include "coordinator/forge/projects.h"

#include "coordinator/auth/posting.h"
#include "coordinator/forge/projectnames.h"
#include "db/groupstore.h"
#include "db/projectstore.h"
#include "db/userstore.h"

#include <QLoggingCategory>
#include <QPointer>

#include <algorithm>

namespace ci::forge {

using namespace Qt::StringLiterals;

Q_LOGGING_CATEGORY(lcProjects, "ci.forge.projects")

namespace {

// GitLab's bounds of a project's build timeout.
constexpr std::chrono::minutes ShortestBuildTimeout {10};
constexpr std::chrono::hours LongestBuildTimeout {24 * 30};
constexpr qsizetype MaxProjectName = 255;
constexpr qsizetype MaxDescription = 2000;

Result<void> checkName(const QString &name)
{
    const bool isOk = !name.trimmed().isEmpty() && name.size() <= MaxProjectName
        && std::all_of(name.begin(), name.end(), [](QChar c) { return c.isPrint(); });
    return isOk ? Result<void>()
                : Result<void>(invalid(u"name must have 1 to %1 printable characters"_s
                                           .arg(MaxProjectName)));
}

Result<void> checkConfigPath(const QString &path)
{
    const bool isOk = path.size() <= 255 && !path.startsWith(u'/') && !path.contains("://"_L1)
        && !path.contains(u'@') && !path.split(u'/').contains(".."_L1)
        && std::all_of(path.begin(), path.end(), [](QChar c) { return c.isPrint(); });
    return isOk ? Result<void>()
                : Result<void>(invalid(u"ci_config_path must be a path within the repository"_s));
}

Result<void> checkChange(const ProjectChange &change)
{
    std::vector<Result<void>> checks;
    checks.push_back(change.name ? checkName(*change.name) : Result<void>());
    checks.push_back(change.path ? checkProjectPath(*change.path) : Result<void>());
    checks.push_back(change.defaultBranch ? checkRefName(*change.defaultBranch) : Result<void>());
    checks.push_back(change.ciConfigPath ? checkConfigPath(*change.ciConfigPath) : Result<void>());
    if (change.description && change.description->size() > MaxDescription) {
        checks.push_back(invalid(u"description is too long (maximum is %1 characters)"_s
                                     .arg(MaxDescription)));
    }
    if (change.buildTimeout
        && (*change.buildTimeout < ShortestBuildTimeout || *change.buildTimeout > LongestBuildTimeout)) {
        checks.push_back(invalid(u"build_timeout must be between 10 minutes and 30 days"_s));
    }
    const auto failed = std::find_if(checks.begin(), checks.end(),
                                     [](const Result<void> &check) { return !check; });
    return failed == checks.end() ? Result<void>() : *failed;
}

Result<model::Project> existingProject(db::Database &database, ProjectId id)
{
    Result<std::optional<model::Project>> found = db::ProjectStore(database).find(id);
    if (!found) {
        return found.error();
    }
    return *found ? Result<model::Project>(**found)
                  : Result<model::Project>(notFound(u"404 Project Not Found"_s));
}

void applyChange(model::Project &project, const ProjectChange &change)
{
    project.name = change.name.value_or(project.name);
    project.path = change.path.value_or(project.path);
    project.description = change.description.value_or(project.description);
    project.visibility = change.visibility.value_or(project.visibility);
    project.defaultBranch = change.defaultBranch.value_or(project.defaultBranch);
    project.buildTimeout = change.buildTimeout.value_or(project.buildTimeout);
    project.ciConfigPath = change.ciConfigPath.value_or(project.ciConfigPath);
    if (project.ciConfigPath.isEmpty()) {
        project.ciConfigPath = u".gitlab-ci.yml"_s;
    }
    project.autoCancelRedundant = change.autoCancelRedundant.value_or(project.autoCancelRedundant);
    project.isArchived = change.isArchived.value_or(project.isArchived);
}

void logFailure(const QString &what, ProjectId id, const Result<void> &result)
{
    if (!result) {
        qCWarning(lcProjects).noquote().nospace() << what << " project=" << id.value()
                                                  << " cause=" << result.error().detail;
    }
}

} // namespace

Projects::Projects(Parts parts, QObject *parent) : QObject(parent), m_parts(parts)
{
    m_pool.setMaxThreadCount(2);
}

Projects::~Projects()
{
    m_pool.waitForDone();
}

void Projects::create(NewProject project, QObject *context, Done done)
{
    Done answer = auth::guardedBy<model::Project>(context, std::move(done));
    auto makeRepository = [this, answer](const Result<model::Project> &stored) {
        if (!stored) {
            answer(stored.error());
            return;
        }
        m_pool.start([this, answer, project = *stored] {
            const Result<void> made = m_parts.repositories.make(project.id, project.defaultBranch);
            QMetaObject::invokeMethod(this, [answer, project, made] {
                logFailure(u"repository not made"_s, project.id, made);
                answer(made ? Result(project) : Result<model::Project>(made.error()));
            }, Qt::QueuedConnection);
        });
    };
    auth::postFor<model::Project>(m_parts.loop, [this, project](engine::Transaction &transaction) {
        return insert(transaction, project);
    }, makeRepository);
}

Result<model::Project> Projects::insert(engine::Transaction &transaction, const NewProject &wish)
{
    const QString path = wish.path.isEmpty() ? pathFromName(wish.name) : wish.path;
    ProjectChange checked;
    checked.name = wish.name.isEmpty() ? path : wish.name;
    checked.path = path;
    checked.description = wish.description;
    checked.defaultBranch = wish.defaultBranch.isEmpty() ? u"main"_s : wish.defaultBranch;
    if (const Result<void> ok = checkChange(checked); !ok) {
        return ok.error();
    }
    const Result<model::Group> group = groupFor(transaction, wish);
    if (!group) {
        return group.error();
    }
    model::Project project;
    applyChange(project, checked);
    project.group = group->id;
    project.groupPath = group->path;
    project.visibility = wish.visibility;
    project.createdAt = m_parts.clock.now();
    project.lastActivityAt = project.createdAt;
    db::ProjectStore store(transaction.database());
    Result<model::Project> stored = store.insert(project);
    if (!stored) {
        return stored;
    }
    Result<void> done = store.setMember(stored->id, wish.creator, model::Role::Owner);
    done = done ? store.protectBranch(stored->id, stored->defaultBranch) : done;
    transaction.afterCommit([this, id = stored->id] { Q_EMIT m_parts.news.projectChanged(id); });
    return done ? stored : Result<model::Project>(done.error());
}

Result<model::Group> Projects::groupFor(engine::Transaction &transaction, const NewProject &wish)
{
    const Result<std::optional<model::User>> creator
        = db::UserStore(transaction.database()).find(wish.creator);
    if (!creator || !*creator) {
        return creator ? notFound(u"404 User Not Found"_s) : creator.error();
    }
    const QString path = wish.namespacePath.isEmpty() ? (*creator)->username : wish.namespacePath;
    db::GroupStore store(transaction.database());
    const Result<std::optional<model::Group>> found
        = wish.namespaceId ? store.find(*wish.namespaceId) : store.findByPath(path);
    if (!found) {
        return found.error();
    }
    if (*found) {
        const Result<model::Role> role = store.roleOf(**found, wish.creator);
        if (!role) {
            return role.error();
        }
        return *role >= model::Role::Developer || wish.byAdmin
            ? Result<model::Group>(**found)
            : Result<model::Group>(
                forbidden(u"namespace is not valid for you: %1"_s.arg((*found)->path)));
    }
    if (wish.namespaceId) {
        return notFound(u"404 Namespace Not Found"_s);
    }
    if (!wish.byAdmin) {
        return notFound(u"namespace %1 does not exist"_s.arg(path));
    }
    if (const Result<void> checked = checkGroupPath(path); !checked) {
        return checked.error();
    }
    return store.insert({.id = {},
                         .path = path,
                         .name = path.section(u'/', -1),
                         .user = std::nullopt,
                         .createdAt = m_parts.clock.now()});
}

Result<model::Project> Projects::change(engine::Transaction &transaction,
                                        ProjectId id,
                                        const ProjectChange &change)
{
    Result<model::Project> project = existingProject(transaction.database(), id);
    if (!project) {
        return project;
    }
    if (const Result<void> checked = checkChange(change); !checked) {
        return checked.error();
    }
    const model::Project before = *project;
    applyChange(*project, change);
    if (const Result<void> stored = db::ProjectStore(transaction.database()).update(*project); !stored) {
        return stored.error();
    }
    transaction.afterCommit([this, before, project = *project] {
        Q_EMIT m_parts.news.projectChanged(project.id);
        // All who look at anything are asked for anew: only for what bears on rights.
        if (project.visibility != before.visibility || project.isArchived != before.isArchived) {
            Q_EMIT m_parts.news.rightsChanged(UserId {}, project.id);
        }
        if (project.defaultBranch != before.defaultBranch) {
            m_pool.start([repositories = m_parts.repositories, project] {
                logFailure(u"default branch not set"_s, project.id,
                           repositories.setDefaultBranch(project.id, project.defaultBranch));
            });
        }
    });
    return project;
}

Result<void> Projects::remove(engine::Transaction &transaction, ProjectId id)
{
    if (const Result<model::Project> project = existingProject(transaction.database(), id); !project) {
        return project.error();
    }
    if (const Result<void> removed = db::ProjectStore(transaction.database()).remove(id); !removed) {
        return removed;
    }
    transaction.afterCommit([this, id] {
        Q_EMIT m_parts.news.projectChanged(id);
        Q_EMIT m_parts.news.rightsChanged(UserId {}, id);
        m_pool.start([repositories = m_parts.repositories, id] {
            logFailure(u"repository not removed"_s, id, repositories.remove(id));
        });
    });
    return {};
}

void Projects::mend(const std::vector<model::Project> &projects)
{
    // Listed before anybody can make another: what comes while the worker is busy is nobody's leftover.
    m_pool.start([repositories = m_parts.repositories, projects, found = m_parts.repositories.list()] {
        repositories.sweep(found);
        for (const model::Project &project : projects) {
            logFailure(u"repository not made"_s, project.id,
                       repositories.make(project.id, project.defaultBranch));
        }
        for (const ProjectId id : found.repositories) {
            const bool isKnown = std::any_of(projects.begin(), projects.end(),
                                             [id](const auto &project) { return project.id == id; });
            if (!isKnown) {
                logFailure(u"repository not removed"_s, id, repositories.remove(id));
            }
        }
    });
}

} // namespace ci::forge
