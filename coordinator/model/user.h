// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"

#include <QString>
#include <QStringList>

#include <optional>

namespace ci::model {

/// GitLab's access levels; the numbers are on the wire.
enum class Role : quint8 {
    None = 0,
    Guest = 10,
    Reporter = 20,
    Developer = 30,
    Maintainer = 40,
    Owner = 50,
};

struct User
{
    UserId id;
    QString username; ///< Unique without case.
    QString name;
    QString email;
    QByteArray passwordHash; ///< Argon2id, in libsodium's string form.
    bool isAdmin = false;
    bool isBlocked = false;
    Timestamp createdAt;
};

/// A browser's sign-in.
struct BrowserSession
{
    SessionId id;
    UserId user;
    QByteArray tokenHash; ///< Of the cookie's value.
    QByteArray csrfToken;
    QString address;
    QString userAgent;
    Timestamp createdAt;
    Timestamp lastUsedAt;
    Timestamp expiresAt;
};

struct AccessToken
{
    AccessTokenId id;
    UserId user;
    QString name;
    QByteArray tokenHash;
    QStringList scopes; ///< "api", "read_api"
    bool isRevoked = false;
    Timestamp createdAt;
    std::optional<Timestamp> expiresAt;
    std::optional<Timestamp> lastUsedAt;
};

} // namespace ci::model
