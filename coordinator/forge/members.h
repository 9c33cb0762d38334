// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/commandloop.h"
#include "coordinator/engine/news.h"
#include "coordinator/model/project.h"

#include <vector>

namespace ci::forge {

/// Members and protected branches of projects, with the rules that a table of rights cannot say.
/// Engine thread.
class Members
{
public:
    explicit Members(engine::News &news) : m_news(news) { }

    Result<std::vector<model::Member>> list(db::Database &database, ProjectId project);

    /// Adds or changes. `granting` is the caller's own role: nobody gives, or takes from one who
    /// has, more than they have (Forbidden). Conflict where the last owner would go.
    struct Grant
    {
        ProjectId project;
        UserId user;
        model::Role role = model::Role::None;
        model::Role granting = model::Role::None;
    };
    Result<model::Member> add(engine::Transaction &transaction, const Grant &grant); ///< Conflict: is one.
    Result<model::Member> change(engine::Transaction &transaction, const Grant &grant); ///< NotFound: is none.
    Result<void> remove(engine::Transaction &transaction, const Grant &grant); ///< Its role is not looked at.

    Result<void> protectBranch(engine::Transaction &transaction,
                               ProjectId project,
                               const QString &pattern); ///< Conflict: is protected.
    Result<void> unprotectBranch(engine::Transaction &transaction,
                                 ProjectId project,
                                 const QString &pattern);

private:
    Result<model::Member> find(db::Database &database, ProjectId project, UserId user);
    Result<void> checkGrant(db::Database &database, const Grant &grant);
    Result<void> checkOwnerStays(engine::Transaction &transaction, const model::Member &leaving);
    Result<model::Member> store(engine::Transaction &transaction, const Grant &grant);
    void announce(engine::Transaction &transaction, const Grant &grant);
    engine::News &m_news;
};

} // namespace ci::forge
