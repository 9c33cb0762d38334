// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/download.h"
#include "coordinator/api/errorstatus.h"
#include "coordinator/api/givenvariables.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jobscope.h"
#include "coordinator/api/jobview.h"
#include "coordinator/api/listing.h"
#include "coordinator/api/logwatchers.h"
#include "db/jobstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

Answer jobAnswer(Call &call, int status, const Result<model::Job> &job)
{
    if (!job) {
        return job.error();
    }
    return jsonResponse(status, JobView(call).job(*job));
}

/// GitLab's name for them, and the one that pipelines have.
std::vector<model::GivenInput> jobInputsField(Fields &fields)
{
    const bool isNamed = fields.values().contains("job_inputs"_L1);
    return givenInputsField(fields, isNamed ? "job_inputs" : "inputs");
}

} // namespace

Answer listJobs(Call &call)
{
    const db::Page page = pageFrom(call.fields());
    const db::JobFilter filter {jobScope(call.fields())};
    JobView view(call);
    return listing(call,
                   page,
                   db::JobStore(call.database(), call.services().box)
                       .ofProject(call.project().id, filter, page),
                   [&view](const model::Job &job) { return view.job(job); });
}

Answer showJob(Call &call)
{
    return jobAnswer(call, 200, call.job());
}

Answer showTrace(Call &call)
{
    call.transaction().afterCommit(
        [&watchers = call.services().watchers, id = call.job().id] { watchers.noteRead(id); });
    const storage::LogReader reader = call.services().core.logReader();
    const Result<qint64> size = reader.size(call.job().id);
    if (!size) {
        return size.error();
    }
    const net::RangeDecision range = net::decideRange(call.head().headers, *size, {});
    net::Response response;
    response.headers.add("Content-Type"_ba, "text/plain; charset=utf-8"_ba);
    response.headers.add("X-Content-Type-Options"_ba, "nosniff"_ba);
    response.headers.add("Content-Security-Policy"_ba, "sandbox; default-src 'none'"_ba);
    response.headers.add("Cache-Control"_ba, "no-store"_ba);
    response.headers.add("X-Capstan-Trace-Size"_ba, QByteArray::number(*size));
    addRange(response, range, *size);
    if (range.kind == net::RangeDecision::Kind::Unsatisfiable) {
        return response;
    }
    const net::ByteRange part = rangeOf(range, *size);
    Result<std::unique_ptr<BodySource>> source =
        reader.open(call.job().id, part.first, part.length);
    if (!source) {
        return source.error();
    }
    response.source = std::move(*source);
    return response;
}

Answer playJob(Call &call)
{
    const std::vector<model::GivenVariable> given =
        givenVariablesField(call.fields(), "job_variables_attributes");
    const std::vector<model::GivenInput> inputs = jobInputsField(call.fields());
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    return jobAnswer(call,
                     200,
                     call.services().core.pipelines().play(
                         call.transaction(), call.job().id, call.identity().userId(), given, inputs));
}

Answer retryJob(Call &call)
{
    const std::vector<model::GivenInput> inputs = jobInputsField(call.fields());
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    return jobAnswer(call,
                     201,
                     call.services().core.pipelines().retry(
                         call.transaction(), call.job().id, call.identity().userId(), inputs));
}

Answer cancelJob(Call &call)
{
    const bool isForced = call.fields().flag("force").value_or(false);
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    return jobAnswer(call,
                     201,
                     call.services().core.pipelines().cancel(
                         call.transaction(),
                         call.job().id,
                         isForced ? pipelines::CancelKind::Forced : pipelines::CancelKind::Polite));
}

Answer eraseJob(Call &call)
{
    return jobAnswer(
        call, 201, call.services().core.pipelines().erase(call.transaction(), call.job().id));
}

} // namespace ci::api
