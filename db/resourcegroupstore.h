// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/job.h"
#include "coordinator/model/resourcegroup.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

class ResourceGroupStore
{
public:
    explicit ResourceGroupStore(Database &database) : m_database(database) { }

    Result<void> ensure(ProjectId project, const QString &key, Timestamp now);
    Result<std::vector<model::ResourceGroup>> list(ProjectId project);
    Result<std::optional<model::ResourceGroup>> find(ProjectId project, const QString &key);
    Result<void> setMode(const model::ResourceGroup &group);

    /// Jobs that may come next, in the order in which the mode lets them in; at most `most`. With
    /// the two modes that wait for a pipeline's turn, also jobs that are not ready yet.
    Result<std::vector<JobId>> upcoming(const model::ResourceGroup &group, int most);
    /// Who has it.
    Result<std::optional<JobId>> holder(const model::ResourceGroup &group);

private:
    Database &m_database;
};

QByteArrayView processModeWord(model::ProcessMode mode);
std::optional<model::ProcessMode> processModeOf(QByteArrayView word);

} // namespace ci::db
