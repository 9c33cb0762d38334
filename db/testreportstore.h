// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/testreport.h"
#include "common/base/ids.h"
#include "db/query.h"

#include <vector>

namespace ci::db {

/// The counted junit report of one job.
struct TestSummary
{
    JobId job;
    QString suite; ///< The job's name in the file.
    model::TestCounts counts;
    QString problem;
};

class TestReportStore
{
public:
    explicit TestReportStore(Database &database) : m_database(database) { }

    Result<void> set(JobId job, const model::TestReport &report);
    /// Of the newest attempts, in the order of the pipeline.
    Result<std::vector<TestSummary>> ofPipeline(PipelineId pipeline);
    struct Source
    {
        JobId job;
        QString suite;
        ArtifactId artifact;
    };
    /// Where the reports themselves are.
    Result<std::vector<Source>> sources(PipelineId pipeline);

private:
    Database &m_database;
};

} // namespace ci::db
