// SPDX-License-Identifier: MIT
#include "coordinator/forge/triggers.h"

#include "db/triggerstore.h"

namespace ci::forge {

using namespace Qt::StringLiterals;
using engine::Transaction;

namespace {

constexpr int RandomLength = 40; ///< 238 bits.
constexpr qsizetype ShortLength = 4; ///< Behind the prefix, as in GitLab's lists.
constexpr qsizetype MaxDescription = 255;

Result<void> checkDescription(const QString &description)
{
    return description.trimmed().isEmpty() || description.size() > MaxDescription
        ? Result<void>(invalid(u"description must have 1 to %1 characters"_s.arg(MaxDescription)))
        : Result<void>();
}

} // namespace

Result<Triggers::Minted> Triggers::mint(Transaction &transaction, model::TriggerToken draft) const
{
    db::TriggerStore store(transaction.database());
    if (const Result<void> checked = checkDescription(draft.description); !checked) {
        return checked.error();
    }
    const Result<std::vector<model::TriggerToken>> others = store.ofProject(draft.project);
    if (!others) {
        return others.error();
    }
    if (others->size() >= MaxOfProject) {
        return invalid(u"a project has at most %1 trigger tokens"_s.arg(MaxOfProject));
    }
    const Secret secret(Prefix.toByteArray() + randomText(RandomLength));
    draft.tokenHash = tokenHash(secret.reveal());
    draft.shortToken = QString::fromLatin1(secret.reveal().mid(Prefix.size(), ShortLength));
    draft.createdAt = m_clock.now();
    draft.updatedAt = draft.createdAt;
    const Result<model::TriggerToken> stored = store.insert(draft);
    return stored ? Result(Minted {*stored, secret}) : Result<Minted>(stored.error());
}

Result<model::TriggerToken> Triggers::describe(Transaction &transaction,
                                               model::TriggerToken token) const
{
    if (const Result<void> checked = checkDescription(token.description); !checked) {
        return checked.error();
    }
    token.updatedAt = m_clock.now();
    const Result<void> stored = db::TriggerStore(transaction.database()).update(token);
    return stored ? Result(token) : Result<model::TriggerToken>(stored.error());
}

Result<std::optional<model::TriggerToken>> Triggers::find(db::Database &database,
                                                          QByteArrayView value) const
{
    if (!value.startsWith(Prefix)) {
        return std::optional<model::TriggerToken>();
    }
    return db::TriggerStore(database).findByHash(tokenHash(value));
}

Result<void> Triggers::noteUse(Transaction &transaction, model::TriggerToken token) const
{
    token.lastUsedAt = m_clock.now();
    return db::TriggerStore(transaction.database()).update(token);
}

Result<Secret> Triggers::setHook(Transaction &transaction, ProjectId project, UserId owner) const
{
    const Secret secret(randomText(RandomLength));
    const Result<void> stored
        = db::TriggerStore(transaction.database())
              .setHook({project, owner, tokenHash(secret.reveal()), m_clock.now()});
    return stored ? Result(secret) : Result<Secret>(stored.error());
}

Result<model::ExternalHook> Triggers::hookWith(db::Database &database,
                                               ProjectId project,
                                               const QByteArray &secret) const
{
    const Result<std::optional<model::ExternalHook>> hook
        = db::TriggerStore(database).hookOf(project);
    if (!hook) {
        return hook.error();
    }
    // Hashes are compared: what time that takes says nothing about the secret.
    if (!*hook || secret.isEmpty() || (*hook)->tokenHash != tokenHash(secret)) {
        return notFound(u"404 Not Found"_s);
    }
    return **hook;
}

} // namespace ci::forge
