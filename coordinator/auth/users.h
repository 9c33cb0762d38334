// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/auth/loginlimiter.h"
#include "coordinator/auth/passwords.h"
#include "coordinator/auth/sessions.h"
#include "db/page.h"

#include <QObject>
#include <QSet>

namespace ci::auth {

struct NewUser
{
    QString username;
    QString name;
    QString email;
    Secret password;
    bool isAdmin = false;
};

/// What is set is changed.
struct UserChange
{
    std::optional<QString> name;
    std::optional<QString> email;
    std::optional<bool> isAdmin;
    std::optional<bool> isBlocked; ///< Blocking ends sessions; tokens stop working.
    std::optional<Secret> password; ///< By an administrator: ends all sessions.
};

struct PasswordChange
{
    Secret current;
    Secret next;
    SessionId kept; ///< The session that asks; all others end.
    QString address {}; ///< Wrong passwords count as failed sign-ins from there.
};

/// Accounts: make, change, block, delete; passwords. Each user has a namespace of the same name.
/// Who may call is for the caller to check (InstanceRight::ManageUsers). Engine thread.
class Users final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Users)

public:
    struct Parts
    {
        engine::CommandLoop &loop;
        const Clock &clock;
        const SecretBox &box;
        engine::News &news;
        Passwords &passwords;
        Sessions &sessions;
        LoginLimiter &limiter;
    };
    using Done = std::function<void(Result<model::User>)>;

    explicit Users(Parts parts, QObject *parent = nullptr);

    /// Letters, digits, '_', '-', '.'; starts with a letter or digit; 1…64; not a reserved word.
    static Result<void> checkUsername(const QString &username);

    /// Those with a callback call it later, once, on this thread, after the commit.
    void create(NewUser user, QObject *context, Done done);
    void change(UserId id, UserChange change, QObject *context, Done done);
    /// Forbidden where the current password is wrong; TooMany after too many of these, or while a
    /// change of the same user is under way; Conflict where it was changed meanwhile.
    void changePassword(UserId id,
                        PasswordChange change,
                        QObject *context,
                        std::function<void(Result<void>)> done);
    /// Conflict: the last administrator, or a namespace that still has projects.
    Result<void> remove(engine::Transaction &transaction, UserId id);

    /// At the first start the hash of root's password is made while calls are taken already.
    void beginSetUp() { m_isBeingSetUp = true; }
    void endSetUp();
    /// Runs `sequel` once passwords can be checked: at once, unless it is the first start.
    void whenSetUp(QObject *context, std::function<void()> sequel);

    /// The row and the namespace alone; `passwordHash` may be empty: nobody can sign in then.
    Result<model::User> insert(engine::Transaction &transaction, model::User user);
    /// Stores a hash, forgets the old one and ends all sessions but `kept`.
    Result<void> storePassword(engine::Transaction &transaction,
                               UserId id,
                               const QByteArray &hash,
                               SessionId kept);

Q_SIGNALS:
    void setUpEnded();

private:
    Result<model::User> apply(engine::Transaction &transaction,
                              UserId id,
                              const UserChange &change,
                              const QByteArray &hash);
    Result<bool> isLastAdmin(db::Database &database, const model::User &user);
    Result<void> beginChange(const model::User &user, const PasswordChange &change);
    void exchangePassword(const model::User &user,
                          const PasswordChange &change,
                          std::function<void(Result<void>)> done);
    Result<void> replacePassword(engine::Transaction &transaction,
                                 const model::User &verified,
                                 const QByteArray &hash,
                                 SessionId kept);

    Parts m_parts;
    QSet<UserId> m_changing; ///< Whose password is being changed: one user takes one worker's time.
    bool m_isBeingSetUp = false;
};

} // namespace ci::auth
