// SPDX-License-Identifier: MIT
#include "common/net/uri.h"
#include "coordinator/api/call.h"
#include "coordinator/api/errorstatus.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jobview.h"

using namespace Qt::StringLiterals;

// WebSockets. The gate has checked who calls, the Origin and the right; each relay answers 101 or
// refuses.

namespace ci::api {
namespace {

Answer upgradeRequired()
{
    net::Response response = errorResponse(426);
    response.headers.add("Upgrade"_ba, "websocket"_ba);
    return response;
}

QList<QByteArray> subprotocols(const net::RequestHead &head)
{
    QList<QByteArray> names;
    for (const net::Headers::Field &field : head.headers.fields()) {
        if (field.name.compare("sec-websocket-protocol", Qt::CaseInsensitive) == 0) {
            for (const QByteArray &name : field.value.split(',')) {
                names.append(name.trimmed());
            }
        }
    }
    return names;
}

/// `?session=ID&offset=N` of a viewer that comes back.
Result<void> readReturn(const net::RequestHead &head, terminal::ViewerRequest &request)
{
    const Result<net::Query> query = net::Query::parse(head.query);
    if (!query) {
        return query.error();
    }
    request.session = query->value("session").value_or(QByteArray());
    if (const std::optional<QByteArray> text = query->value("offset")) {
        bool isNumber = false;
        const qint64 offset = text->toLongLong(&isNumber);
        if (!isNumber || offset < 0) {
            return invalid(u"offset must be a whole number"_s);
        }
        request.offset = offset;
    }
    return {};
}

} // namespace

Answer openLive(Call &call)
{
    if (!call.head().wantsUpgrade) {
        return upgradeRequired();
    }
    const live::LiveCaller caller {
        call.user().id, call.identity().session, call.identity().token};
    call.transaction().answer([&hub = call.services().live, caller, reply = call.reply()] {
        hub.attach(caller, reply.handOver());
    });
    return Later {};
}

Answer openTerminal(Call &call)
{
    if (!call.head().wantsUpgrade) {
        return upgradeRequired();
    }
    const QString obstacle = JobView(call).terminalObstacle(call.job());
    if (!obstacle.isEmpty()) {
        return conflict(obstacle);
    }
    terminal::ViewerRequest request;
    request.job = call.job().id;
    request.runner = *call.job().runner;
    request.user = call.user().id;
    request.login = call.identity().session;
    request.token = call.identity().token;
    request.subprotocols = subprotocols(call.head());
    if (const Result<void> read = readReturn(call.head(), request); !read) {
        return read.error();
    }
    call.transaction().answer([&relay = call.services().relay, request, reply = call.reply()] {
        relay.attachViewer(request, reply.handOver());
    });
    return Later {};
}

Answer openRunnerChannel(Call &call)
{
    const model::Runner *runner =
        call.services().core.runners().authenticate(Secret(call.header("runner-token")));
    if (!runner) {
        return errorResponse(403);
    }
    if (!call.head().wantsUpgrade) {
        return upgradeRequired();
    }
    const runnerlink::RunnerKey key {runner->id, call.header("x-system-id")};
    if (key.systemId.isEmpty() || key.systemId.size() > 64) {
        return invalid(u"X-System-Id is missing or too long"_s);
    }
    call.transaction().answer([&channels = call.services().channels, key, reply = call.reply()] {
        channels.attach(key, reply.handOver());
    });
    return Later {};
}

Answer openTerminalStream(Call &call)
{
    const model::Runner *runner =
        call.services().core.runners().authenticate(Secret(call.header("runner-token")));
    if (!runner) {
        return errorResponse(403);
    }
    if (!call.head().wantsUpgrade) {
        return upgradeRequired();
    }
    const terminal::StreamRequest request {
        runner->id, call.header("x-terminal-session"), Secret(call.header("x-terminal-secret"))};
    call.transaction().answer([&relay = call.services().relay, request, reply = call.reply()] {
        relay.attachRunner(request, reply.handOver());
    });
    return Later {};
}

} // namespace ci::api
