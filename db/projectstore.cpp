// SPDX-License-Identifier: MIT
#include "db/projectstore.h"

#include "coordinator/model/protectedbranches.h"
#include "db/reading.h"

#include <array>

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *InsertProject = R"(
    INSERT INTO projects (group_id, path, name, description, visibility, default_branch,
        ci_config_path, build_timeout_s, auto_cancel, is_archived, created_ms, last_activity_ms)
    VALUES (:group, :path, :name, :description, :visibility, :default_branch, :ci_config_path,
        :build_timeout, :auto_cancel, :is_archived, :created, :active))";
constexpr const char *UpdateProject = R"(
    UPDATE projects SET group_id = :group, path = :path, name = :name,
        description = :description, visibility = :visibility, default_branch = :default_branch,
        ci_config_path = :ci_config_path, build_timeout_s = :build_timeout,
        auto_cancel = :auto_cancel, is_archived = :is_archived, last_activity_ms = :active
    WHERE id = :id)";
constexpr const char *DeleteProject = "DELETE FROM projects WHERE id = :id";

// The columns that readProject() takes, in its order.
#define PROJECT_COLUMNS                                                                           \
    "projects.id, projects.group_id, groups.path, projects.path, projects.name, "                 \
    "projects.description, projects.visibility, projects.default_branch, "                        \
    "projects.ci_config_path, projects.build_timeout_s, projects.auto_cancel, "                   \
    "projects.is_archived, projects.created_ms, projects.last_activity_ms "                       \
    "FROM projects JOIN groups ON groups.id = projects.group_id "

constexpr const char *FindProject = "SELECT " PROJECT_COLUMNS "WHERE projects.id = :id";
constexpr const char *FindProjectByPath = "SELECT " PROJECT_COLUMNS R"(
    WHERE lower(groups.path) = lower(:group) AND lower(projects.path) = lower(:path))";
constexpr const char *AllProjects = "SELECT " PROJECT_COLUMNS "ORDER BY projects.id";

// The member's group is the one that `groups` names, or one above it.
#define IS_AT_OR_ABOVE                                                                            \
    "(lower(upper_groups.path) = lower(groups.path) "                                             \
    "    OR substr(lower(groups.path), 1, length(upper_groups.path) + 1) "                        \
    "        = lower(upper_groups.path) || '/') "

// Visible: everything to an administrator; public ones to all; internal ones to the signed in; the
// rest to members, also of a group above, and to the owner of the namespace.
#define VISIBLE_PROJECTS                                                                          \
    "WHERE (:is_admin OR projects.visibility = 'public' "                                         \
    "    OR (:user > 0 AND projects.visibility = 'internal') OR groups.user_id = :user "          \
    "    OR EXISTS (SELECT 1 FROM members WHERE members.project_id = projects.id "                \
    "        AND members.user_id = :user) "                                                       \
    "    OR EXISTS (SELECT 1 FROM group_members "                                                 \
    "        JOIN groups AS upper_groups ON upper_groups.id = group_members.group_id "            \
    "        WHERE group_members.user_id = :user AND " IS_AT_OR_ABOVE ")) "                       \
    "AND (:search = '' OR instr(lower(groups.path || '/' || projects.path), lower(:search)) > 0 " \
    "    OR instr(lower(projects.name), lower(:search)) > 0) "

constexpr const char *ListProjects = "SELECT " PROJECT_COLUMNS VISIBLE_PROJECTS
    "ORDER BY projects.last_activity_ms DESC, projects.id DESC LIMIT :limit OFFSET :offset";
constexpr const char *CountProjects
    = "SELECT count(*) FROM projects JOIN groups ON groups.id = projects.group_id "
      VISIBLE_PROJECTS;
#define IN_GROUP                                                                                  \
    "AND (lower(groups.path) = lower(:group) OR (:is_deep "                                       \
    "    AND substr(lower(groups.path), 1, length(:group) + 1) = lower(:group) || '/')) "
constexpr const char *ListGroupProjects = "SELECT " PROJECT_COLUMNS VISIBLE_PROJECTS IN_GROUP
    "ORDER BY projects.last_activity_ms DESC, projects.id DESC LIMIT :limit OFFSET :offset";
constexpr const char *CountGroupProjects
    = "SELECT count(*) FROM projects JOIN groups ON groups.id = projects.group_id "
      VISIBLE_PROJECTS IN_GROUP;
constexpr const char *TouchProject
    = "UPDATE projects SET last_activity_ms = :active WHERE id = :id";
// The owner of a personal namespace owns its projects; a role in a group counts below it.
constexpr const char *RoleOf = R"(
    SELECT max(role) FROM (
        SELECT role FROM members WHERE project_id = :project AND user_id = :user
        UNION ALL
        SELECT 50 FROM projects JOIN groups ON groups.id = projects.group_id
        WHERE projects.id = :project AND groups.user_id = :user
        UNION ALL
        SELECT group_members.role FROM group_members
        JOIN groups AS upper_groups ON upper_groups.id = group_members.group_id
        JOIN projects ON projects.id = :project JOIN groups ON groups.id = projects.group_id
        WHERE group_members.user_id = :user AND )" IS_AT_OR_ABOVE ")";
constexpr const char *Members = R"(
    SELECT members.project_id, members.user_id, users.username, users.name, members.role
    FROM members JOIN users ON users.id = members.user_id
    WHERE members.project_id = :project ORDER BY users.username)";
constexpr const char *SetMember = R"(
    INSERT INTO members (project_id, user_id, role) VALUES (:project, :user, :role)
    ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role)";
constexpr const char *RemoveMember
    = "DELETE FROM members WHERE project_id = :project AND user_id = :user";

constexpr const char *ProtectedBranches
    = "SELECT name FROM protected_branches WHERE project_id = :project ORDER BY name";
constexpr const char *ProtectBranch = R"(
    INSERT INTO protected_branches (project_id, name) VALUES (:project, :name)
    ON CONFLICT (project_id, name) DO NOTHING)";
constexpr const char *UnprotectBranch
    = "DELETE FROM protected_branches WHERE project_id = :project AND name = :name";

constexpr const char *SeenRefs = "SELECT ref, sha FROM seen_refs WHERE project_id = :project";
constexpr const char *HasSeenRefs
    = "SELECT EXISTS (SELECT 1 FROM seen_refs WHERE project_id = :project)";
constexpr const char *SetSeenRef = R"(
    INSERT INTO seen_refs (project_id, ref, sha) VALUES (:project, :ref, :sha)
    ON CONFLICT (project_id, ref) DO UPDATE SET sha = excluded.sha)";
constexpr const char *RemoveSeenRef
    = "DELETE FROM seen_refs WHERE project_id = :project AND ref = :ref";

constexpr std::array<QByteArrayView, 3> VisibilityWords {"private", "internal", "public"};

model::Visibility visibilityOf(const QByteArray &word)
{
    return word == "public" ? model::Visibility::Public
        : word == "internal" ? model::Visibility::Internal
                             : model::Visibility::Private;
}

model::Project readProject(const Query &query)
{
    return {.id = query.id<ProjectId>(0),
            .group = query.id<GroupId>(1),
            .groupPath = query.text(2),
            .path = query.text(3),
            .name = query.text(4),
            .description = query.text(5),
            .visibility = visibilityOf(query.bytes(6)),
            .defaultBranch = query.text(7),
            .ciConfigPath = query.text(8),
            .buildTimeout = query.span(9),
            .autoCancelRedundant = query.flag(10),
            .isArchived = query.flag(11),
            .createdAt = query.time(12),
            .lastActivityAt = query.time(13)};
}

void bindProject(Query &query, const model::Project &project)
{
    query.bind(":group", project.group)
        .bind(":path", project.path)
        .bind(":name", project.name)
        .bind(":description", project.description)
        .bind(":visibility", VisibilityWords[static_cast<size_t>(project.visibility)])
        .bind(":default_branch", project.defaultBranch)
        .bind(":ci_config_path", project.ciConfigPath)
        .bind(":build_timeout", project.buildTimeout)
        .bind(":auto_cancel", project.autoCancelRedundant)
        .bind(":is_archived", project.isArchived)
        .bind(":active", project.lastActivityAt);
}

Error pathTaken(const Error &error, const QString &path)
{
    return error.kind == ErrorKind::Conflict ? conflict(u"the path %1 is taken"_s.arg(path))
                                             : error;
}

} // namespace

Result<model::Project> ProjectStore::insert(model::Project project)
{
    Query query(m_database, InsertProject);
    bindProject(query, project);
    query.bind(":created", project.createdAt);
    if (const Result<int> done = query.run(); !done) {
        return pathTaken(done.error(), project.fullPath());
    }
    project.id = ProjectId {m_database.lastInsertId()};
    return project;
}

Result<void> ProjectStore::update(const model::Project &project)
{
    Query query(m_database, UpdateProject);
    bindProject(query, project);
    const Result<void> done = runOne(query.bind(":id", project.id), u"project"_s);
    return done ? done : Result<void>(pathTaken(done.error(), project.fullPath()));
}

Result<void> ProjectStore::remove(ProjectId id)
{
    Query query(m_database, DeleteProject);
    return runOne(query.bind(":id", id), u"project"_s);
}

Result<std::optional<model::Project>> ProjectStore::find(ProjectId id)
{
    Query query(m_database, FindProject);
    return readOne<model::Project>(query.bind(":id", id), readProject);
}

Result<std::optional<model::Project>> ProjectStore::findByPath(const QString &fullPath)
{
    Query query(m_database, FindProjectByPath);
    query.bind(":group", fullPath.section(u'/', 0, -2)).bind(":path", fullPath.section(u'/', -1));
    return readOne<model::Project>(query, readProject);
}

static void bindViewer(Query &query, const Viewer &viewer, const QString &search)
{
    query.bind(":is_admin", viewer.isAdmin)
        .bind(":user", viewer.user.value_or(UserId {}))
        .bind(":search", search);
}

Result<Listing<model::Project>> ProjectStore::list(const Viewer &viewer,
                                                   const QString &search,
                                                   Page page)
{
    Query query(m_database, ListProjects);
    bindViewer(query, viewer, search);
    query.bind(":limit", page.perPage).bind(":offset", page.offset());
    Query total(m_database, CountProjects);
    bindViewer(total, viewer, search);
    return readListing<model::Project>(query, total, readProject);
}

Result<Listing<model::Project>> ProjectStore::ofGroup(const model::Group &group,
                                                      const GroupFilter &filter,
                                                      Page page)
{
    Query query(m_database, ListGroupProjects);
    bindViewer(query, filter.viewer, filter.search);
    query.bind(":group", group.path)
        .bind(":is_deep", filter.withSubgroups)
        .bind(":limit", page.perPage)
        .bind(":offset", page.offset());
    Query total(m_database, CountGroupProjects);
    bindViewer(total, filter.viewer, filter.search);
    total.bind(":group", group.path).bind(":is_deep", filter.withSubgroups);
    return readListing<model::Project>(query, total, readProject);
}

Result<std::vector<model::Project>> ProjectStore::all()
{
    Query query(m_database, AllProjects);
    return readAll<model::Project>(query, readProject);
}

Result<void> ProjectStore::touch(ProjectId id, Timestamp activeAt)
{
    Query query(m_database, TouchProject);
    return runOne(query.bind(":id", id).bind(":active", activeAt), u"project"_s);
}

Result<model::Role> ProjectStore::roleOf(ProjectId project, UserId user)
{
    Query query(m_database, RoleOf);
    const Result<qint64> role = readNumber(query.bind(":project", project).bind(":user", user));
    return role ? Result<model::Role>(static_cast<model::Role>(*role))
                : Result<model::Role>(role.error());
}

Result<std::vector<model::Member>> ProjectStore::members(ProjectId project)
{
    Query query(m_database, Members);
    return readAll<model::Member>(query.bind(":project", project), [](const Query &row) {
        return model::Member {.project = row.id<ProjectId>(0),
                              .user = row.id<UserId>(1),
                              .username = row.text(2),
                              .name = row.text(3),
                              .role = static_cast<model::Role>(row.integer(4))};
    });
}

Result<void> ProjectStore::setMember(ProjectId project, UserId user, model::Role role)
{
    Query query(m_database, SetMember);
    query.bind(":project", project).bind(":user", user).bind(":role", static_cast<int>(role));
    return runAny(query);
}

Result<bool> ProjectStore::removeMember(ProjectId project, UserId user)
{
    Query query(m_database, RemoveMember);
    return changesAny(query.bind(":project", project).bind(":user", user));
}

Result<std::vector<QString>> ProjectStore::protectedBranches(ProjectId project)
{
    Query query(m_database, ProtectedBranches);
    return readAll<QString>(query.bind(":project", project),
                            [](const Query &row) { return row.text(0); });
}

Result<void> ProjectStore::protectBranch(ProjectId project, const QString &name)
{
    Query query(m_database, ProtectBranch);
    return runAny(query.bind(":project", project).bind(":name", name));
}

Result<bool> ProjectStore::unprotectBranch(ProjectId project, const QString &name)
{
    Query query(m_database, UnprotectBranch);
    return changesAny(query.bind(":project", project).bind(":name", name));
}

Result<bool> ProjectStore::isProtected(ProjectId project, const QString &ref)
{
    if (ref.startsWith("refs/"_L1)) {
        return false;
    }
    const Result<std::vector<QString>> patterns = protectedBranches(project);
    return patterns ? Result<bool>(model::isProtectedBranch(*patterns, ref))
                    : Result<bool>(patterns.error());
}

Result<QHash<QString, QByteArray>> ProjectStore::seenRefs(ProjectId project)
{
    Query query(m_database, SeenRefs);
    query.bind(":project", project);
    QHash<QString, QByteArray> refs;
    while (query.next()) {
        refs.insert(query.text(0), query.bytes(1));
    }
    if (const Result<void> done = query.finish(); !done) {
        return done.error();
    }
    return refs;
}

Result<bool> ProjectStore::hasSeenRefs(ProjectId project)
{
    Query query(m_database, HasSeenRefs);
    const Result<qint64> found = readNumber(query.bind(":project", project));
    return found ? Result<bool>(*found != 0) : Result<bool>(found.error());
}

Result<void> ProjectStore::setSeenRef(ProjectId project,
                                      const QString &ref,
                                      const QByteArray &sha)
{
    Query query(m_database, SetSeenRef);
    return runAny(query.bind(":project", project).bind(":ref", ref).bind(":sha", sha));
}

Result<void> ProjectStore::removeSeenRef(ProjectId project, const QString &ref)
{
    Query query(m_database, RemoveSeenRef);
    return runAny(query.bind(":project", project).bind(":ref", ref));
}

} // namespace ci::db
