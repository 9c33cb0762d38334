// SPDX-License-Identifier: MIT
#include "common/protocol/registration.h"

using namespace Qt::StringLiterals;

namespace ci::protocol {

namespace {

QStringList readTags(JsonReader &reader)
{
    QStringList tags = reader.raw("tag_list"_L1).isString()
        ? reader.text("tag_list"_L1).split(u',', Qt::SkipEmptyParts)
        : reader.texts("tag_list"_L1);
    for (QString &tag : tags) {
        tag = tag.trimmed();
    }
    tags.removeAll(QString());
    tags.removeDuplicates();
    return tags;
}

} // namespace

QJsonObject RunnerRegistration::toJson() const
{
    QJsonObject object {{u"token"_s, QString::fromUtf8(token.reveal())},
                        {u"description"_s, description},
                        {u"run_untagged"_s, runUntagged},
                        {u"locked"_s, locked},
                        {u"paused"_s, paused},
                        {u"info"_s, info.toJson()}};
    if (!tags.isEmpty()) {
        object.insert("tag_list"_L1, tags.join(u','));
    }
    if (maximumTimeoutSeconds > 0) {
        object.insert("maximum_timeout"_L1, maximumTimeoutSeconds);
    }
    if (!accessLevel.isEmpty()) {
        object.insert("access_level"_L1, accessLevel);
    }
    if (!maintenanceNote.isEmpty()) {
        object.insert("maintenance_note"_L1, maintenanceNote);
    }
    return object;
}

RunnerRegistration RunnerRegistration::read(JsonReader &reader)
{
    RunnerRegistration registration;
    registration.token = Secret(reader.text("token"_L1).toUtf8());
    registration.description = reader.text("description"_L1);
    registration.tags = readTags(reader);
    registration.runUntagged = reader.flag("run_untagged"_L1, registration.tags.isEmpty());
    registration.locked = reader.flag("locked"_L1);
    registration.paused = reader.flag("paused"_L1, !reader.flag("active"_L1, true));
    registration.maximumTimeoutSeconds = reader.integer("maximum_timeout"_L1);
    if (registration.maximumTimeoutSeconds < 0) {
        reader.refuse("maximum_timeout"_L1, "must not be negative");
    }
    registration.accessLevel = reader.text("access_level"_L1);
    registration.maintenanceNote
        = reader.text("maintenance_note"_L1, reader.text("maintainer_note"_L1));
    registration.info = reader.object<RunnerInfo>("info"_L1);
    return registration;
}

Result<RunnerRegistration> RunnerRegistration::fromJson(QByteArrayView bytes)
{
    return decodeBytes<RunnerRegistration>(bytes);
}

QJsonObject RunnerIdentity::toJson() const
{
    QJsonObject object {{u"token"_s, QString::fromUtf8(token.reveal())}};
    if (!systemId.isEmpty()) {
        object.insert("system_id"_L1, systemId);
    }
    return object;
}

RunnerIdentity RunnerIdentity::read(JsonReader &reader)
{
    RunnerIdentity identity;
    identity.token = Secret(reader.text("token"_L1).toUtf8());
    identity.systemId = reader.text("system_id"_L1);
    return identity;
}

Result<RunnerIdentity> RunnerIdentity::fromJson(QByteArrayView bytes)
{
    return decodeBytes<RunnerIdentity>(bytes);
}

QJsonObject RunnerCredentials::toJson() const
{
    return {{u"id"_s, id},
            {u"token"_s, QString::fromUtf8(token.reveal())},
            {u"token_expires_at"_s,
             tokenExpiresAt.isEmpty() ? QJsonValue() : QJsonValue(tokenExpiresAt)}};
}

RunnerCredentials RunnerCredentials::read(JsonReader &reader)
{
    RunnerCredentials credentials;
    credentials.id = reader.integer("id"_L1);
    credentials.token = Secret(reader.text("token"_L1).toUtf8());
    credentials.tokenExpiresAt = reader.text("token_expires_at"_L1);
    return credentials;
}

Result<RunnerCredentials> RunnerCredentials::fromJson(QByteArrayView bytes)
{
    return decodeBytes<RunnerCredentials>(bytes);
}

} // namespace ci::protocol
