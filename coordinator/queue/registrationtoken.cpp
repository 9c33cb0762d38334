// SPDX-License-Identifier: MIT
#include "coordinator/queue/registrationtoken.h"

#include "db/instancestore.h"

namespace ci::queue {

using namespace Qt::StringLiterals;
using engine::Transaction;

namespace {

// Also set by coordinator/auth at the first start.
constexpr QByteArrayView RegistrationTokenKey = "registration_token";
constexpr int RegistrationTokenLength = 32;

} // namespace

Result<void> RegistrationToken::store(Transaction &transaction, const Secret &token) const
{
    return db::InstanceStore(transaction.database())
        .setValue(RegistrationTokenKey, m_box.seal(token.reveal()));
}

Result<void> RegistrationToken::prepare(Transaction &transaction,
                                        const std::optional<Secret> &given) const
{
    if (given) {
        return store(transaction, *given);
    }
    const Result<Secret> stored = current(transaction.database());
    if (stored || stored.error().kind != ErrorKind::NotFound) {
        return stored ? Result<void>() : Result<void>(stored.error());
    }
    const Result<Secret> made = reset(transaction);
    return made ? Result<void>() : Result<void>(made.error());
}

Result<Secret> RegistrationToken::current(db::Database &database) const
{
    const Result<std::optional<QByteArray>> sealed
        = db::InstanceStore(database).value(RegistrationTokenKey);
    if (!sealed) {
        return sealed.error();
    }
    return *sealed ? m_box.open(**sealed)
                   : Result<Secret>(notFound(u"there is no registration token"_s));
}

Result<Secret> RegistrationToken::reset(Transaction &transaction) const
{
    const Secret token(randomText(RegistrationTokenLength));
    const Result<void> stored = store(transaction, token);
    return stored ? Result<Secret>(token) : Result<Secret>(stored.error());
}

} // namespace ci::queue
