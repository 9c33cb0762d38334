// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/base/secret.h"
#include "common/base/secretbox.h"
#include "db/database.h"

#include <QJsonObject>

#include <memory>
#include <optional>

namespace ci::queue {

/// The RSA key that signs id tokens. The private half lies in the database, sealed with the key
/// file, so that a backup of the data directory has both. Any thread once it is made.
class SigningKey
{
public:
    /// From the database; nothing where none was stored yet.
    static Result<std::optional<SigningKey>> load(db::Database &database, const SecretBox &box);
    /// A new one: takes some hundred milliseconds of one processor.
    static Result<SigningKey> generate();
    static Result<SigningKey> fromPem(const Secret &pem);

    Result<void> store(db::Database &database, const SecretBox &box) const;
    Result<Secret> pem() const;

    /// A JSON Web Token (RFC 7519) signed with RS256.
    Result<Secret> sign(const QJsonObject &claims) const;
    /// The public half as a JSON Web Key (RFC 7517).
    const QJsonObject &publicKey() const { return m_public; }

private:
    explicit SigningKey(std::shared_ptr<void> key) : m_key(std::move(key)) { }
    Result<void> readPublic();

    std::shared_ptr<void> m_key; ///< EVP_PKEY
    QJsonObject m_public;
};

} // namespace ci::queue
