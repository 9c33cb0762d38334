// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/model/pipeline.h"
#include "db/page.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

struct PipelineFilter
{
    QString ref;
    QByteArray sha;
    QString source;
    QString username;
    std::optional<model::PipelineState> state;
    ScheduleId schedule; ///< Null: any.
};

class PipelineStore
{
public:
    PipelineStore(Database &database, const SecretBox &box) : m_database(database), m_box(box) { }

    /// Sets id and iid.
    Result<model::Pipeline> insert(model::Pipeline pipeline);
    Result<std::optional<model::Pipeline>> find(PipelineId id);
    Result<std::optional<model::Pipeline>> newest(ProjectId project, const QString &ref);
    Result<Listing<model::Pipeline>> list(ProjectId project,
                                          const PipelineFilter &filter,
                                          Page page);
    /// Not finished, of one ref, older than `before`: candidates for auto-cancel.
    Result<std::vector<model::Pipeline>> unfinished(ProjectId project,
                                                    const QString &ref,
                                                    PipelineId before);
    Result<std::vector<model::Pipeline>> unfinishedOf(ProjectId project);
    Result<std::vector<PipelineId>> unfinishedIds(); ///< For a restart.
    /// State, name and times; false where the state was not `from` any more.
    Result<bool> updateState(const model::Pipeline &pipeline, model::PipelineState from);
    Result<bool> remove(PipelineId id);

private:
    model::Pipeline read(const Query &query) const;
    Database &m_database;
    const SecretBox &m_box;
};

} // namespace ci::db
