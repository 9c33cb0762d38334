// SPDX-License-Identifier: MIT
#include "coordinator/app/admintask.h"

#include "coordinator/app/backup.h"
#include "db/userstore.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>
#include <QStorageInfo>
#include <QTimer>

#include <cstdio>

using namespace Qt::StringLiterals;

namespace ci::app {
namespace {

void say(const QString &line)
{
    std::printf("%s\n", qUtf8Printable(line));
}

/// One line from standard input: a password in the arguments would be seen by everybody.
Secret readPassword()
{
    std::fprintf(stderr, "password: ");
    QFile input;
    if (!input.open(stdin, QIODevice::ReadOnly)) {
        return {};
    }
    QByteArray line = input.readLine(1024);
    while (line.endsWith('\n') || line.endsWith('\r')) {
        line.chop(1);
    }
    return Secret(line);
}

void sayCheck(const char *what, bool isGood, const QString &detail)
{
    say(u"%1  %2: %3"_s.arg(
        isGood ? u"ok     "_s : u"PROBLEM"_s, QString::fromLatin1(what), detail));
}

} // namespace

void AdminTask::finish(const Result<void> &result)
{
    if (!result) {
        std::fprintf(stderr, "capstan: %s\n", qUtf8Printable(result.error().detail));
        m_exitCode = 1;
    }
    QTimer::singleShot(
        0, QCoreApplication::instance(), [code = m_exitCode] { QCoreApplication::exit(code); });
}

Result<model::User> AdminTask::userNamed(const QString &name)
{
    const Result<std::optional<model::User>> user =
        db::UserStore(*m_store.database).findByName(name);
    if (!user) {
        return user.error();
    }
    return *user ? Result<model::User>(**user)
                 : Result<model::User>(notFound(u"there is no user %1"_s.arg(name)));
}

void AdminTask::createUser()
{
    auth::NewUser user;
    user.username = word(0);
    user.name = m_options.value(u"name"_s, user.username);
    user.email = m_options.value(u"email"_s);
    user.isAdmin = m_options.contains(u"admin"_s);
    user.password = readPassword();
    m_accounts.users.create(std::move(user), this, [this](const Result<model::User> &made) {
        if (made) {
            say(u"user %1 created, id %2"_s.arg(made->username).arg(made->id.value()));
        }
        finish(made ? Result<void>() : Result<void>(made.error()));
    });
}

void AdminTask::listUsers()
{
    db::Page page {1, 100};
    db::UserStore store(*m_store.database);
    for (;; ++page.page) {
        const Result<db::Listing<model::User>> users = store.list({}, page);
        if (!users) {
            finish(users.error());
            return;
        }
        for (const model::User &user : users->items) {
            say(u"%1\t%2\t%3%4"_s.arg(user.id.value())
                    .arg(user.username,
                         user.isAdmin ? u"admin"_s : u"user"_s,
                         user.isBlocked ? u"\tblocked"_s : QString()));
        }
        if (page.offset() + page.perPage >= users->total) {
            break;
        }
    }
    finish({});
}

void AdminTask::change(auth::UserChange change, const QString &done)
{
    const Result<model::User> user = userNamed(word(0));
    if (!user) {
        finish(user.error());
        return;
    }
    m_accounts.users.change(
        user->id, std::move(change), this, [this, done](const Result<model::User> &changed) {
            if (changed) {
                say(done);
            }
            finish(changed ? Result<void>() : Result<void>(changed.error()));
        });
}

void AdminTask::changePassword()
{
    auth::UserChange wish;
    wish.password = readPassword();
    change(std::move(wish), u"password changed; all sessions of that user have ended"_s);
}

void AdminTask::setBlocked(bool isBlocked, const QString &done)
{
    auth::UserChange wish;
    wish.isBlocked = isBlocked;
    change(std::move(wish), done);
}

void AdminTask::blockUser()
{
    setBlocked(true, u"user blocked"_s);
}

void AdminTask::unblockUser()
{
    setBlocked(false, u"user unblocked"_s);
}

void AdminTask::createToken()
{
    m_accounts.loop.post([this](engine::Transaction &transaction) {
        const Result<model::User> user = userNamed(word(0));
        if (!user) {
            transaction.answer([this, error = user.error()] { finish(error); });
            return engine::Outcome::Undo;
        }
        const QString scopes = m_options.value(u"scopes"_s, u"api"_s);
        const Result<auth::MintedToken> minted = m_accounts.tokens.mint(
            transaction,
            {user->id, m_options.value(u"name"_s, u"capstan admin"_s), scopes.split(u','), {}});
        if (!minted) {
            transaction.answer([this, error = minted.error()] { finish(error); });
            return engine::Outcome::Undo;
        }
        transaction.afterCommit([this, secret = minted->secret] {
            say(QString::fromLatin1(secret.reveal()));
            finish({});
        });
        return engine::Outcome::Keep;
    });
}

void AdminTask::backUp()
{
    const Result<BackupReport> made
        = app::backUp(m_store.directory, *m_store.database, word(0));
    if (made) {
        say(u"%1 repositories and %2 files, %3 MiB, with database and key, are in %4: keep it as "
            "safe as the data directory"_s.arg(made->repositories)
                .arg(made->files)
                .arg(made->bytes >> 20)
                .arg(word(0)));
    }
    finish(made ? Result<void>() : Result<void>(made.error()));
}

void AdminTask::examine()
{
    const QStorageInfo disk(m_store.directory.path());
    constexpr qint64 LittleSpace = 1LL << 30;
    sayCheck(
        "disk",
        disk.bytesAvailable() > LittleSpace,
        u"%1 MiB free for %2"_s.arg(disk.bytesAvailable() >> 20).arg(m_store.directory.path()));
    const QFileInfo key(m_store.directory.keyFile());
    const bool isPrivate = !(key.permissions() & (QFile::ReadGroup | QFile::ReadOther));
    sayCheck("key",
             isPrivate,
             isPrivate ? u"readable by its owner only"_s
                       : u"others can read %1"_s.arg(key.filePath()));
    const Result<qint64> users = db::UserStore(*m_store.database).count();
    sayCheck(
        "database",
        users.isOk(),
        u"schema %1, %2 users"_s.arg(m_store.database->schemaVersion()).arg(users ? *users : 0));
    const QString git = QStandardPaths::findExecutable(u"git"_s);
    sayCheck("git", !git.isEmpty(), git.isEmpty() ? u"not found: install git"_s : git);
    if (!isPrivate || git.isEmpty() || disk.bytesAvailable() <= LittleSpace) {
        m_exitCode = 1;
    }
    finish({});
}

} // namespace ci::app
