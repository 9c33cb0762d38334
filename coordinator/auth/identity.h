// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"
#include "coordinator/model/user.h"

#include <QByteArray>
#include <QHashFunctions>

#include <optional>

namespace ci::auth {

/// By what a caller is known.
enum class Means : quint8 {
    Nobody,
    Session, ///< Browser cookie; every change needs the CSRF token.
    Token, ///< Personal access token.
    Password, ///< git's Basic authentication.
    Job, ///< Job token: reads its own project, nothing else.
};

/// How far a caller's credentials reach, whatever the user's rights are.
enum class Scope : quint8 { Read, Full };

/// Who calls. A value: made on the engine thread by Authenticator, may be kept for as long as the
/// request lives, never longer (the user may be blocked, the session ended).
struct Identity
{
    Means means = Means::Nobody;
    Scope scope = Scope::Full;
    std::optional<model::User> user; ///< Of a job: who started it. Never a blocked user.
    SessionId session; ///< Session
    QByteArray csrfToken; ///< Session
    AccessTokenId token; ///< Token
    JobId job; ///< Job
    ProjectId jobProject; ///< Job

    bool isNobody() const { return means == Means::Nobody; }
    /// A job never acts as an administrator, whoever started it.
    bool isAdmin() const { return user && user->isAdmin && means != Means::Job; }
    std::optional<UserId> userId() const
    {
        return user ? std::optional<UserId>(user->id) : std::nullopt;
    }
};

/// What is kept of the identity that opened a connection which outlives its request; exactly one of
/// the last two is not null. Authenticator::recall() says whether it still stands.
struct Entry
{
    UserId user;
    SessionId session;
    AccessTokenId token;

    bool operator==(const Entry &) const = default;
};

inline size_t qHash(const Entry &entry, size_t seed = 0)
{
    return qHashMulti(seed, entry.user, entry.session, entry.token);
}

} // namespace ci::auth
