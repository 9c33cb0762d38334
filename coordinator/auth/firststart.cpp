// SPDX-License-Identifier: MIT
#include "coordinator/auth/firststart.h"

#include "db/userstore.h"

#include <QLoggingCategory>

namespace ci::auth {

using namespace Qt::StringLiterals;

Q_LOGGING_CATEGORY(lcFirstStart, "ci.auth.start")

namespace {

constexpr int GeneratedPasswordLength = 20;

Result<model::User> rootUser(engine::Transaction &transaction, Users &users)
{
    Result<std::optional<model::User>> root
        = db::UserStore(transaction.database()).findByName(u"root"_s);
    if (!root) {
        return root.error();
    }
    if (*root) {
        return **root;
    }
    return users.insert(transaction, {.id = {},
                                      .username = u"root"_s,
                                      .name = u"Administrator"_s,
                                      .email = {},
                                      .passwordHash = QByteArray(""),
                                      .isAdmin = true,
                                      .createdAt = {}});
}

Result<void> ensureRootToken(engine::Transaction &transaction,
                             AccessTokens &tokens,
                             UserId root,
                             const Secret &value)
{
    if (value.isEmpty()) {
        return {};
    }
    const Result<std::optional<model::AccessToken>> known
        = db::UserStore(transaction.database()).findToken(tokenHash(value.reveal()));
    if (!known) {
        return known.error();
    }
    if (*known) {
        return {}; // Also when it was revoked: an old environment must not bring it back.
    }
    const Result<model::AccessToken> made = tokens.adopt(
        transaction, {root, u"CAPSTAN_ROOT_TOKEN"_s, {u"api"_s}, std::nullopt}, value);
    return made ? Result<void>() : Result<void>(made.error().within(u"CAPSTAN_ROOT_TOKEN"_s));
}

/// The start does not wait for it, sign-ins do; if it fails, the next start repeats it.
void storeRootPassword(const Users::Parts &parts, Users &users, UserId root, const Secret &password)
{
    users.beginSetUp();
    auto failed = [&users](const Error &error) {
        qCCritical(lcFirstStart).noquote() << "cannot set root's password cause=" << error.detail;
        users.endSetUp();
    };
    auto store = [&users, root](engine::Transaction &transaction, const QByteArray &hash) {
        transaction.answer([&users] { users.endSetUp(); });
        return users.storePassword(transaction, root, hash, SessionId {}) ? engine::Outcome::Keep
                                                                          : engine::Outcome::Undo;
    };
    parts.passwords.hash(password, &users, [parts, failed, store](const Result<QByteArray> &hash) {
        if (!hash) {
            failed(hash.error());
            return;
        }
        engine::Command command;
        command.run = [store, hash = *hash](engine::Transaction &transaction) {
            return store(transaction, hash);
        };
        command.refused = failed;
        parts.loop.post(std::move(command));
    });
}

} // namespace

FirstStartWishes FirstStartWishes::fromEnvironment()
{
    return {Secret(qgetenv("CAPSTAN_ROOT_PASSWORD")),
            Secret(qgetenv("CAPSTAN_ROOT_TOKEN")),
            Secret(qgetenv("CAPSTAN_REGISTRATION_TOKEN"))};
}

Result<Secret> ensureRoot(engine::Transaction &transaction,
                          Users &users,
                          AccessTokens &tokens,
                          Users::Parts parts,
                          const FirstStartWishes &wishes)
{
    const Result<model::User> root = rootUser(transaction, users);
    if (!root) {
        return root.error();
    }
    Secret generated;
    if (root->passwordHash.isEmpty()) {
        const QString wished = QString::fromUtf8(wishes.rootPassword.reveal());
        if (wished.isEmpty()) {
            generated = Secret(randomText(GeneratedPasswordLength));
        } else if (const auto checked = Passwords::checkRules(wished, root->username); !checked) {
            return checked.error().within(u"CAPSTAN_ROOT_PASSWORD"_s);
        }
        const Secret password = wished.isEmpty() ? generated : wishes.rootPassword;
        transaction.afterCommit([&users, parts, id = root->id, password] {
            storeRootPassword(parts, users, id, password);
        });
    }
    const Result<void> done = ensureRootToken(transaction, tokens, root->id, wishes.rootToken);
    return done ? Result<Secret>(generated) : Result<Secret>(done.error());
}

} // namespace ci::auth
