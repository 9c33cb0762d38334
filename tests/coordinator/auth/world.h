// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/secretbox.h"
#include "coordinator/auth/authenticator.h"
#include "coordinator/auth/users.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/engine/news.h"
#include "db/database.h"

#include <QTemporaryDir>
#include <QTest>

#include <memory>

namespace ci::test {

/// A database, the engine's loop on this thread, a clock turned by hand, and the room's parts.
class World
{
public:
    /// The least that libsodium takes, so that tests do not spend 100 ms a password.
    static constexpr auth::PasswordCost CheapCost {1, 8192};

    World()
    {
        auto opened = db::Database::open(folder.filePath(QStringLiteral("test.db")));
        database = std::move(opened).value();
        if (!database->migrate()) {
            qFatal("the schema does not migrate");
        }
        loop = std::make_unique<engine::CommandLoop>(*database);
        passwords = std::make_unique<auth::Passwords>(box, clock, CheapCost);
        sessions = std::make_unique<auth::Sessions>(clock, news);
        tokens = std::make_unique<auth::AccessTokens>(clock, news);
        users = std::make_unique<auth::Users>(parts());
        authenticator = std::make_unique<auth::Authenticator>(auth::Authenticator::Parts {
            *loop, clock, box, *passwords, *sessions, *tokens, limiter});
    }

    auth::Users::Parts parts() { return {*loop, clock, box, news, *passwords, *sessions, limiter}; }

    /// Runs a command and gives its result; the loop turns until it is stored.
    template<typename T>
    Result<T> inCommand(std::function<Result<T>(engine::Transaction &)> run)
    {
        std::optional<Result<T>> result;
        loop->post([&result, run](engine::Transaction &transaction) {
            result.emplace(run(transaction));
            return *result ? engine::Outcome::Keep : engine::Outcome::Undo;
        });
        (void)QTest::qWaitFor([&result] { return result.has_value(); });
        return *result;
    }

    Result<model::User> makeUser(const QString &name, bool isAdmin = false)
    {
        std::optional<Result<model::User>> made;
        auth::NewUser user;
        user.username = name;
        user.password = Secret("correct horse");
        user.isAdmin = isAdmin;
        users->create(user, &context, [&made](const Result<model::User> &result) { made.emplace(result); });
        (void)QTest::qWaitFor([&made] { return made.has_value(); });
        return *made;
    }

    auth::SignInOutcome signIn(const QString &name, const QByteArray &password)
    {
        std::optional<auth::SignInOutcome> outcome;
        authenticator->signIn({name, Secret(password), {QStringLiteral("10.0.0.1"), QStringLiteral("test")}},
                              &context,
                              [&outcome](const auth::SignInOutcome &result) { outcome.emplace(result); });
        (void)QTest::qWaitFor([&outcome] { return outcome.has_value(); });
        return *outcome;
    }

    auth::IdentityOutcome basic(const QString &name, const QByteArray &password)
    {
        std::optional<auth::IdentityOutcome> outcome;
        authenticator->identifyBasic(
            {name, Secret(password), {QStringLiteral("10.0.0.1"), {}}}, &context,
            [&outcome](const auth::IdentityOutcome &result) { outcome.emplace(result); });
        (void)QTest::qWaitFor([&outcome] { return outcome.has_value(); });
        return *outcome;
    }

    QTemporaryDir folder;
    ManualClock clock;
    auth::LoginLimiter limiter {clock};
    SecretBox box {Secret(QByteArray(32, 'k'))};
    engine::News news;
    std::unique_ptr<db::Database> database;
    std::unique_ptr<engine::CommandLoop> loop;
    std::unique_ptr<auth::Passwords> passwords;
    std::unique_ptr<auth::Sessions> sessions;
    std::unique_ptr<auth::AccessTokens> tokens;
    std::unique_ptr<auth::Users> users;
    std::unique_ptr<auth::Authenticator> authenticator;
    QObject context;
};

} // namespace ci::test
