// SPDX-License-Identifier: MIT
#include "db/dutystore.h"

#include "db/reading.h"

namespace ci::db {

namespace {

constexpr const char *InsertDuties = R"(
    INSERT INTO job_duties (job_id, environment, has_release, has_pages)
    VALUES (:job, :environment, :has_release, :has_pages))";
constexpr const char *FindDuties
    = "SELECT environment, has_release, has_pages FROM job_duties WHERE job_id = :job";

} // namespace

Result<void> DutyStore::insert(JobId job, const model::JobSpec &spec)
{
    const Duties duties {.environment = spec.environment ? spec.environment->name : QString(),
                         .hasRelease = spec.release.has_value(),
                         .hasPages = spec.pages.has_value()};
    if (!duties.isAny()) {
        return {};
    }
    Query query(m_database, InsertDuties);
    query.bind(":job", job)
        .bind(":environment", duties.environment)
        .bind(":has_release", duties.hasRelease)
        .bind(":has_pages", duties.hasPages);
    return runAny(query);
}

Result<Duties> DutyStore::find(JobId job)
{
    Query query(m_database, FindDuties);
    const Result<std::optional<Duties>> found
        = readOne<Duties>(query.bind(":job", job), [](const Query &row) {
              return Duties {row.text(0), row.flag(1), row.flag(2)};
          });
    return found ? Result<Duties>(found->value_or(Duties())) : Result<Duties>(found.error());
}

} // namespace ci::db
