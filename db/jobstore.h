// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "coordinator/model/job.h"
#include "db/page.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

struct JobFilter
{
    std::vector<model::JobState> states; ///< Empty: all.
};

struct PipelineJobFilter
{
    std::vector<model::JobState> states; ///< Empty: all.
    bool withRetried = false;
    bool areBridges = false; ///< Those that start pipelines, instead of those that run.
};

class JobStore
{
public:
    JobStore(Database &database, const SecretBox &box) : m_database(database), m_box(box) { }

    /// Sets the id; stores spec and needs beside it.
    Result<model::Job> insert(model::Job job,
                              const model::JobSpec &spec,
                              const std::vector<model::JobNeed> &needs);
    Result<std::optional<model::Job>> find(JobId id);
    Result<std::optional<model::Job>> findByToken(const QByteArray &tokenHash);
    Result<std::vector<model::Job>> ofPipeline(PipelineId pipeline); ///< Newest attempts only.
    Result<std::vector<model::Job>> allOfPipeline(PipelineId pipeline); ///< Retried ones too.
    Result<Listing<model::Job>> ofPipeline(PipelineId pipeline,
                                           const PipelineJobFilter &filter,
                                           Page page);
    Result<Listing<model::Job>> ofProject(ProjectId project, const JobFilter &filter, Page page);
    Result<std::vector<JobId>> idsOfProject(ProjectId project); ///< All attempts, bridges too.
    /// Pending, with a runner, or waiting for a time or a resource.
    Result<std::vector<model::Job>> activeOfProject(ProjectId project);
    Result<Listing<model::Job>> ofRunner(RunnerId runner, Page page);
    Result<std::vector<model::Job>> inStates(const std::vector<model::JobState> &states);
    /// With this runner, after their script has ended.
    Result<qint64> countHeld(RunnerId runner);
    Result<qint64> countInState(model::JobState state);

    Result<model::JobSpec> spec(JobId id);
    /// Other values for its inputs. What it must do at its end (DutyStore) does not change.
    Result<void> setSpec(JobId id, const model::JobSpec &spec);
    Result<std::vector<model::JobNeed>> needs(JobId id);
    /// Of all jobs of a pipeline at once, for the start of what became ready.
    Result<QHash<JobId, std::vector<model::JobNeed>>> needsOfPipeline(PipelineId pipeline);
    /// Variables given when the job was played.
    Result<std::vector<model::GivenVariable>> givenVariables(JobId id);
    Result<void> setGivenVariables(JobId id, const std::vector<model::GivenVariable> &variables);

    /// Everything but identity and plan, only where the state is still `from`; false: it is not.
    Result<bool> update(const model::Job &job, model::JobState from);
    /// An unlikely race aside, what the newest finished attempts of `ref` with this name left.
    Result<std::optional<model::Job>> newestSuccess(ProjectId project,
                                                    const QString &ref,
                                                    const QString &name);

private:
    Database &m_database;
    const SecretBox &m_box;
};

} // namespace ci::db
