// SPDX-License-Identifier: MIT
#include "db/userstore.h"

#include "db/reading.h"

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *InsertUser = R"(
    INSERT INTO users (username, name, email, password_hash, is_admin, is_blocked, created_ms)
    VALUES (:username, :name, :email, :password_hash, :is_admin, :is_blocked, :created))";
constexpr const char *UpdateUser = R"(
    UPDATE users SET username = :username, name = :name, email = :email,
        password_hash = :password_hash, is_admin = :is_admin, is_blocked = :is_blocked
    WHERE id = :id)";
constexpr const char *DeleteUser = "DELETE FROM users WHERE id = :id";
constexpr const char *FindUser = R"(
    SELECT id, username, name, email, password_hash, is_admin, is_blocked, created_ms
    FROM users WHERE id = :id)";
constexpr const char *FindUserByName = R"(
    SELECT id, username, name, email, password_hash, is_admin, is_blocked, created_ms
    FROM users WHERE lower(username) = lower(:username))";
constexpr const char *ListUsers = R"(
    SELECT id, username, name, email, password_hash, is_admin, is_blocked, created_ms
    FROM users
    WHERE :search = '' OR instr(lower(username), lower(:search)) > 0
        OR instr(lower(name), lower(:search)) > 0
    ORDER BY id LIMIT :limit OFFSET :offset)";
constexpr const char *CountFoundUsers = R"(
    SELECT count(*) FROM users
    WHERE :search = '' OR instr(lower(username), lower(:search)) > 0
        OR instr(lower(name), lower(:search)) > 0)";
constexpr const char *CountUsers = "SELECT count(*) FROM users";

constexpr const char *InsertSession = R"(
    INSERT INTO browser_sessions (user_id, token_hash, csrf_token, address, user_agent,
        created_ms, last_used_ms, expires_ms)
    VALUES (:user, :token_hash, :csrf, :address, :agent, :created, :used, :expires))";
constexpr const char *FindSession = R"(
    SELECT id, user_id, token_hash, csrf_token, address, user_agent, created_ms, last_used_ms,
        expires_ms
    FROM browser_sessions WHERE token_hash = :token_hash)";
constexpr const char *FindSessionById = R"(
    SELECT id, user_id, token_hash, csrf_token, address, user_agent, created_ms, last_used_ms,
        expires_ms
    FROM browser_sessions WHERE id = :id)";
constexpr const char *SessionsOf = R"(
    SELECT id, user_id, token_hash, csrf_token, address, user_agent, created_ms, last_used_ms,
        expires_ms
    FROM browser_sessions WHERE user_id = :user ORDER BY last_used_ms DESC)";
constexpr const char *TouchSession
    = "UPDATE browser_sessions SET last_used_ms = :used WHERE id = :id";
constexpr const char *DeleteSession
    = "DELETE FROM browser_sessions WHERE id = :id AND user_id = :user";
constexpr const char *DeleteOtherSessions
    = "DELETE FROM browser_sessions WHERE user_id = :user AND id <> :kept RETURNING id";
constexpr const char *DeleteExpiredSessions = R"(
    DELETE FROM browser_sessions WHERE expires_ms <= :now OR last_used_ms <= :unused_since
    RETURNING id)";

constexpr const char *InsertToken = R"(
    INSERT INTO access_tokens (user_id, name, token_hash, scopes, created_ms, expires_ms)
    VALUES (:user, :name, :token_hash, :scopes, :created, :expires))";
constexpr const char *FindToken = R"(
    SELECT id, user_id, name, token_hash, scopes, is_revoked, created_ms, expires_ms, last_used_ms
    FROM access_tokens WHERE token_hash = :token_hash)";
constexpr const char *FindTokenById = R"(
    SELECT id, user_id, name, token_hash, scopes, is_revoked, created_ms, expires_ms, last_used_ms
    FROM access_tokens WHERE id = :id)";
constexpr const char *TokensOf = R"(
    SELECT id, user_id, name, token_hash, scopes, is_revoked, created_ms, expires_ms, last_used_ms
    FROM access_tokens WHERE user_id = :user ORDER BY id)";
constexpr const char *TouchToken
    = "UPDATE access_tokens SET last_used_ms = :used WHERE id = :id";
constexpr const char *RevokeToken
    = "UPDATE access_tokens SET is_revoked = 1 WHERE id = :id AND user_id = :user";

model::User readUser(const Query &query)
{
    return {.id = query.id<UserId>(0),
            .username = query.text(1),
            .name = query.text(2),
            .email = query.text(3),
            .passwordHash = query.bytes(4),
            .isAdmin = query.flag(5),
            .isBlocked = query.flag(6),
            .createdAt = query.time(7)};
}

model::BrowserSession readSession(const Query &query)
{
    return {.id = query.id<SessionId>(0),
            .user = query.id<UserId>(1),
            .tokenHash = query.bytes(2),
            .csrfToken = query.bytes(3),
            .address = query.text(4),
            .userAgent = query.text(5),
            .createdAt = query.time(6),
            .lastUsedAt = query.time(7),
            .expiresAt = query.time(8)};
}

model::AccessToken readToken(const Query &query)
{
    return {.id = query.id<AccessTokenId>(0),
            .user = query.id<UserId>(1),
            .name = query.text(2),
            .tokenHash = query.bytes(3),
            .scopes = query.list(4),
            .isRevoked = query.flag(5),
            .createdAt = query.time(6),
            .expiresAt = query.maybeTime(7),
            .lastUsedAt = query.maybeTime(8)};
}

void bindUser(Query &query, const model::User &user)
{
    query.bind(":username", user.username)
        .bind(":name", user.name)
        .bind(":email", user.email)
        .bindBlob(":password_hash", user.passwordHash)
        .bind(":is_admin", user.isAdmin)
        .bind(":is_blocked", user.isBlocked);
}

} // namespace

Result<model::User> UserStore::insert(model::User user)
{
    Query query(m_database, InsertUser);
    bindUser(query, user);
    query.bind(":created", user.createdAt);
    if (const Result<int> done = query.run(); !done) {
        return done.error().kind == ErrorKind::Conflict
            ? conflict(u"the user name %1 is taken"_s.arg(user.username))
            : done.error();
    }
    user.id = UserId {m_database.lastInsertId()};
    return user;
}

Result<void> UserStore::update(const model::User &user)
{
    Query query(m_database, UpdateUser);
    bindUser(query, user);
    return runOne(query.bind(":id", user.id), u"user"_s);
}

Result<void> UserStore::remove(UserId id)
{
    Query query(m_database, DeleteUser);
    return runOne(query.bind(":id", id), u"user"_s);
}

Result<std::optional<model::User>> UserStore::find(UserId id)
{
    Query query(m_database, FindUser);
    return readOne<model::User>(query.bind(":id", id), readUser);
}

Result<std::optional<model::User>> UserStore::findByName(const QString &username)
{
    Query query(m_database, FindUserByName);
    return readOne<model::User>(query.bind(":username", username), readUser);
}

Result<Listing<model::User>> UserStore::list(const QString &search, Page page)
{
    Query query(m_database, ListUsers);
    query.bind(":search", search).bind(":limit", page.perPage).bind(":offset", page.offset());
    Query total(m_database, CountFoundUsers);
    total.bind(":search", search);
    return readListing<model::User>(query, total, readUser);
}

Result<qint64> UserStore::count()
{
    Query query(m_database, CountUsers);
    return readNumber(query);
}

Result<model::BrowserSession> UserStore::insertSession(model::BrowserSession session)
{
    Query query(m_database, InsertSession);
    query.bind(":user", session.user)
        .bindBlob(":token_hash", session.tokenHash)
        .bindBlob(":csrf", session.csrfToken)
        .bind(":address", session.address)
        .bind(":agent", session.userAgent)
        .bind(":created", session.createdAt)
        .bind(":used", session.lastUsedAt)
        .bind(":expires", session.expiresAt);
    if (const Result<int> done = query.run(); !done) {
        return done.error();
    }
    session.id = SessionId {m_database.lastInsertId()};
    return session;
}

Result<std::optional<model::BrowserSession>> UserStore::findSession(const QByteArray &tokenHash)
{
    Query query(m_database, FindSession);
    return readOne<model::BrowserSession>(query.bindBlob(":token_hash", tokenHash), readSession);
}

Result<std::optional<model::BrowserSession>> UserStore::findSession(SessionId id)
{
    Query query(m_database, FindSessionById);
    return readOne<model::BrowserSession>(query.bind(":id", id), readSession);
}

Result<std::vector<model::BrowserSession>> UserStore::sessionsOf(UserId user)
{
    Query query(m_database, SessionsOf);
    return readAll<model::BrowserSession>(query.bind(":user", user), readSession);
}

Result<void> UserStore::touchSession(SessionId id, Timestamp usedAt)
{
    Query query(m_database, TouchSession);
    return runOne(query.bind(":id", id).bind(":used", usedAt), u"session"_s);
}

Result<bool> UserStore::removeSession(SessionId id, UserId user)
{
    Query query(m_database, DeleteSession);
    return changesAny(query.bind(":id", id).bind(":user", user));
}

Result<std::vector<SessionId>> UserStore::removeOtherSessions(UserId user, SessionId kept)
{
    Query query(m_database, DeleteOtherSessions);
    return readAll<SessionId>(query.bind(":user", user).bind(":kept", kept),
                              [](const Query &row) { return row.id<SessionId>(0); });
}

Result<std::vector<SessionId>> UserStore::removeExpiredSessions(Timestamp now,
                                                                Timestamp unusedSince)
{
    Query query(m_database, DeleteExpiredSessions);
    return readAll<SessionId>(query.bind(":now", now).bind(":unused_since", unusedSince),
                              [](const Query &row) { return row.id<SessionId>(0); });
}

Result<model::AccessToken> UserStore::insertToken(model::AccessToken token)
{
    Query query(m_database, InsertToken);
    query.bind(":user", token.user)
        .bind(":name", token.name)
        .bindBlob(":token_hash", token.tokenHash)
        .bind(":scopes", token.scopes)
        .bind(":created", token.createdAt)
        .bind(":expires", token.expiresAt);
    if (const Result<int> done = query.run(); !done) {
        return done.error();
    }
    token.id = AccessTokenId {m_database.lastInsertId()};
    return token;
}

Result<std::optional<model::AccessToken>> UserStore::findToken(const QByteArray &tokenHash)
{
    Query query(m_database, FindToken);
    return readOne<model::AccessToken>(query.bindBlob(":token_hash", tokenHash), readToken);
}

Result<std::optional<model::AccessToken>> UserStore::findToken(AccessTokenId id)
{
    Query query(m_database, FindTokenById);
    return readOne<model::AccessToken>(query.bind(":id", id), readToken);
}

Result<std::vector<model::AccessToken>> UserStore::tokensOf(UserId user)
{
    Query query(m_database, TokensOf);
    return readAll<model::AccessToken>(query.bind(":user", user), readToken);
}

Result<void> UserStore::touchToken(AccessTokenId id, Timestamp usedAt)
{
    Query query(m_database, TouchToken);
    return runOne(query.bind(":id", id).bind(":used", usedAt), u"access token"_s);
}

Result<bool> UserStore::revokeToken(AccessTokenId id, UserId user)
{
    Query query(m_database, RevokeToken);
    return changesAny(query.bind(":id", id).bind(":user", user));
}

} // namespace ci::db
