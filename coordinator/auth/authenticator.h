// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/auth/accesstokens.h"
#include "coordinator/auth/identity.h"
#include "coordinator/auth/loginlimiter.h"
#include "coordinator/auth/passwords.h"
#include "coordinator/auth/sessions.h"

#include <QObject>

#include <functional>
#include <variant>
#include <vector>

namespace ci::auth {

/// What a request carries, taken from its head by whoever knows HTTP. At most one is looked at:
/// token, then job token, then cookie. All as sent; all checked here.
struct Credentials
{
    QByteArray token; ///< PRIVATE-TOKEN or Authorization: Bearer.
    QByteArray jobToken; ///< JOB-TOKEN
    QByteArray cookie; ///< capstan_session
};

struct Refusal
{
    Error error; ///< Unauthenticated, or TooMany with retryAfter.
    std::chrono::seconds retryAfter {0};
};

using SignInOutcome = std::variant<SignedIn, Refusal>;
using IdentityOutcome = std::variant<Identity, Refusal>;

struct Login
{
    QString username;
    Secret password;
    Client client;
};

/// Finds out who calls. Engine thread.
class Authenticator final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Authenticator)

public:
    struct Parts
    {
        engine::CommandLoop &loop;
        const Clock &clock;
        const SecretBox &box;
        Passwords &passwords;
        Sessions &sessions;
        AccessTokens &tokens;
        LoginLimiter &limiter;
    };
    explicit Authenticator(Parts parts, QObject *parent = nullptr);

    /// Nobody where nothing is carried; Unauthenticated where what is carried is not valid (so a
    /// dead cookie or revoked token never quietly becomes an anonymous call).
    Result<Identity> identify(engine::Transaction &transaction, const Credentials &credentials);
    /// The same without noting the use; for a read-only connection.
    Result<Identity> identify(db::Database &database, const Credentials &credentials);

    /// Who came with these before: Unauthenticated once the sign-in has ended or expired, the token
    /// is revoked or expired, or the user is blocked. Notes no use.
    Result<Identity> recall(db::Database &database, const Entry &entry);

    /// Name and password → a new session, after rate limit and hashing. Calls back later, once,
    /// on this thread, after the session is stored.
    void signIn(Login login, QObject *context, std::function<void(SignInOutcome)> done);

    /// git's Basic authentication: `gitlab-ci-token` with a job token, any name with an access
    /// token, or a name with its password. Same promises as signIn(); no session is made.
    void identifyBasic(Login login, QObject *context, std::function<void(IdentityOutcome)> done);

private:
    using UserOutcome = std::variant<model::User, Refusal>;
    using UserDone = std::function<void(UserOutcome)>;
    struct Found;

    Result<Found> find(db::Database &database, const Credentials &credentials);
    Result<Found> byToken(db::Database &database, QByteArrayView value);
    Result<Found> byJobToken(db::Database &database, QByteArrayView value);
    Result<Found> byCookie(db::Database &database, QByteArrayView value);
    static Result<Found> holderOf(db::Database &database,
                                  const std::optional<model::AccessToken> &token);
    static Result<Found> holderOf(db::Database &database,
                                  const std::optional<model::BrowserSession> &session);

    void checkPassword(const Login &login, UserDone done);
    void judge(const Login &login, const std::optional<model::User> &user, UserDone done);
    void settle(const QByteArray &key, const UserOutcome &outcome);
    void beginSession(const model::User &user,
                      const Client &client,
                      QObject *context,
                      std::function<void(SignInOutcome)> done);

    Parts m_parts;
    /// Who waits for the same check: git opens several connections at once.
    QHash<QByteArray, std::vector<UserDone>> m_pending;
};

} // namespace ci::auth
