// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/user.h"
#include "db/page.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

/// Users, their browser sessions and access tokens.
class UserStore
{
public:
    explicit UserStore(Database &database) : m_database(database) { }

    /// Sets `user.id`. Conflict where the name is taken (without case).
    Result<model::User> insert(model::User user);
    Result<void> update(const model::User &user); ///< All but the id and createdAt.
    Result<void> remove(UserId id);
    Result<std::optional<model::User>> find(UserId id);
    Result<std::optional<model::User>> findByName(const QString &username);
    Result<Listing<model::User>> list(const QString &search, Page page);
    Result<qint64> count();

    Result<model::BrowserSession> insertSession(model::BrowserSession session);
    Result<std::optional<model::BrowserSession>> findSession(const QByteArray &tokenHash);
    Result<std::optional<model::BrowserSession>> findSession(SessionId id);
    Result<std::vector<model::BrowserSession>> sessionsOf(UserId user);
    Result<void> touchSession(SessionId id, Timestamp usedAt);
    Result<bool> removeSession(SessionId id, UserId user); ///< False: no such session of theirs.
    /// All of a user's but `kept`; the ids that were removed.
    Result<std::vector<SessionId>> removeOtherSessions(UserId user, SessionId kept);
    /// Those that end by `now` or were last used by `unusedSince`; the ids that were removed.
    Result<std::vector<SessionId>> removeExpiredSessions(Timestamp now, Timestamp unusedSince);

    Result<model::AccessToken> insertToken(model::AccessToken token);
    Result<std::optional<model::AccessToken>> findToken(const QByteArray &tokenHash);
    Result<std::optional<model::AccessToken>> findToken(AccessTokenId id);
    Result<std::vector<model::AccessToken>> tokensOf(UserId user);
    Result<void> touchToken(AccessTokenId id, Timestamp usedAt);
    Result<bool> revokeToken(AccessTokenId id, UserId user);

private:
    Database &m_database;
};

} // namespace ci::db
