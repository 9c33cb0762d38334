// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/secretbox.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/engine/news.h"
#include "coordinator/model/project.h"

#include <vector>

namespace ci::forge {

struct NewGroup
{
    QString name;
    QString path; ///< Its last part; empty: made from the name.
    std::optional<model::Group> parent; ///< The caller has the right to make groups there.
    QString description;
    model::Visibility visibility = model::Visibility::Private;
    UserId creator;
};

/// What is set is changed.
struct GroupChange
{
    std::optional<QString> name;
    std::optional<QString> path; ///< The last part.
    std::optional<QString> description;
    std::optional<model::Visibility> visibility;
};

/// Groups and their members, with the rules that a table of rights cannot say. Rights are for the
/// caller to check. Engine thread.
class Groups
{
public:
    Groups(engine::News &news, const Clock &clock, const SecretBox &box)
        : m_news(news), m_clock(clock), m_box(box)
    {
    }

    /// The creator becomes owner. Conflict: the path is taken.
    Result<model::Group> create(engine::Transaction &transaction, const NewGroup &wish);
    /// A new path moves everything below it along.
    Result<model::Group> change(engine::Transaction &transaction,
                                const model::Group &group,
                                const GroupChange &change);
    /// Conflict while there are groups or projects below it.
    Result<void> remove(engine::Transaction &transaction, const model::Group &group);

    struct Grant
    {
        GroupId group;
        UserId user;
        model::Role role = model::Role::None;
        model::Role granting = model::Role::None; ///< The caller's own: nobody gives more.
    };
    Result<model::GroupMember> add(engine::Transaction &transaction, const Grant &grant);
    Result<model::GroupMember> change(engine::Transaction &transaction, const Grant &grant);
    Result<void> removeMember(engine::Transaction &transaction, const Grant &grant);
    static Result<model::GroupMember> member(db::Database &database, GroupId group, UserId user);

private:
    Result<void> checkGrant(engine::Transaction &transaction, const Grant &grant);
    Result<void> checkOwnerStays(engine::Transaction &transaction, const model::GroupMember &leaving);
    Result<model::GroupMember> store(engine::Transaction &transaction, const Grant &grant);
    void announce(engine::Transaction &transaction, UserId user);

    engine::News &m_news;
    const Clock &m_clock;
    const SecretBox &m_box;
};

} // namespace ci::forge
