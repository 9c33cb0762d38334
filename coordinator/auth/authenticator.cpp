// SPDX-License-Identifier: MIT
#include "coordinator/auth/authenticator.h"

#include "db/instancestore.h"
#include "db/jobstore.h"
#include "db/userstore.h"

#include <QLoggingCategory>
#include <QPointer>

namespace ci::auth {

using namespace Qt::StringLiterals;

Q_LOGGING_CATEGORY(lcAuth, "ci.auth")

namespace {

constexpr QLatin1StringView JobUserName {"gitlab-ci-token"};

Error refusedCredentials() { return {ErrorKind::Unauthenticated, u"401 Unauthorized"_s}; }

Result<void> recordSignIn(engine::Transaction &transaction,
                          Timestamp at,
                          const model::User &user,
                          const Client &client)
{
    db::AuditEvent event;
    event.at = at;
    event.user = user.id;
    event.address = client.address;
    event.action = u"user.login"_s;
    return db::InstanceStore(transaction.database()).record(event);
}

Result<model::User> unblockedUser(db::Database &database, UserId id)
{
    const Result<std::optional<model::User>> user = db::UserStore(database).find(id);
    if (!user) {
        return user.error();
    }
    return *user && !(*user)->isBlocked ? Result<model::User>(**user) : refusedCredentials();
}

/// Names of strangers in our log: short, and without line breaks.
QString quotedName(const QString &name)
{
    QString shown = name.left(64);
    for (QChar &c : shown) {
        if (!c.isPrint() || c == u' ') {
            c = u'?';
        }
    }
    return shown;
}

} // namespace

/// An identity, and the row whose use is to be noted.
struct Authenticator::Found
{
    Identity identity;
    std::optional<model::AccessToken> token;
    std::optional<model::BrowserSession> session;
};

Authenticator::Authenticator(Parts parts, QObject *parent)
    : QObject(parent)
    , m_parts(parts)
{
}

Result<Identity> Authenticator::identify(engine::Transaction &transaction,
                                         const Credentials &credentials)
{
    Result<Found> found = find(transaction.database(), credentials);
    if (!found) {
        return found.error();
    }
    Result<void> noted;
    if (found->token) {
        noted = m_parts.tokens.touch(transaction, *found->token);
    } else if (found->session) {
        noted = m_parts.sessions.touch(transaction, *found->session);
    }
    return noted ? Result<Identity>(found->identity) : Result<Identity>(noted.error());
}

Result<Identity> Authenticator::identify(db::Database &database, const Credentials &credentials)
{
    Result<Found> found = find(database, credentials);
    return found ? Result<Identity>(found->identity) : Result<Identity>(found.error());
}

Result<Authenticator::Found> Authenticator::find(db::Database &database,
                                                 const Credentials &credentials)
{
    if (!credentials.token.isEmpty()) {
        return byToken(database, credentials.token);
    }
    if (!credentials.jobToken.isEmpty()) {
        return byJobToken(database, credentials.jobToken);
    }
    if (!credentials.cookie.isEmpty()) {
        return byCookie(database, credentials.cookie);
    }
    return Found {};
}

Result<Authenticator::Found> Authenticator::byToken(db::Database &database, QByteArrayView value)
{
    const Result<std::optional<model::AccessToken>> token = m_parts.tokens.find(database, value);
    return token ? holderOf(database, *token) : token.error();
}

Result<Authenticator::Found> Authenticator::holderOf(db::Database &database,
                                                     const std::optional<model::AccessToken> &token)
{
    if (!token) {
        return refusedCredentials();
    }
    Result<model::User> user = unblockedUser(database, token->user);
    if (!user) {
        return user.error();
    }
    Found found;
    found.identity.means = Means::Token;
    found.identity.scope = AccessTokens::scopeOf(*token);
    found.identity.user = *std::move(user);
    found.identity.token = token->id;
    found.token = token;
    return found;
}

Result<Authenticator::Found> Authenticator::byJobToken(db::Database &database, QByteArrayView value)
{
    const Result<std::optional<model::Job>> job
        = db::JobStore(database, m_parts.box).findByToken(tokenHash(value));
    if (!job) {
        return job.error();
    }
    if (!*job || protocol::isFinished((*job)->state)) {
        return refusedCredentials();
    }
    Found found;
    found.identity.means = Means::Job;
    found.identity.job = (*job)->id;
    found.identity.jobProject = (*job)->project;
    if ((*job)->user) {
        Result<std::optional<model::User>> user = db::UserStore(database).find(*(*job)->user);
        if (!user) {
            return user.error();
        }
        if (*user && !(*user)->isBlocked) {
            found.identity.user = **user;
        }
    }
    return found;
}

Result<Authenticator::Found> Authenticator::byCookie(db::Database &database, QByteArrayView value)
{
    const Result<std::optional<model::BrowserSession>> session
        = m_parts.sessions.find(database, value);
    return session ? holderOf(database, *session) : session.error();
}

Result<Authenticator::Found> Authenticator::holderOf(
    db::Database &database, const std::optional<model::BrowserSession> &session)
{
    if (!session) {
        return refusedCredentials();
    }
    Result<model::User> user = unblockedUser(database, session->user);
    if (!user) {
        return user.error();
    }
    Found found;
    found.identity.means = Means::Session;
    found.identity.user = *std::move(user);
    found.identity.session = session->id;
    found.identity.csrfToken = session->csrfToken;
    found.session = session;
    return found;
}

Result<Identity> Authenticator::recall(db::Database &database, const Entry &entry)
{
    const auto found = [&]() -> Result<Found> {
        if (!entry.token.isNull()) {
            const auto token = m_parts.tokens.find(database, entry.token);
            return token ? holderOf(database, *token) : token.error();
        }
        const auto session = m_parts.sessions.find(database, entry.session);
        return session ? holderOf(database, *session) : session.error();
    }();
    if (!found) {
        return found.error();
    }
    // The number of a sign-in that was removed may be another's by now.
    return found->identity.user->id == entry.user ? Result(found->identity) : refusedCredentials();
}

void Authenticator::signIn(Login login, QObject *context, std::function<void(SignInOutcome)> done)
{
    auto guarded = [guard = QPointer(context), done = std::move(done)](SignInOutcome outcome) {
        if (guard) {
            done(std::move(outcome));
        }
    };
    checkPassword(login, [this, client = login.client, guarded](const UserOutcome &outcome) {
        if (const Refusal *refusal = std::get_if<Refusal>(&outcome)) {
            guarded(*refusal);
            return;
        }
        beginSession(std::get<model::User>(outcome), client, this, guarded);
    });
}

void Authenticator::beginSession(const model::User &user,
                                 const Client &client,
                                 QObject *context,
                                 std::function<void(SignInOutcome)> done)
{
    auto refused = [guard = QPointer(context), done](const Error &error) {
        if (guard) {
            done(Refusal {error});
        }
    };
    auto run = [this, user, client, done](engine::Transaction &transaction) {
        // The user may have been blocked or given another password while the hash was made.
        const Result<std::optional<model::User>> now
            = db::UserStore(transaction.database()).find(user.id);
        if (!now || !*now || (*now)->isBlocked || (*now)->passwordHash != user.passwordHash) {
            const Error error = now ? refusedCredentials() : now.error();
            transaction.answer([done, error] { done(Refusal {error}); });
            return engine::Outcome::Undo;
        }
        const Result<SignedIn> session = m_parts.sessions.begin(transaction, **now, client);
        const Result<void> recorded = recordSignIn(transaction, m_parts.clock.now(), user, client);
        if (!session || !recorded) {
            const Error error = session ? recorded.error() : session.error();
            transaction.answer([done, error] { done(Refusal {error}); });
            return engine::Outcome::Undo;
        }
        transaction.answer([done, signedIn = *session] { done(signedIn); });
        return engine::Outcome::Keep;
    };
    m_parts.loop.post(engine::Command {std::move(run), std::move(refused)});
}

void Authenticator::identifyBasic(Login login,
                                  QObject *context,
                                  std::function<void(IdentityOutcome)> done)
{
    auto guarded = [guard = QPointer(context), done = std::move(done)](IdentityOutcome outcome) {
        if (guard) {
            done(std::move(outcome));
        }
    };
    auto byPassword = [this, login, guarded] {
        checkPassword(login, [guarded](const UserOutcome &outcome) {
            if (const Refusal *refusal = std::get_if<Refusal>(&outcome)) {
                guarded(*refusal);
                return;
            }
            Identity identity;
            identity.means = Means::Password;
            identity.user = std::get<model::User>(outcome);
            guarded(identity);
        });
    };
    auto run = [this, login, guarded, byPassword](engine::Transaction &transaction) {
        const bool isJob = login.username == JobUserName;
        Result<Identity> identity
            = identify(transaction,
                       isJob ? Credentials {.token = {}, .jobToken = login.password.reveal(), .cookie = {}}
                             : Credentials {.token = login.password.reveal(), .jobToken = {}, .cookie = {}});
        if (identity && !identity->isNobody()) {
            transaction.answer([guarded, found = *identity] { guarded(found); });
            return engine::Outcome::Keep;
        }
        if (isJob || (!identity && identity.error().kind != ErrorKind::Unauthenticated)) {
            const Error error = identity ? refusedCredentials() : identity.error();
            transaction.answer([guarded, error] { guarded(Refusal {error}); });
            return engine::Outcome::Undo;
        }
        transaction.answer(byPassword);
        return engine::Outcome::Undo;
    };
    m_parts.loop.post(engine::Command {
        std::move(run), [guarded](const Error &error) { guarded(Refusal {error}); }});
}

void Authenticator::checkPassword(const Login &login, UserDone done)
{
    auto run = [this, login, done](engine::Transaction &transaction) {
        Result<std::optional<model::User>> user
            = db::UserStore(transaction.database()).findByName(login.username);
        transaction.answer([this, login, done, user = std::move(user)] {
            if (user) {
                judge(login, *user, done);
            } else {
                done(Refusal {user.error()});
            }
        });
        return engine::Outcome::Undo;
    };
    m_parts.loop.post(engine::Command {
        std::move(run), [done](const Error &error) { done(Refusal {error}); }});
}

void Authenticator::judge(const Login &login, const std::optional<model::User> &user, UserDone done)
{
    const PasswordCheck check {.user = user ? user->id : UserId {},
                               .hash = user ? user->passwordHash : QByteArray(),
                               .password = login.password};
    const LoginLimiter::Attempt attempt {login.client.address, login.username};
    // A password verified a moment ago is no guess: who has it is not held up by others' guesses.
    if (m_parts.passwords.isRemembered(check) && !user->isBlocked) {
        done(*user);
        return;
    }
    const QByteArray key = m_parts.box.keyedHash(
        login.username.toLower().toUtf8() + '\0' + login.client.address.toUtf8() + '\0' + check.hash
        + '\0' + login.password.reveal());
    if (const auto pending = m_pending.find(key); pending != m_pending.end()) {
        pending->push_back(std::move(done));
        return;
    }
    if (const auto wait = m_parts.limiter.wait(attempt); wait.count() > 0) {
        qCInfo(lcAuth).noquote().nospace() << "sign-in held back user=" << quotedName(login.username)
                                 << " address=" << quotedName(login.client.address);
        done(Refusal {{ErrorKind::TooMany,
                       u"too many failed sign-ins; try again in %1 s"_s.arg(wait.count())},
                      wait});
        return;
    }
    m_parts.limiter.started(attempt);
    m_pending.insert(key, {std::move(done)});
    m_parts.passwords.verify(check, this, [this, key, attempt, user](const Result<bool> &verified) {
        if (!verified) {
            settle(key, Refusal {verified.error(), std::chrono::seconds {1}});
        } else if (!*verified || user->isBlocked) {
            qCInfo(lcAuth).noquote().nospace() << "sign-in refused user=" << quotedName(attempt.username)
                                     << " address=" << quotedName(attempt.address);
            settle(key, Refusal {refusedCredentials()});
        } else {
            m_parts.limiter.succeeded(attempt);
            settle(key, *user);
        }
    });
}

void Authenticator::settle(const QByteArray &key, const UserOutcome &outcome)
{
    for (const UserDone &done : m_pending.take(key)) {
        done(outcome);
    }
}

} // namespace ci::auth
