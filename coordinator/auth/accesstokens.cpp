// SPDX-License-Identifier: MIT
#include "coordinator/auth/accesstokens.h"

#include "db/userstore.h"

#include <algorithm>

namespace ci::auth {

using namespace Qt::StringLiterals;

namespace {

constexpr int TokenRandomLength = 40; ///< 238 bits.
constexpr int MinimumAdoptedLength = 20;
constexpr int MaximumTokenLength = 255;
constexpr int MaximumTokenName = 255;

Result<void> checkTokenWish(const TokenWish &wish, Timestamp now)
{
    if (wish.name.trimmed().isEmpty() || wish.name.size() > MaximumTokenName) {
        return invalid(u"name must have 1 to %1 characters"_s.arg(MaximumTokenName));
    }
    if (wish.scopes.isEmpty()) {
        return invalid(u"scopes can't be blank"_s);
    }
    for (const QString &scope : wish.scopes) {
        if (scope != "api"_L1 && scope != "read_api"_L1) {
            return invalid(u"scopes can only contain api and read_api"_s);
        }
    }
    if (wish.expiresAt && *wish.expiresAt <= now) {
        return invalid(u"expires_at must be in the future"_s);
    }
    return {};
}

} // namespace

Result<MintedToken> AccessTokens::mint(engine::Transaction &transaction, const TokenWish &wish)
{
    const Result<std::vector<model::AccessToken>> others = list(transaction.database(), wish.user);
    if (!others) {
        return others.error();
    }
    const auto active = std::count_if(others->begin(), others->end(), [this](const auto &token) {
        return isActive(token);
    });
    if (active >= MaxOfUser) {
        return conflict(u"there are %1 active tokens already: revoke some"_s.arg(active));
    }
    const Secret secret(Prefix.toByteArray() + randomText(TokenRandomLength));
    Result<model::AccessToken> token = adopt(transaction, wish, secret);
    if (!token) {
        return token.error();
    }
    return MintedToken {*std::move(token), secret};
}

Result<model::AccessToken> AccessTokens::adopt(engine::Transaction &transaction,
                                               const TokenWish &wish,
                                               const Secret &value)
{
    if (const Result<void> checked = checkTokenWish(wish, m_clock.now()); !checked) {
        return checked.error();
    }
    const qsizetype length = value.reveal().size();
    if (length < MinimumAdoptedLength || length > MaximumTokenLength) {
        return invalid(u"a token must have %1 to %2 characters"_s.arg(MinimumAdoptedLength)
                           .arg(MaximumTokenLength));
    }
    QStringList scopes = wish.scopes;
    scopes.sort();
    scopes.removeDuplicates();
    model::AccessToken token;
    token.user = wish.user;
    token.name = wish.name.trimmed();
    token.tokenHash = tokenHash(value.reveal());
    token.scopes = scopes;
    token.createdAt = m_clock.now();
    token.expiresAt = wish.expiresAt;
    return db::UserStore(transaction.database()).insertToken(token);
}

Result<std::optional<model::AccessToken>> AccessTokens::find(db::Database &database,
                                                             QByteArrayView value)
{
    if (value.size() < MinimumAdoptedLength || value.size() > MaximumTokenLength) {
        return std::optional<model::AccessToken>();
    }
    Result<std::optional<model::AccessToken>> found
        = db::UserStore(database).findToken(tokenHash(value));
    return found ? ifActive(*std::move(found)) : found;
}

Result<std::optional<model::AccessToken>> AccessTokens::find(db::Database &database,
                                                             AccessTokenId id)
{
    Result<std::optional<model::AccessToken>> found = db::UserStore(database).findToken(id);
    return found ? ifActive(*std::move(found)) : found;
}

Result<void> AccessTokens::touch(engine::Transaction &transaction, const model::AccessToken &token)
{
    const Timestamp now = m_clock.now();
    if (token.lastUsedAt && now - *token.lastUsedAt < TouchInterval) {
        return {};
    }
    return db::UserStore(transaction.database()).touchToken(token.id, now);
}

Result<std::vector<model::AccessToken>> AccessTokens::list(db::Database &database, UserId user)
{
    return db::UserStore(database).tokensOf(user);
}

Result<void> AccessTokens::revoke(engine::Transaction &transaction, AccessTokenId id, UserId user)
{
    const Result<bool> revoked = db::UserStore(transaction.database()).revokeToken(id, user);
    if (!revoked) {
        return revoked.error();
    }
    if (!*revoked) {
        return notFound(u"404 Token Not Found"_s);
    }
    transaction.afterCommit([this, id] { Q_EMIT m_news.tokenEnded(id); });
    return {};
}

std::optional<model::AccessToken>
AccessTokens::ifActive(std::optional<model::AccessToken> token) const
{
    return token && isActive(*token) ? std::move(token) : std::nullopt;
}

bool AccessTokens::isActive(const model::AccessToken &token) const
{
    return !token.isRevoked && (!token.expiresAt || m_clock.now() < *token.expiresAt);
}

Scope AccessTokens::scopeOf(const model::AccessToken &token)
{
    return token.scopes.contains("api"_L1) ? Scope::Full : Scope::Read;
}

} // namespace ci::auth
