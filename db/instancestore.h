// SPDX-License-Identifier: MIT
#pragma once

#include "db/query.h"

#include <QJsonObject>

#include <vector>

namespace ci::db {

/// Something that somebody did and that must be answerable later.
struct AuditEvent
{
    qint64 id = 0;
    Timestamp at;
    std::optional<UserId> user;
    QString address;
    QString action; ///< "terminal.open", "user.login", …
    std::optional<ProjectId> project;
    std::optional<JobId> job;
    QJsonObject details;
};

/// Small facts of the instance, and the audit log.
class InstanceStore
{
public:
    explicit InstanceStore(Database &database) : m_database(database) { }

    Result<std::optional<QByteArray>> value(QByteArrayView key);
    Result<void> setValue(QByteArrayView key, const QByteArray &value);

    Result<void> record(const AuditEvent &event);
    Result<std::vector<AuditEvent>> events(std::optional<ProjectId> project, int most);

private:
    Database &m_database;
};

} // namespace ci::db
