// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/live/tracereader.h"
#include "coordinator/storage/logreader.h"
#include "db/database.h"

#include <memory>

namespace ci::api {

/// Logs for the live hub: bytes from their files, their end from the database, through a read-only
/// connection that is opened at the first call and so belongs to the hub's thread.
class TraceFiles final : public live::TraceReader
{
public:
    TraceFiles(storage::LogReader reader, QString databasePath, const SecretBox &box)
        : m_reader(std::move(reader))
        , m_databasePath(std::move(databasePath))
        , m_box(box)
    {
    }

    Result<live::TraceState> state(JobId job) override;
    Result<QByteArray> read(JobId job, qint64 offset, qint64 maximum) override;

private:
    storage::LogReader m_reader;
    QString m_databasePath;
    const SecretBox &m_box;
    std::unique_ptr<db::Database> m_database;
};

} // namespace ci::api
