// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/secret.h"
#include "coordinator/model/user.h"

#include <QString>

#include <chrono>
#include <optional>

namespace ci::model {

enum class Visibility : quint8 { Private, Internal, Public };

/// Where projects live: a user's own name or a group. Paths may be nested ("a/b").
struct Group
{
    GroupId id;
    QString path; ///< The full path, unique without case.
    QString name;
    std::optional<UserId> user; ///< Set: the namespace of that user.
    QString description {};
    Visibility visibility = Visibility::Private;
    Timestamp createdAt {};

    QString parentPath() const { return path.section(u'/', 0, -2); } ///< Empty at the root.
    QString lastPart() const { return path.section(u'/', -1); }
};

/// Somebody's role in a group: it counts in all groups and projects below it.
struct GroupMember
{
    GroupId group;
    UserId user;
    QString username;
    QString name;
    Role role = Role::None;
};

struct Project
{
    ProjectId id;
    GroupId group;
    QString groupPath;
    QString path; ///< Last part; unique in the group without case.
    QString name;
    QString description;
    Visibility visibility = Visibility::Private;
    QString defaultBranch = QStringLiteral("main");
    QString ciConfigPath = QStringLiteral(".gitlab-ci.yml");
    std::chrono::seconds buildTimeout {3600};
    bool autoCancelRedundant = true;
    bool isArchived = false;
    Timestamp createdAt;
    Timestamp lastActivityAt;

    QString fullPath() const { return groupPath + u'/' + path; }
};

struct Member
{
    ProjectId project;
    UserId user;
    QString username;
    QString name;
    Role role = Role::None;
};

enum class VariableScope : quint8 { Instance, Group, Project };

/// A CI variable set in the page or API. The value is sealed in the database.
struct Variable
{
    VariableId id;
    VariableScope scope = VariableScope::Project;
    qint64 owner = 0; ///< Project or group id; 0 for the instance.
    QString key;
    Secret value;
    bool isFile = false;
    bool isProtected = false;
    bool isMasked = false;
    bool isHidden = false; ///< Masked, and its value is never shown again.
    bool isRaw = false;
    QString environmentScope = QStringLiteral("*");
    QString description;
};

} // namespace ci::model
