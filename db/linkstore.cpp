// SPDX-License-Identifier: MIT
#include "db/linkstore.h"

#include "db/reading.h"

#include <array>

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *InsertLink
    = R"(INSERT INTO pipeline_links (job_id, pipeline_id, kind) VALUES (:job, :pipeline, :kind)
    ON CONFLICT (job_id) DO UPDATE SET pipeline_id = excluded.pipeline_id, kind = excluded.kind)";
constexpr const char *LinkOfJob
    = "SELECT job_id, pipeline_id, kind FROM pipeline_links WHERE job_id = :job";
constexpr const char *UpstreamOf = R"(
    SELECT job_id, pipeline_id, kind FROM pipeline_links
    WHERE pipeline_id = :pipeline AND kind <> 'upstream' LIMIT 1)";
constexpr const char *FollowersOf = R"(
    SELECT job_id, pipeline_id, kind FROM pipeline_links
    WHERE pipeline_id = :pipeline AND kind <> 'start' ORDER BY job_id)";
constexpr const char *ChildrenOf = R"(
    SELECT pipelines.id FROM jobs
    JOIN pipeline_links ON pipeline_links.job_id = jobs.id
    JOIN pipelines ON pipelines.id = pipeline_links.pipeline_id
    WHERE jobs.pipeline_id = :pipeline AND jobs.is_bridge = 1
      AND pipeline_links.kind <> 'upstream' AND pipelines.source = 'parent_pipeline'
    ORDER BY pipelines.id)";
constexpr const char *CountFamily = R"(
    WITH RECURSIVE family (id) AS (
        SELECT :root
        UNION
        SELECT pipeline_links.pipeline_id FROM family
        JOIN jobs ON jobs.pipeline_id = family.id AND jobs.is_bridge = 1
        JOIN pipeline_links ON pipeline_links.job_id = jobs.id
            AND pipeline_links.kind <> 'upstream')
    SELECT count(*) FROM family)";

constexpr std::array<QByteArrayView, 4> KindWords {"start", "depend", "mirror", "upstream"};

model::PipelineLink readLink(const Query &row)
{
    model::PipelineLink link {row.id<JobId>(0), row.id<PipelineId>(1), {}};
    const QByteArray word = row.bytes(2);
    for (size_t i = 0; i < KindWords.size(); ++i) {
        if (KindWords[i] == word) {
            link.kind = static_cast<model::LinkKind>(i);
        }
    }
    return link;
}

} // namespace

Result<void> LinkStore::insert(const model::PipelineLink &link)
{
    Query query(m_database, InsertLink);
    query.bind(":job", link.job)
        .bind(":pipeline", link.pipeline)
        .bind(":kind", KindWords[static_cast<size_t>(link.kind)]);
    return runAny(query);
}

Result<std::optional<model::PipelineLink>> LinkStore::ofJob(JobId job)
{
    Query query(m_database, LinkOfJob);
    return readOne<model::PipelineLink>(query.bind(":job", job), readLink);
}

Result<std::optional<model::PipelineLink>> LinkStore::upstreamOf(PipelineId pipeline)
{
    Query query(m_database, UpstreamOf);
    return readOne<model::PipelineLink>(query.bind(":pipeline", pipeline), readLink);
}

Result<std::vector<model::PipelineLink>> LinkStore::followersOf(PipelineId pipeline)
{
    Query query(m_database, FollowersOf);
    return readAll<model::PipelineLink>(query.bind(":pipeline", pipeline), readLink);
}

Result<std::vector<PipelineId>> LinkStore::childrenOf(PipelineId pipeline)
{
    Query query(m_database, ChildrenOf);
    return readAll<PipelineId>(query.bind(":pipeline", pipeline),
                               [](const Query &row) { return row.id<PipelineId>(0); });
}

Result<qint64> LinkStore::countFamily(PipelineId root)
{
    Query query(m_database, CountFamily);
    return readNumber(query.bind(":root", root));
}

} // namespace ci::db
