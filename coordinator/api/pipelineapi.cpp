// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/givenvariables.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jobscope.h"
#include "coordinator/api/jobview.h"
#include "coordinator/api/listing.h"
#include "coordinator/api/pipelinelisting.h"
#include "coordinator/api/runpipeline.h"
#include "coordinator/auth/access.h"
#include "coordinator/model/refname.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

db::PipelineFilter filterFrom(Fields &fields)
{
    db::PipelineFilter filter;
    filter.ref = fields.text("ref").value_or(QString());
    filter.sha = fields.text("sha").value_or(QString()).toLatin1();
    filter.source = fields.text("source").value_or(QString());
    filter.username = fields.text("username").value_or(QString());
    if (const std::optional<QString> status = fields.text("status"); status && !status->isEmpty()) {
        filter.state = protocol::pipelineState(status->toLatin1());
        if (!filter.state) {
            fields.refuse("status", u"is not a pipeline status"_s);
        }
    }
    return filter;
}

Answer pipelineAnswer(Call &call, int status, const Result<model::Pipeline> &pipeline)
{
    if (!pipeline) {
        return pipeline.error();
    }
    EntityWriter writer(call.services(), call.database());
    const auto maySee = [&call](ProjectId project) {
        return auth::projectWith(
                   call.database(), call.identity(), project, auth::Right::SeePipelines)
            .isOk();
    };
    return jsonResponse(status, writer.pipelineDetails(*pipeline, maySee));
}

enum class JobKind : quint8 { Ordinary, Bridge };

Answer jobListing(Call &call, JobKind kind)
{
    const db::Page page = pageFrom(call.fields());
    db::PipelineJobFilter filter;
    filter.states = jobScope(call.fields());
    filter.withRetried = call.fields().flag("include_retried").value_or(false);
    filter.areBridges = kind == JobKind::Bridge;
    JobView view(call);
    return listing(call,
                   page,
                   db::JobStore(call.database(), call.services().box)
                       .ofPipeline(call.pipeline().id, filter, page),
                   [&view](const model::Job &job) { return view.job(job); });
}

} // namespace

Answer listPipelines(Call &call)
{
    return pipelineListing(call, filterFrom(call.fields()));
}

Answer showPipeline(Call &call)
{
    return pipelineAnswer(call, 200, call.pipeline());
}

Answer showLatestPipeline(Call &call)
{
    const QString ref = call.fields().text("ref").value_or(call.project().defaultBranch);
    Result<std::optional<model::Pipeline>> found =
        db::PipelineStore(call.database(), call.services().box).newest(call.project().id, ref);
    if (!found || !*found) {
        return found ? notFound(u"no pipeline for %1"_s.arg(ref)) : found.error();
    }
    return pipelineAnswer(call, 200, **found);
}

Answer runPipeline(Call &call)
{
    forge::RunWish wish;
    wish.project = call.project().id;
    wish.ref = model::shortRef(call.fields().required("ref"));
    wish.source = call.identity().means == auth::Means::Session ? u"web"_s : u"api"_s;
    wish.user = call.identity().userId();
    wish.variables = givenVariablesField(call.fields(), "variables");
    wish.inputs = givenInputsField(call.fields(), "inputs");
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<void> may = auth::allowedOnRef(
        call.database(), call.identity(), auth::Right::RunPipeline, call.project(), wish.ref);
    return may ? startRun(call, std::move(wish)) : Answer(may.error());
}

Answer retryPipeline(Call &call)
{
    return pipelineAnswer(call,
                          201,
                          call.services().core.pipelines().retryPipeline(
                              call.transaction(), call.pipeline().id, call.identity().userId()));
}

Answer cancelPipeline(Call &call)
{
    const bool isForced = call.fields().flag("force").value_or(false);
    return pipelineAnswer(
        call,
        200,
        call.services().core.pipelines().cancelPipeline(call.transaction(),
                                                        call.pipeline().id,
                                                        isForced ? pipelines::CancelKind::Forced
                                                                 : pipelines::CancelKind::Polite));
}

Answer deletePipeline(Call &call)
{
    const Result<std::vector<PipelineId>> removed =
        call.services().core.pipelines().remove(call.transaction(), call.pipeline().id);
    if (!removed) {
        return removed.error();
    }
    call.transaction().afterCommit(
        [&starter = call.services().starter, gone = *removed, project = call.project().id] {
            for (const PipelineId id : gone) {
                starter.releaseRef(project, id);
            }
        });
    return emptyResponse(204);
}

Answer listPipelineVariables(Call &call)
{
    QJsonArray array;
    for (const model::GivenVariable &variable : call.pipeline().variables) {
        array.append(QJsonObject {
            {u"key"_s, variable.key},
            {u"value"_s, variable.value},
            {u"variable_type"_s, variable.isFile ? u"file"_s : u"env_var"_s},
        });
    }
    return jsonResponse(200, array);
}

Answer listPipelineJobs(Call &call)
{
    return jobListing(call, JobKind::Ordinary);
}

Answer listPipelineBridges(Call &call)
{
    return jobListing(call, JobKind::Bridge);
}

} // namespace ci::api
