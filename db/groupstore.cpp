// SPDX-License-Identifier: MIT
#include "db/groupstore.h"

#include "db/reading.h"

#include <array>

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *InsertGroup = R"(
    INSERT INTO groups (path, name, user_id, description, visibility, created_ms)
    VALUES (:path, :name, :user, :description, :visibility, :created))";
constexpr const char *UpdateGroup = R"(
    UPDATE groups SET name = :name, description = :description, visibility = :visibility
    WHERE id = :id)";
constexpr const char *MoveGroups = R"(
    UPDATE groups SET path = :new || substr(path, length(:old) + 1)
    WHERE lower(path) = lower(:old)
       OR substr(lower(path), 1, length(:old) + 1) = lower(:old) || '/')";
constexpr const char *DeleteGroup = "DELETE FROM groups WHERE id = :id";

// The columns that readGroup() takes, in its order.
#define GROUP_COLUMNS                                                                             \
    "SELECT groups.id, groups.path, groups.name, groups.user_id, groups.description, "            \
    "groups.visibility, groups.created_ms FROM groups "

constexpr const char *FindGroup = GROUP_COLUMNS "WHERE id = :id";
constexpr const char *FindGroupByPath = GROUP_COLUMNS "WHERE lower(path) = lower(:path)";
// :paths is a JSON array: every ancestor's path.
constexpr const char *Lineage = GROUP_COLUMNS R"(
    WHERE lower(path) IN (SELECT value FROM json_each(:paths)) ORDER BY length(path))";

// A role at or above the group, or in a project or group below it.
#define ROLE_ABOVE                                                                                \
    "SELECT max(held.role) FROM group_members AS held "                                           \
    "JOIN groups AS upper_groups ON upper_groups.id = held.group_id "                             \
    "WHERE held.user_id = :user AND (lower(upper_groups.path) = lower(groups.path) "              \
    "    OR substr(lower(groups.path), 1, length(upper_groups.path) + 1) "                        \
    "        = lower(upper_groups.path) || '/') "
#define IS_CONNECTED                                                                              \
    "(EXISTS (" ROLE_ABOVE "HAVING max(held.role) > 0) "                                          \
    "OR EXISTS (SELECT 1 FROM group_members AS held "                                             \
    "    JOIN groups AS lower_groups ON lower_groups.id = held.group_id "                         \
    "    WHERE held.user_id = :user AND substr(lower(lower_groups.path), 1, "                     \
    "        length(groups.path) + 1) = lower(groups.path) || '/') "                              \
    "OR EXISTS (SELECT 1 FROM members JOIN projects ON projects.id = members.project_id "         \
    "    JOIN groups AS lower_groups ON lower_groups.id = projects.group_id "                     \
    "    WHERE members.user_id = :user AND (lower_groups.id = groups.id "                         \
    "        OR substr(lower(lower_groups.path), 1, length(groups.path) + 1) "                    \
    "            = lower(groups.path) || '/'))) "
#define LISTED_GROUPS                                                                             \
    "WHERE groups.user_id IS NULL "                                                               \
    "AND (:is_admin OR groups.visibility = 'public' "                                             \
    "    OR (:user > 0 AND groups.visibility = 'internal') OR " IS_CONNECTED ") "                 \
    "AND (:search = '' OR instr(lower(groups.path), lower(:search)) > 0 "                         \
    "    OR instr(lower(groups.name), lower(:search)) > 0) "                                      \
    "AND (:minimum = 0 OR (" ROLE_ABOVE ") >= :minimum) "                                         \
    "AND (NOT :top_level OR instr(groups.path, '/') = 0) "                                        \
    "AND (NOT :is_below OR (substr(lower(groups.path), 1, length(:parent) + 1) "                  \
    "        = lower(:parent) || '/' "                                                            \
    "    AND instr(substr(groups.path, length(:parent) + 2), '/') = 0)) "

constexpr const char *ListGroups
    = GROUP_COLUMNS LISTED_GROUPS "ORDER BY lower(groups.path) LIMIT :limit OFFSET :offset";
constexpr const char *CountGroups = "SELECT count(*) FROM groups " LISTED_GROUPS;
constexpr const char *CountBelow = R"(
    SELECT (SELECT count(*) FROM groups WHERE substr(lower(path), 1, length(:path) + 1)
                = lower(:path) || '/')
         + (SELECT count(*) FROM projects JOIN groups ON groups.id = projects.group_id
            WHERE lower(groups.path) = lower(:path)))";
constexpr const char *GroupRole = "SELECT max(role) FROM (SELECT (" ROLE_ABOVE R"() AS role
    FROM groups WHERE groups.id = :id
    UNION ALL SELECT 50 FROM groups WHERE groups.id = :id AND groups.user_id = :user))";
constexpr const char *IsConnected
    = "SELECT count(*) FROM groups WHERE groups.id = :id AND " IS_CONNECTED;

constexpr const char *GroupMembers = R"(
    SELECT group_members.group_id, group_members.user_id, users.username, users.name,
        group_members.role
    FROM group_members JOIN users ON users.id = group_members.user_id
    WHERE group_members.group_id = :group ORDER BY users.username)";
constexpr const char *SetGroupMember = R"(
    INSERT INTO group_members (group_id, user_id, role) VALUES (:group, :user, :role)
    ON CONFLICT (group_id, user_id) DO UPDATE SET role = excluded.role)";
constexpr const char *RemoveGroupMember
    = "DELETE FROM group_members WHERE group_id = :group AND user_id = :user";

constexpr std::array<QByteArrayView, 3> GroupVisibilityWords {"private", "internal", "public"};

model::Visibility groupVisibilityOf(const QByteArray &word)
{
    return word == "public" ? model::Visibility::Public
        : word == "internal" ? model::Visibility::Internal
                             : model::Visibility::Private;
}

QByteArrayView groupVisibilityWord(model::Visibility visibility)
{
    return GroupVisibilityWords[static_cast<size_t>(visibility)];
}

model::Group readGroup(const Query &row)
{
    return {.id = row.id<GroupId>(0),
            .path = row.text(1),
            .name = row.text(2),
            .user = row.maybeId<UserId>(3),
            .description = row.text(4),
            .visibility = groupVisibilityOf(row.bytes(5)),
            .createdAt = row.time(6)};
}

Error groupPathTaken(const Error &error, const QString &path)
{
    return error.kind == ErrorKind::Conflict ? conflict(u"the path %1 is taken"_s.arg(path))
                                             : error;
}

void bindList(Query &query, const Viewer &viewer, const GroupListFilter &filter)
{
    query.bind(":is_admin", viewer.isAdmin)
        .bind(":user", viewer.user.value_or(UserId {}))
        .bind(":search", filter.search)
        .bind(":minimum", filter.minimumRole)
        .bind(":top_level", filter.onlyTopLevel)
        .bind(":is_below", filter.isBelow)
        .bind(":parent", filter.parent);
}

} // namespace

Result<model::Group> GroupStore::insert(model::Group group)
{
    Query query(m_database, InsertGroup);
    query.bind(":path", group.path)
        .bind(":name", group.name)
        .bind(":user", group.user)
        .bind(":description", group.description)
        .bind(":visibility", groupVisibilityWord(group.visibility))
        .bind(":created", group.createdAt);
    if (const Result<int> done = query.run(); !done) {
        return groupPathTaken(done.error(), group.path);
    }
    group.id = GroupId {m_database.lastInsertId()};
    return group;
}

Result<void> GroupStore::update(const model::Group &group)
{
    Query query(m_database, UpdateGroup);
    query.bind(":name", group.name)
        .bind(":description", group.description)
        .bind(":visibility", groupVisibilityWord(group.visibility))
        .bind(":id", group.id);
    return runOne(query, u"group"_s);
}

Result<void> GroupStore::move(const model::Group &group, const QString &newPath)
{
    Query query(m_database, MoveGroups);
    const Result<void> done
        = runOne(query.bind(":old", group.path).bind(":new", newPath), u"group"_s);
    return done ? done : Result<void>(groupPathTaken(done.error(), newPath));
}

Result<void> GroupStore::remove(GroupId id)
{
    Query query(m_database, DeleteGroup);
    return runOne(query.bind(":id", id), u"group"_s);
}

Result<std::optional<model::Group>> GroupStore::find(GroupId id)
{
    Query query(m_database, FindGroup);
    return readOne<model::Group>(query.bind(":id", id), readGroup);
}

Result<std::optional<model::Group>> GroupStore::findByPath(const QString &path)
{
    Query query(m_database, FindGroupByPath);
    return readOne<model::Group>(query.bind(":path", path), readGroup);
}

Result<std::vector<model::Group>> GroupStore::lineage(const QString &path)
{
    QStringList paths;
    for (QString each = path.toLower(); !each.isEmpty(); each = each.section(u'/', 0, -2)) {
        paths.append(each);
    }
    Query query(m_database, Lineage);
    return readAll<model::Group>(query.bind(":paths", paths), readGroup);
}

Result<Listing<model::Group>> GroupStore::list(const Viewer &viewer,
                                               const GroupListFilter &filter,
                                               Page page)
{
    Query query(m_database, ListGroups);
    bindList(query, viewer, filter);
    query.bind(":limit", page.perPage).bind(":offset", page.offset());
    Query total(m_database, CountGroups);
    bindList(total, viewer, filter);
    return readListing<model::Group>(query, total, readGroup);
}

Result<qint64> GroupStore::countBelow(const QString &path)
{
    Query query(m_database, CountBelow);
    return readNumber(query.bind(":path", path));
}

Result<model::Role> GroupStore::roleOf(const model::Group &group, UserId user)
{
    Query query(m_database, GroupRole);
    const Result<qint64> role = readNumber(query.bind(":id", group.id).bind(":user", user));
    return role ? Result<model::Role>(static_cast<model::Role>(*role))
                : Result<model::Role>(role.error());
}

Result<bool> GroupStore::isConnected(const model::Group &group, UserId user)
{
    Query query(m_database, IsConnected);
    const Result<qint64> count = readNumber(query.bind(":id", group.id).bind(":user", user));
    return count ? Result<bool>(*count > 0) : Result<bool>(count.error());
}

Result<std::vector<model::GroupMember>> GroupStore::members(GroupId group)
{
    Query query(m_database, GroupMembers);
    return readAll<model::GroupMember>(query.bind(":group", group), [](const Query &row) {
        return model::GroupMember {.group = row.id<GroupId>(0),
                                   .user = row.id<UserId>(1),
                                   .username = row.text(2),
                                   .name = row.text(3),
                                   .role = static_cast<model::Role>(row.integer(4))};
    });
}

Result<void> GroupStore::setMember(GroupId group, UserId user, model::Role role)
{
    Query query(m_database, SetGroupMember);
    query.bind(":group", group).bind(":user", user).bind(":role", static_cast<int>(role));
    return runAny(query);
}

Result<bool> GroupStore::removeMember(GroupId group, UserId user)
{
    Query query(m_database, RemoveGroupMember);
    return changesAny(query.bind(":group", group).bind(":user", user));
}

} // namespace ci::db
