// SPDX-License-Identifier: MIT
#include "common/protocol/jobrequest.h"
#include "common/protocol/tracerange.h"
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/errorstatus.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jsonresponse.h"

#include <QJsonDocument>

using namespace Qt::StringLiterals;

// What runners say about jobs (reference of the runner API, 3, 5 and 6).

namespace ci::api {
namespace {

net::Response jobAnswer(const queue::JobAnswer &answer)
{
    struct Encoder
    {
        net::Response operator()(const queue::HandedOut &handedOut) const
        {
            return jsonResponse(201, handedOut.payload.toBytes());
        }
        net::Response operator()(const queue::NoJob &noJob) const
        {
            net::Response response = emptyResponse(204);
            response.headers.add("X-GitLab-Last-Update"_ba, noJob.lastUpdate);
            return response;
        }
        net::Response operator()(const queue::RunnerUnknown &) const { return errorResponse(403); }
        net::Response operator()(const queue::NotNow &) const { return errorResponse(503); }
    };
    return std::visit(Encoder {}, answer);
}

void addWord(net::Response &response, const queue::JobWord &word)
{
    if (word.state) {
        response.headers.add("Job-Status"_ba, protocol::word(*word.state).toByteArray());
    }
    if (word.traceInterval.count() > 0) {
        response.headers.add("X-GitLab-Trace-Update-Interval"_ba,
                             QByteArray::number(word.traceInterval.count()));
    }
}

int statusOfTrace(queue::TraceReply reply)
{
    switch (reply) {
    case queue::TraceReply::Accepted:
        return 202;
    case queue::TraceReply::Beyond:
        return 416;
    case queue::TraceReply::Refused:
        return 403;
    case queue::TraceReply::NotNow:
        return 503;
    }
    return 500;
}

int statusOfUpdate(queue::UpdateReply reply)
{
    switch (reply) {
    case queue::UpdateReply::Done:
        return 200;
    case queue::UpdateReply::LogInvalid:
        return 412;
    case queue::UpdateReply::Refused:
        return 403;
    case queue::UpdateReply::NotNow:
        return 503;
    }
    return 500;
}

net::Response wordResponse(int status, const queue::JobWord &word)
{
    net::Response response = status < 400 ? emptyResponse(status) : errorResponse(status);
    addWord(response, word);
    return response;
}

} // namespace

Answer requestJob(Call &call)
{
    Result<protocol::JobRequest> request = protocol::JobRequest::fromJson(call.body());
    if (!request) {
        return request.error();
    }
    if (request->token.isEmpty()) {
        request->token = Secret(call.header("runner-token"));
    }
    const Reply reply = call.reply();
    queue::JobAsk ask {std::move(*request), call.caller().toString(), [exchange = call.exchange()] {
                           return exchange->isGone();
                       }};
    queue::Dispatcher &dispatcher = call.services().core.dispatcher();
    const queue::RequestId id =
        dispatcher.request(call.transaction(), ask, [reply](const queue::JobAnswer &answer) {
            reply.send(jobAnswer(answer));
        });
    // A client that hangs up is heard of on its own thread.
    call.transaction().answer(
        [exchange = call.exchange(), &dispatcher, &loop = call.services().loop, id] {
            exchange->setGone([&dispatcher, &loop, id] {
                loop.post([&dispatcher, id](engine::Transaction &) {
                    dispatcher.withdraw(id);
                    return engine::Outcome::Keep;
                });
            });
        });
    return Later {};
}

Answer appendTrace(Call &call)
{
    const Result<qint64> id = call.number("job_id");
    if (!id) {
        return id.error();
    }
    const std::optional<protocol::TraceRange> range =
        protocol::parseContentRange(call.header("content-range"));
    if (!range) {
        return invalid(u"Content-Range must be FIRST-LAST"_s);
    }
    const queue::TracePiece piece {
        JobId {*id}, Secret(call.header("job-token")), range->start, call.body()};
    call.services().core.messages().appendTrace(
        call.transaction(), piece, [reply = call.reply()](const queue::TraceAnswer &answer) {
            net::Response response = wordResponse(statusOfTrace(answer.reply), answer.word);
            if (answer.reply == queue::TraceReply::Accepted
                || answer.reply == queue::TraceReply::Beyond) {
                response.headers.add("Range"_ba, protocol::heldRange(answer.size));
            }
            reply.send(std::move(response));
        });
    return Later {};
}

Answer updateJob(Call &call)
{
    const Result<qint64> id = call.number("job_id");
    Result<protocol::JobUpdate> update = protocol::JobUpdate::fromJson(call.body());
    if (!id || !update) {
        return !id ? id.error() : update.error();
    }
    if (update->token.isEmpty()) {
        update->token = Secret(call.header("job-token"));
    }
    call.services().core.messages().update(
        call.transaction(),
        JobId {*id},
        *update,
        [reply = call.reply()](const queue::UpdateAnswer &answer) {
            reply.send(wordResponse(statusOfUpdate(answer.reply), answer.word));
        });
    return Later {};
}

Answer showOwnJob(Call &call)
{
    const Result<model::Job> job = call.services().core.messages().jobOfToken(
        call.transaction(), Secret(call.header("job-token")));
    if (!job) {
        return errorResponse(401);
    }
    EntityWriter writer(call.services(), call.database());
    return jsonResponse(200, writer.job(*job));
}

} // namespace ci::api
