// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secret.h"
#include "coordinator/auth/identity.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/engine/news.h"

#include <vector>

namespace ci::auth {

struct TokenWish
{
    UserId user;
    QString name;
    QStringList scopes; ///< "api", "read_api"; at least one.
    std::optional<Timestamp> expiresAt;
};

struct MintedToken
{
    model::AccessToken token;
    Secret secret; ///< Shown once; stored is its hash.
};

/// Personal access tokens: "glpat-" and 40 random characters (the prefix is what secret scanners
/// and tools know). Engine thread.
class AccessTokens
{
public:
    static constexpr int MaxOfUser = 500;
    static constexpr std::chrono::minutes TouchInterval {10};
    static constexpr QByteArrayView Prefix {"glpat-"};

    AccessTokens(const Clock &clock, engine::News &news) : m_clock(clock), m_news(news) { }

    Result<MintedToken> mint(engine::Transaction &transaction, const TokenWish &wish);
    /// Makes a token of a value given from outside (CAPSTAN_ROOT_TOKEN); at least 20 characters.
    Result<model::AccessToken> adopt(engine::Transaction &transaction,
                                     const TokenWish &wish,
                                     const Secret &value);
    /// nullopt: unknown, revoked or expired.
    Result<std::optional<model::AccessToken>> find(db::Database &database, QByteArrayView value);
    Result<std::optional<model::AccessToken>> find(db::Database &database, AccessTokenId id);
    Result<void> touch(engine::Transaction &transaction, const model::AccessToken &token);
    Result<std::vector<model::AccessToken>> list(db::Database &database, UserId user);
    /// NotFound where it is not one of theirs. News tokenEnded after commit.
    Result<void> revoke(engine::Transaction &transaction, AccessTokenId id, UserId user);
    bool isActive(const model::AccessToken &token) const;
    static Scope scopeOf(const model::AccessToken &token);

private:
    std::optional<model::AccessToken> ifActive(std::optional<model::AccessToken> token) const;

    const Clock &m_clock;
    engine::News &m_news;
};

} // namespace ci::auth
