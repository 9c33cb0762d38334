// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jobscope.h"
#include "coordinator/api/jobview.h"
#include "coordinator/api/listing.h"
#include "db/jobstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {

Answer listPipelineBridges(Call &call)
{
    db::JobStore store(call.database(), call.services().box);
    const bool withRetried = call.fields().flag("include_retried").value_or(false);
    const std::vector<protocol::JobState> scope = jobScope(call.fields());
    Result<std::vector<model::Job>> jobs = withRetried ? store.allOfPipeline(call.pipeline().id)
                                                       : store.ofPipeline(call.pipeline().id);
    if (jobs) {
        std::erase_if(*jobs, [&scope](const model::Job &job) {
            return !job.isBridge || !isInScope(scope, job.state);
        });
    }
    JobView view(call);
    return listing(call, jobs, [&view](const model::Job &job) { return view.job(job); });
}

} // namespace ci::api
