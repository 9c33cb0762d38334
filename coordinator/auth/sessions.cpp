// SPDX-License-Identifier: MIT
#include "coordinator/auth/sessions.h"

#include "db/userstore.h"

#include <algorithm>

namespace ci::auth {

using namespace Qt::StringLiterals;

namespace {

constexpr int CookieLength = 43; ///< 256 bits of [A-Za-z0-9].
constexpr int MaxAgentLength = 255;

} // namespace

Result<SignedIn> Sessions::begin(engine::Transaction &transaction,
                                 const model::User &user,
                                 const Client &client)
{
    db::UserStore store(transaction.database());
    Result<std::vector<model::BrowserSession>> old = list(transaction.database(), user.id);
    if (!old) {
        return old.error();
    }
    for (size_t i = size_t(MaxOfUser) - 1; i < old->size(); ++i) {
        if (const Result<void> ended = end(transaction, (*old)[i].id, user.id); !ended) {
            return ended.error();
        }
    }
    const Secret cookie(randomText(CookieLength));
    const Timestamp now = m_clock.now();
    Result<model::BrowserSession> session = store.insertSession(
        {.id = {},
         .user = user.id,
         .tokenHash = tokenHash(cookie.reveal()),
         .csrfToken = randomText(CookieLength),
         .address = client.address,
         .userAgent = client.userAgent.left(MaxAgentLength),
         .createdAt = now,
         .lastUsedAt = now,
         .expiresAt = now + m_times.maxAge});
    if (!session) {
        return session.error();
    }
    return SignedIn {user, *session, cookie};
}

Result<std::optional<model::BrowserSession>> Sessions::find(db::Database &database,
                                                            QByteArrayView cookie)
{
    if (cookie.size() != CookieLength) {
        return std::optional<model::BrowserSession>();
    }
    Result<std::optional<model::BrowserSession>> found
        = db::UserStore(database).findSession(tokenHash(cookie));
    return found ? unlessExpired(*std::move(found)) : found;
}

Result<std::optional<model::BrowserSession>> Sessions::find(db::Database &database, SessionId id)
{
    Result<std::optional<model::BrowserSession>> found = db::UserStore(database).findSession(id);
    return found ? unlessExpired(*std::move(found)) : found;
}

std::optional<model::BrowserSession>
Sessions::unlessExpired(std::optional<model::BrowserSession> session) const
{
    if (!session) {
        return std::nullopt;
    }
    const Timestamp end = std::min(session->expiresAt, session->lastUsedAt + m_times.idle);
    return m_clock.now() < end ? std::move(session) : std::nullopt;
}

Result<void> Sessions::touch(engine::Transaction &transaction, const model::BrowserSession &session)
{
    const Timestamp now = m_clock.now();
    if (now - session.lastUsedAt < TouchInterval) {
        return {};
    }
    return db::UserStore(transaction.database()).touchSession(session.id, now);
}

Result<std::vector<model::BrowserSession>> Sessions::list(db::Database &database, UserId user)
{
    Result<std::vector<model::BrowserSession>> all = db::UserStore(database).sessionsOf(user);
    if (all) {
        std::stable_sort(all->begin(), all->end(), [](const auto &a, const auto &b) {
            return a.lastUsedAt > b.lastUsedAt;
        });
    }
    return all;
}

Result<void> Sessions::end(engine::Transaction &transaction, SessionId id, UserId user)
{
    const Result<bool> removed = db::UserStore(transaction.database()).removeSession(id, user);
    if (!removed) {
        return removed.error();
    }
    if (!*removed) {
        return notFound(u"404 Session Not Found"_s);
    }
    announceEnd(transaction, id);
    return {};
}

Result<void> Sessions::endOthers(engine::Transaction &transaction, UserId user, SessionId kept)
{
    const Result<std::vector<SessionId>> removed
        = db::UserStore(transaction.database()).removeOtherSessions(user, kept);
    if (!removed) {
        return removed.error();
    }
    for (const SessionId id : *removed) {
        announceEnd(transaction, id);
    }
    return {};
}

Result<void> Sessions::endAll(engine::Transaction &transaction, UserId user)
{
    return endOthers(transaction, user, SessionId {});
}

Result<void> Sessions::removeExpired(engine::Transaction &transaction)
{
    const Timestamp now = m_clock.now();
    const Result<std::vector<SessionId>> removed
        = db::UserStore(transaction.database()).removeExpiredSessions(now, now - m_times.idle);
    if (!removed) {
        return removed.error();
    }
    for (const SessionId id : *removed) {
        announceEnd(transaction, id);
    }
    return {};
}

void Sessions::announceEnd(engine::Transaction &transaction, SessionId id)
{
    transaction.afterCommit([this, id] { Q_EMIT m_news.sessionEnded(id); });
}

} // namespace ci::auth
