// SPDX-License-Identifier: MIT
#include "coordinator/api/apihandler.h"

#include "coordinator/api/errorstatus.h"
#include "coordinator/api/gate.h"
#include "coordinator/api/log.h"
#include "coordinator/api/metrics.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

// A stock runner sends at most 1 MiB of log a call from 11.11 on; older ones all that is new, which
// their own limit keeps at 4 MiB, in PUT as JSON text (reference of the runner API, 5.1 and 6.1).
constexpr qint64 MaxTracePieceBytes = 8 << 20;
// What nobody will read.
constexpr qint64 MaxUnroutedBytes = 64 * 1024;

std::vector<Router::Key> routerKeys()
{
    std::vector<Router::Key> keys;
    for (const Route &route : routeTable()) {
        keys.push_back({route.method, route.pattern});
    }
    return keys;
}

/// Browsers call these; a name that is not ours is then DNS rebinding. Who carries a token of a
/// runner or job, or git's password, was told our address by its configuration.
bool isForBrowsers(const Route &route)
{
    switch (route.needs.who) {
    case Needs::Who::Open:
    case Needs::Who::Anybody:
    case Needs::Who::Account:
    case Needs::Who::Group:
    case Needs::Who::Project:
    case Needs::Who::Pipeline:
    case Needs::Who::Job:
        return true;
    case Needs::Who::RunnerToken:
    case Needs::Who::JobToken:
    case Needs::Who::ProjectSecret:
    case Needs::Who::Git:
        return false;
    }
    return true;
}

/// Whether the caller is known by a token that the gate will check: a page of a foreign name has none.
/// Any other header a page could add by itself, and where nobody looks at tokens any token, too.
bool carriesToken(const Route &route, const net::RequestHead &head)
{
    if (route.needs.who == Needs::Who::Open) {
        return false;
    }
    const auth::Credentials credentials = credentialsOf(head);
    return !credentials.token.isEmpty() || !credentials.jobToken.isEmpty();
}

net::Response startingResponse()
{
    net::Response response = errorResponse(503, u"starting or shutting down"_s);
    response.headers.add("Retry-After"_ba, "1"_ba);
    response.closeAfter = true;
    return response;
}

} // namespace

ApiHandler::ApiHandler(const Site &site)
    : m_site(site)
    , m_router(routerKeys())
    , m_counts(routeTable().size())
{
    for (const Route &route : routeTable()) {
        m_names.push_back(Router::names(route.pattern));
    }
}

ApiHandler::~ApiHandler() = default;

net::BodyPolicy ApiHandler::bodyPolicy(const net::RequestHead &head) const
{
    using Kind = net::BodyPolicy::Kind;
    const Router::Answer answer = m_router.find(head.method, head.path);
    const auto *match = std::get_if<Router::Match>(&answer);
    if (!match) {
        return {Kind::Collect, MaxUnroutedBytes};
    }
    const Route &route = routeTable()[match->row];
    if (route.needs.who == Needs::Who::Git) {
        const Services *services = m_services.load(std::memory_order_acquire);
        return services ? services->git.bodyPolicy(head) : net::BodyPolicy {Kind::Stream, 0};
    }
    switch (route.body) {
    case Body::Fields:
    case Body::Raw:
        return {Kind::Collect, m_site.maxBodyBytes};
    case Body::Log:
        return {Kind::Collect, MaxTracePieceBytes};
    case Body::Stream:
        return {Kind::Stream, 0};
    }
    return {Kind::Collect, MaxUnroutedBytes};
}

void ApiHandler::handle(net::Request request, net::ExchangePtr exchange)
{
    Router::Answer answer = m_router.find(request.head.method, request.head.path);
    auto *match = std::get_if<Router::Match>(&answer);
    if (!match) {
        refuse(answer, request, std::move(exchange));
        return;
    }
    const Route &route = routeTable()[match->row];
    const Reply reply(std::move(exchange),
                      {match->row, route.pattern, request.head.method, &m_counts});
    Services *services = m_services.load(std::memory_order_acquire);
    if (!services) {
        reply.send(startingResponse());
        return;
    }
    if (isForeignHost(route, request.head)) {
        reply.send(errorResponse(421, u"this host name is not in external_url or allowed_hosts"_s));
        return;
    }
    Arrived arrived;
    arrived.caller = m_site.callerOf(request.head);
    arrived.request = std::move(request);
    arrived.row = match->row;
    arrived.route = &route;
    arrived.names = m_names[match->row];
    arrived.values = std::move(match->values);
    if (route.place == Place::Socket) {
        route.socketHandler({*services, std::move(arrived), reply});
    } else {
        run(*services, std::make_shared<const Arrived>(std::move(arrived)), reply);
    }
}

bool ApiHandler::isForeignHost(const Route &route, const net::RequestHead &head) const
{
    return isForBrowsers(route) && !carriesToken(route, head)
        && !m_site.isOurHost(head.headers.value("host", {}));
}

void ApiHandler::refuse(const Router::Answer &answer,
                        const net::Request &request,
                        net::ExchangePtr exchange)
{
    net::Response response = errorResponse(404);
    if (const auto *others = std::get_if<Router::OtherMethods>(&answer)) {
        response = errorResponse(405);
        response.headers.add("Allow"_ba, others->allowed);
    } else if (const auto *bad = std::get_if<Router::BadPath>(&answer)) {
        response = errorResponse(400, bad->why);
    }
    Reply(std::move(exchange), {RequestCounts::NoRoute, "-", request.head.method, &m_counts})
        .send(std::move(response));
}

void ApiHandler::run(Services &services, std::shared_ptr<const Arrived> arrived, const Reply &reply)
{
    const auto began = std::chrono::steady_clock::now();
    engine::Command command;
    command.run = [&services, arrived, reply, began](engine::Transaction &transaction) {
        services.metrics.noteWait(std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - began));
        Call call(services, transaction, *arrived, reply);
        Gate gate(call);
        const Result<void> passed = gate.pass();
        Answer answer = passed ? arrived->route->handler(call) : gate.refusal(passed.error());
        if (answer.isLater()) {
            return engine::Outcome::Keep;
        }
        const bool isError = answer.error() != nullptr;
        if (isError) {
            transaction.answer([reply, error = *answer.error()] { reply.send(error); });
        } else {
            transaction.answer(
                [reply, response = answer.take()]() mutable { reply.send(std::move(response)); });
        }
        return isError ? engine::Outcome::Undo : engine::Outcome::Keep;
    };
    command.refused = [reply](const Error &error) { reply.send(error); };
    services.loop.post(std::move(command));
}

} // namespace ci::api
