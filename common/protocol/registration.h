// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secret.h"
#include "common/protocol/runnerinfo.h"

#include <optional>

// POST /runners, POST /runners/verify, DELETE /runners and /runners/managers (reference of the
// runner API, 2.2 to 2.5).

namespace ci::protocol {

/// Body of POST /runners.
struct RunnerRegistration
{
    Secret token; ///< The registration token.
    QString description;
    QStringList tags; ///< Sent as one comma-separated string; read as that or as an array.
    bool runUntagged = false;
    bool locked = false;
    bool paused = false; ///< Read also from its old opposite, `active`.
    qint64 maximumTimeoutSeconds = 0; ///< 0: none.
    QString accessLevel; ///< "not_protected", "ref_protected" or empty.
    QString maintenanceNote;
    RunnerInfo info;

    bool operator==(const RunnerRegistration &) const = default;

    QJsonObject toJson() const;
    static RunnerRegistration read(JsonReader &reader);
    static Result<RunnerRegistration> fromJson(QByteArrayView bytes);
};

/// Body of verify, unregister and token reset.
struct RunnerIdentity
{
    Secret token;
    QString systemId;

    bool operator==(const RunnerIdentity &) const = default;

    QJsonObject toJson() const;
    static RunnerIdentity read(JsonReader &reader);
    static Result<RunnerIdentity> fromJson(QByteArrayView bytes);
};

/// Answer of register, verify and token reset.
struct RunnerCredentials
{
    qint64 id = 0;
    Secret token;
    QString tokenExpiresAt; ///< ISO 8601; empty: never.

    bool operator==(const RunnerCredentials &) const = default;

    QJsonObject toJson() const;
    static RunnerCredentials read(JsonReader &reader);
    static Result<RunnerCredentials> fromJson(QByteArrayView bytes);
};

} // namespace ci::protocol
