// SPDX-License-Identifier: MIT
#include "db/testreportstore.h"

#include "db/reading.h"

namespace ci::db {

namespace {

constexpr const char *SetSummary = R"(
    INSERT INTO test_summaries (job_id, success, failed, skipped, errors, seconds, problem)
    VALUES (:job, :success, :failed, :skipped, :errors, :seconds, :problem)
    ON CONFLICT (job_id) DO UPDATE SET success = excluded.success, failed = excluded.failed,
        skipped = excluded.skipped, errors = excluded.errors, seconds = excluded.seconds,
        problem = excluded.problem)";
constexpr const char *SummariesOfPipeline = R"(
    SELECT jobs.id, jobs.job_group, success, failed, skipped, errors, seconds, problem
    FROM jobs JOIN test_summaries ON test_summaries.job_id = jobs.id
    WHERE jobs.pipeline_id = :pipeline AND jobs.is_retried = 0 ORDER BY jobs.ordinal, jobs.id)";
constexpr const char *ReportsOfPipeline = R"(
    SELECT jobs.id, jobs.job_group, artifacts.id
    FROM jobs JOIN artifacts ON artifacts.job_id = jobs.id AND artifacts.type = 'junit'
    WHERE jobs.pipeline_id = :pipeline AND jobs.is_retried = 0 ORDER BY jobs.ordinal, jobs.id)";

} // namespace

Result<void> TestReportStore::set(JobId job, const model::TestReport &report)
{
    Query query(m_database, SetSummary);
    query.bind(":job", job)
        .bind(":success", report.counts.success)
        .bind(":failed", report.counts.failed)
        .bind(":skipped", report.counts.skipped)
        .bind(":errors", report.counts.errors)
        .bind(":seconds", report.counts.seconds)
        .bind(":problem", report.problem);
    return runAny(query);
}

Result<std::vector<TestSummary>> TestReportStore::ofPipeline(PipelineId pipeline)
{
    Query query(m_database, SummariesOfPipeline);
    return readAll<TestSummary>(query.bind(":pipeline", pipeline), [](const Query &row) {
        return TestSummary {row.id<JobId>(0),
                            row.text(1),
                            {.success = int(row.integer(2)),
                             .failed = int(row.integer(3)),
                             .skipped = int(row.integer(4)),
                             .errors = int(row.integer(5)),
                             .seconds = row.real(6)},
                            row.text(7)};
    });
}

Result<std::vector<TestReportStore::Source>> TestReportStore::sources(PipelineId pipeline)
{
    Query query(m_database, ReportsOfPipeline);
    return readAll<Source>(query.bind(":pipeline", pipeline), [](const Query &row) {
        return Source {row.id<JobId>(0), row.text(1), row.id<ArtifactId>(2)};
    });
}

} // namespace ci::db
