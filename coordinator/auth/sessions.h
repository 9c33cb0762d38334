// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secret.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/engine/news.h"
#include "coordinator/model/user.h"

#include <vector>

namespace ci::auth {

struct Client
{
    QString address; ///< Behind trusted proxies the real one.
    QString userAgent; ///< Cut to 255 characters.
};

struct SignedIn
{
    model::User user;
    model::BrowserSession session;
    Secret cookie; ///< Only here; stored is its hash.
};

struct SessionTimes
{
    std::chrono::seconds idle {std::chrono::days {7}}; ///< Since the last use.
    std::chrono::seconds maxAge {std::chrono::days {30}}; ///< Since the sign-in: the cookie's age.
};

/// Browser sign-ins. Engine thread.
class Sessions
{
public:
    /// How stale last_used_at may be: a write for each request would cost a commit each. Times below
    /// it would end sessions in use.
    static constexpr std::chrono::minutes TouchInterval {5};
    static constexpr int MaxOfUser = 100; ///< The least recently used go first.

    Sessions(const Clock &clock, engine::News &news, SessionTimes times = {})
        : m_clock(clock), m_news(news), m_times(times)
    {
    }

    /// Always a new one: the value never survives a sign-in.
    Result<SignedIn> begin(engine::Transaction &transaction,
                           const model::User &user,
                           const Client &client);
    /// nullopt: no such session, or expired.
    Result<std::optional<model::BrowserSession>> find(db::Database &database, QByteArrayView cookie);
    Result<std::optional<model::BrowserSession>> find(db::Database &database, SessionId id);
    /// Notes the use, at most each TouchInterval.
    Result<void> touch(engine::Transaction &transaction, const model::BrowserSession &session);

    Result<std::vector<model::BrowserSession>> list(db::Database &database, UserId user);
    /// NotFound where it is not one of theirs. News sessionEnded after commit, as with all below.
    Result<void> end(engine::Transaction &transaction, SessionId id, UserId user);
    Result<void> endOthers(engine::Transaction &transaction, UserId user, SessionId kept);
    Result<void> endAll(engine::Transaction &transaction, UserId user);
    Result<void> removeExpired(engine::Transaction &transaction);

private:
    std::optional<model::BrowserSession>
    unlessExpired(std::optional<model::BrowserSession> session) const;
    void announceEnd(engine::Transaction &transaction, SessionId id);
    const Clock &m_clock;
    engine::News &m_news;
    const SessionTimes m_times;
};

} // namespace ci::auth
