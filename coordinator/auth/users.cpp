// SPDX-License-Identifier: MIT
#include "coordinator/auth/users.h"

#include "coordinator/auth/posting.h"
#include "db/instancestore.h"
#include "db/groupstore.h"
#include "db/userstore.h"

#include <QRegularExpression>

#include <algorithm>
#include <array>

namespace ci::auth {

using namespace Qt::StringLiterals;

namespace {

/// The first part of web addresses that are ours.
constexpr std::array ReservedNames {
    "-"_L1, "."_L1, ".."_L1, "admin"_L1, "api"_L1, "assets"_L1, "dashboard"_L1, "explore"_L1,
    "favicon.ico"_L1, "files"_L1, "git"_L1, "groups"_L1, "health"_L1, "help"_L1, "import"_L1,
    "login"_L1, "logout"_L1, "metrics"_L1, "new"_L1, "oauth"_L1, "profile"_L1, "projects"_L1,
    "public"_L1, "robots.txt"_L1, "runners"_L1, "search"_L1, "settings"_L1, "sign-in"_L1,
    "static"_L1, "uploads"_L1, "user"_L1, "users"_L1, "v2"_L1, "gitlab-ci-token"_L1,
};

Result<void> checkDisplayed(const QString &field, const QString &text)
{
    if (text.size() > 255) {
        return invalid(u"%1 is too long (maximum is 255 characters)"_s.arg(field));
    }
    const bool hasControl = std::any_of(text.begin(), text.end(), [](QChar c) {
        return c.category() == QChar::Other_Control;
    });
    return hasControl ? Result<void>(invalid(u"%1 contains control characters"_s.arg(field)))
                      : Result<void>();
}

Result<void> checkEmail(const QString &email)
{
    const bool looksRight = email.isEmpty() || (email.count(u'@') == 1 && !email.startsWith(u'@')
                                                && !email.endsWith(u'@') && !email.contains(u' '));
    return looksRight ? checkDisplayed(u"email"_s, email)
                      : Result<void>(invalid(u"email is invalid"_s));
}

Result<model::User> existing(db::Database &database, UserId id)
{
    Result<std::optional<model::User>> found = db::UserStore(database).find(id);
    if (!found) {
        return found.error();
    }
    return *found ? Result<model::User>(**found)
                  : Result<model::User>(notFound(u"404 User Not Found"_s));
}

} // namespace

Users::Users(Parts parts, QObject *parent) : QObject(parent), m_parts(parts) { }

Result<void> Users::checkUsername(const QString &username)
{
    static const QRegularExpression Form(u"\\A[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\\z"_s);
    if (!Form.match(username).hasMatch()) {
        return invalid(u"username must have 1 to 64 letters, digits, '_', '-' or '.', "
                       "and start with a letter or digit"_s);
    }
    const QString lower = username.toLower();
    if (lower.endsWith('.'_L1) || lower.endsWith(".git"_L1) || lower.endsWith(".atom"_L1)) {
        return invalid(u"username must not end in '.', '.git' or '.atom'"_s);
    }
    if (std::find(ReservedNames.begin(), ReservedNames.end(), lower) != ReservedNames.end()) {
        return invalid(u"username %1 is a reserved name"_s.arg(username));
    }
    return {};
}

void Users::create(NewUser user, QObject *context, Done done)
{
    Done answer = guardedBy<model::User>(context, std::move(done));
    const QString password = QString::fromUtf8(user.password.reveal());
    Result<void> checked = checkUsername(user.username);
    checked = checked ? Passwords::checkRules(password, user.username) : checked;
    if (!checked) {
        QMetaObject::invokeMethod(
            this, [answer, error = checked.error()] { answer(error); }, Qt::QueuedConnection);
        return;
    }
    m_parts.passwords.hash(user.password, this, [this, user, answer](const Result<QByteArray> &hash) {
        if (!hash) {
            answer(hash.error());
            return;
        }
        postFor<model::User>(m_parts.loop, [this, user, hash = *hash](engine::Transaction &transaction) {
            return insert(transaction, {.id = {},
                                        .username = user.username,
                                        .name = user.name.isEmpty() ? user.username : user.name,
                                        .email = user.email,
                                        .passwordHash = hash,
                                        .isAdmin = user.isAdmin,
                                        .createdAt = {}});
        }, answer);
    });
}

Result<model::User> Users::insert(engine::Transaction &transaction, model::User user)
{
    for (const Result<void> &checked : {checkUsername(user.username),
                                        checkDisplayed(u"name"_s, user.name),
                                        checkEmail(user.email)}) {
        if (!checked) {
            return checked.error();
        }
    }
    user.createdAt = m_parts.clock.now();
    Result<model::User> stored = db::UserStore(transaction.database()).insert(user);
    if (!stored) {
        return stored;
    }
    const Result<model::Group> group = db::GroupStore(transaction.database())
                                           .insert({.id = {},
                                                    .path = stored->username,
                                                    .name = stored->name,
                                                    .user = stored->id,
                                                    .createdAt = stored->createdAt});
    return group ? stored : Result<model::User>(group.error());
}

void Users::change(UserId id, UserChange change, QObject *context, Done done)
{
    Done answer = guardedBy<model::User>(context, std::move(done));
    auto store = [this, id, change, answer](const QByteArray &hash) {
        postFor<model::User>(m_parts.loop, [this, id, change, hash](engine::Transaction &transaction) {
            return apply(transaction, id, change, hash);
        }, answer);
    };
    if (!change.password) {
        store({});
        return;
    }
    const Result<void> checked
        = Passwords::checkRules(QString::fromUtf8(change.password->reveal()), QString());
    if (!checked) {
        QMetaObject::invokeMethod(
            this, [answer, error = checked.error()] { answer(error); }, Qt::QueuedConnection);
        return;
    }
    m_parts.passwords.hash(*change.password, this, [store, answer](const Result<QByteArray> &hash) {
        if (hash) {
            store(*hash);
        } else {
            answer(hash.error());
        }
    });
}

Result<model::User> Users::apply(engine::Transaction &transaction,
                                 UserId id,
                                 const UserChange &change,
                                 const QByteArray &hash)
{
    Result<model::User> user = existing(transaction.database(), id);
    if (!user) {
        return user;
    }
    const Result<bool> isLast = isLastAdmin(transaction.database(), *user);
    if (!isLast) {
        return isLast.error();
    }
    const bool loses = !change.isAdmin.value_or(user->isAdmin) || change.isBlocked.value_or(false);
    if (*isLast && loses) {
        return conflict(u"the last administrator must stay one"_s);
    }
    user->name = change.name.value_or(user->name);
    user->email = change.email.value_or(user->email);
    user->isAdmin = change.isAdmin.value_or(user->isAdmin);
    user->isBlocked = change.isBlocked.value_or(user->isBlocked);
    user->passwordHash = hash.isEmpty() ? user->passwordHash : hash;
    Result<void> done = checkDisplayed(u"name"_s, user->name);
    done = done ? checkEmail(user->email) : done;
    done = done ? db::UserStore(transaction.database()).update(*user) : done;
    if (done && (user->isBlocked || !hash.isEmpty())) {
        done = m_parts.sessions.endAll(transaction, id);
    }
    transaction.afterCommit([this, id] {
        m_parts.passwords.forget(id);
        Q_EMIT m_parts.news.rightsChanged(id, ProjectId {});
    });
    return done ? user : Result<model::User>(done.error());
}

void Users::changePassword(UserId id,
                           PasswordChange change,
                           QObject *context,
                           std::function<void(Result<void>)> done)
{
    auto answer = guardedBy<void>(context, std::move(done));
    auto begin = [this, change = std::move(change), answer](const Result<model::User> &user) {
        const Result<void> begun = user ? beginChange(*user, change) : user.error();
        if (!begun) {
            answer(begun.error());
            return;
        }
        exchangePassword(*user, change, [this, id = user->id, answer](const Result<void> &changed) {
            m_changing.remove(id);
            answer(changed);
        });
    };
    postFor<model::User>(m_parts.loop, [id](engine::Transaction &transaction) {
        return existing(transaction.database(), id);
    }, begin);
}

Result<void> Users::beginChange(const model::User &user, const PasswordChange &change)
{
    const QString next = QString::fromUtf8(change.next.reveal());
    if (const Result<void> checked = Passwords::checkRules(next, user.username); !checked) {
        return checked;
    }
    if (m_changing.contains(user.id)) {
        return Error {ErrorKind::TooMany,
                      u"the password is being changed already; try again in a moment"_s};
    }
    // Who holds somebody's session must not guess the password here instead of at the sign-in.
    const LoginLimiter::Attempt attempt {change.address, user.username};
    const bool isKnown
        = m_parts.passwords.isRemembered({user.id, user.passwordHash, change.current});
    const std::chrono::seconds wait = m_parts.limiter.wait(attempt);
    if (!isKnown && wait.count() > 0) {
        return Error {ErrorKind::TooMany,
                      u"too many wrong passwords; try again in %1 s"_s.arg(wait.count())};
    }
    m_parts.limiter.started(attempt);
    m_changing.insert(user.id);
    return {};
}

void Users::exchangePassword(const model::User &user,
                             const PasswordChange &change,
                             std::function<void(Result<void>)> done)
{
    auto store = [this, user, kept = change.kept, done](const Result<QByteArray> &hash) {
        if (!hash) {
            done(hash.error());
            return;
        }
        postFor<void>(m_parts.loop, [this, user, kept, hash = *hash](engine::Transaction &transaction) {
            return replacePassword(transaction, user, hash, kept);
        }, done);
    };
    auto judge = [this, user, change, store, done](const Result<bool> &verified) {
        if (!verified || !*verified) {
            done(verified ? forbidden(u"current_password is not correct"_s) : verified.error());
            return;
        }
        m_parts.limiter.succeeded({change.address, user.username});
        m_parts.passwords.hash(change.next, this, store);
    };
    m_parts.passwords.verify({user.id, user.passwordHash, change.current}, this, judge);
}

Result<void> Users::replacePassword(engine::Transaction &transaction,
                                    const model::User &verified,
                                    const QByteArray &hash,
                                    SessionId kept)
{
    const Result<model::User> now = existing(transaction.database(), verified.id);
    if (!now) {
        return now.error();
    }
    // An administrator may have set another one while the hashes were made.
    if (now->passwordHash != verified.passwordHash) {
        return conflict(u"the password was changed meanwhile; sign in with the new one"_s);
    }
    return storePassword(transaction, verified.id, hash, kept);
}

void Users::endSetUp()
{
    m_isBeingSetUp = false;
    Q_EMIT setUpEnded();
}

void Users::whenSetUp(QObject *context, std::function<void()> sequel)
{
    if (m_isBeingSetUp) {
        connect(this, &Users::setUpEnded, context, std::move(sequel), Qt::SingleShotConnection);
    } else {
        sequel();
    }
}

Result<void> Users::storePassword(engine::Transaction &transaction,
                                  UserId id,
                                  const QByteArray &hash,
                                  SessionId kept)
{
    Result<model::User> user = existing(transaction.database(), id);
    if (!user) {
        return user.error();
    }
    user->passwordHash = hash;
    const Result<void> done = db::UserStore(transaction.database()).update(*user);
    db::AuditEvent event;
    event.at = m_parts.clock.now();
    event.user = id;
    event.action = u"user.password"_s;
    const Result<void> recorded = db::InstanceStore(transaction.database()).record(event);
    if (!done || !recorded) {
        return done ? recorded.error() : done.error();
    }
    transaction.afterCommit([this, id] { m_parts.passwords.forget(id); });
    return m_parts.sessions.endOthers(transaction, id, kept);
}

Result<void> Users::remove(engine::Transaction &transaction, UserId id)
{
    const Result<model::User> user = existing(transaction.database(), id);
    if (!user) {
        return user.error();
    }
    const Result<bool> isLast = isLastAdmin(transaction.database(), *user);
    if (!isLast) {
        return isLast.error();
    }
    if (*isLast) {
        return conflict(u"the last administrator must stay"_s);
    }
    if (const Result<void> ended = m_parts.sessions.endAll(transaction, id); !ended) {
        return ended.error();
    }
    Result<void> removed = db::UserStore(transaction.database()).remove(id);
    if (!removed && removed.error().kind == ErrorKind::Conflict) {
        return conflict(u"%1 still has projects: move or delete them first"_s.arg(user->username));
    }
    transaction.afterCommit([this, id] {
        m_parts.passwords.forget(id);
        Q_EMIT m_parts.news.rightsChanged(id, ProjectId {});
    });
    return removed;
}

Result<bool> Users::isLastAdmin(db::Database &database, const model::User &user)
{
    if (!user.isAdmin || user.isBlocked) {
        return false;
    }
    db::UserStore store(database);
    for (int page = 1;; ++page) {
        const Result<db::Listing<model::User>> some = store.list(QString(), {page, 100});
        if (!some) {
            return some.error();
        }
        for (const model::User &other : some->items) {
            if (other.isAdmin && !other.isBlocked && other.id != user.id) {
                return false;
            }
        }
        if (some->items.size() < 100) {
            return true;
        }
    }
}

} // namespace ci::auth
