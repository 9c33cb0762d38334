// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/pipelinelisting.h"
#include "coordinator/api/runpipeline.h"
#include "coordinator/auth/access.h"
#include "db/mergerequeststore.h"

using namespace Qt::StringLiterals;

// Pipelines of merge requests: those whose ref was pushed here. They have no other entity.

namespace ci::api {
namespace {

Result<qint64> openRequest(Call &call)
{
    const Result<qint64> number = call.number("merge_request_iid");
    if (!number) {
        return number;
    }
    const Result<std::optional<model::MergeRequest>> found =
        db::MergeRequestStore(call.database()).find(call.project().id, *number);
    if (!found) {
        return found.error();
    }
    return *found ? number
                  : Result<qint64>(notFound(
                        u"there is no merge request !%1: its ref is pushed to open it"_s.arg(*number)));
}

QString refOf(qint64 number)
{
    return u"refs/merge-requests/%1/head"_s.arg(number);
}

} // namespace

Answer listMergeRequestPipelines(Call &call)
{
    const Result<qint64> number = openRequest(call);
    if (!number) {
        return number.error();
    }
    db::PipelineFilter filter;
    filter.ref = refOf(*number);
    return pipelineListing(call, filter);
}

Answer runMergeRequestPipeline(Call &call)
{
    const Result<qint64> number = openRequest(call);
    if (!number) {
        return number.error();
    }
    const Result<void> may = auth::allowedOnRef(call.database(),
                                                call.identity(),
                                                auth::Right::RunPipeline,
                                                call.project(),
                                                refOf(*number));
    if (!may) {
        return may.error();
    }
    forge::RunWish wish;
    wish.project = call.project().id;
    wish.mergeRequest = *number;
    wish.source = u"merge_request_event"_s;
    wish.user = call.identity().userId();
    return startRun(call, std::move(wish));
}

} // namespace ci::api
