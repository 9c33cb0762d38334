// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/base/secret.h"

#include <QByteArray>
#include <QString>

namespace ci {

/// Seals secrets for storage with one key (XSalsa20-Poly1305, a random nonce in front). A copy of
/// the database without the key file yields nothing.
class SecretBox
{
public:
    /// Reads the key file, or makes it (mode 0600) where there is none.
    static Result<SecretBox> fromKeyFile(const QString &path);
    /// 32 bytes.
    explicit SecretBox(Secret key) : m_key(std::move(key)) { }

    QByteArray seal(QByteArrayView plain) const;
    Result<Secret> open(QByteArrayView sealed) const;

    /// A keyed hash for values that are only compared (verified passwords in memory).
    QByteArray keyedHash(QByteArrayView value) const;

private:
    Secret m_key;
};

} // namespace ci
