// SPDX-License-Identifier: MIT
#include "coordinator/api/gate.h"

#include "common/net/credentials.h"
#include "coordinator/api/errorstatus.h"
#include "coordinator/api/sessioncookie.h"
#include "coordinator/auth/access.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

/// Whether a project is named by number or by path.
Result<model::Project> projectNamed(Call &call, auth::Right right)
{
    const QString name = call.value("id");
    bool isNumber = false;
    const qint64 number = name.toLongLong(&isNumber);
    if (isNumber) {
        return auth::projectWith(call.database(), call.identity(), ProjectId {number}, right);
    }
    return auth::projectWith(call.database(), call.identity(), name, right);
}

/// The right that lets the caller see the thing at all, asked before the right to change it: the
/// project's own check already tells 404 from 403.
constexpr auth::Right seeing(Needs::Who who)
{
    return who == Needs::Who::Job ? auth::Right::SeeJobs : auth::Right::SeePipelines;
}

} // namespace

auth::Credentials credentialsOf(const net::RequestHead &head)
{
    auth::Credentials credentials;
    credentials.token = head.headers.value("private-token", {});
    if (credentials.token.isEmpty()) {
        if (const std::optional<Secret> bearer = net::bearerToken(head.headers)) {
            credentials.token = bearer->reveal();
        }
    }
    credentials.jobToken = head.headers.value("job-token", {});
    credentials.cookie = net::cookie(head.headers, SessionCookie).value_or(QByteArray());
    return credentials;
}

bool Gate::isChange() const
{
    const QByteArray &method = m_call.head().method;
    return method != "GET" && method != "HEAD";
}

Result<void> Gate::pass()
{
    if (const Result<void> known = identify(); !known) {
        return known;
    }
    if (const Result<void> sender = checkSender(); !sender) {
        return sender;
    }
    if (const Result<void> needed = checkNeeds(); !needed) {
        return needed;
    }
    return readFields();
}

Result<void> Gate::identify()
{
    switch (needs().who) {
    case Needs::Who::Open:
    case Needs::Who::RunnerToken:
    case Needs::Who::JobToken:
    case Needs::Who::ProjectSecret:
    case Needs::Who::Git:
        return {};
    case Needs::Who::Anybody:
    case Needs::Who::Account:
    case Needs::Who::Group:
    case Needs::Who::Project:
    case Needs::Who::Pipeline:
    case Needs::Who::Job:
        break;
    }
    const auth::Credentials credentials = credentialsOf(m_call.head());
    Result<auth::Identity> identity =
        m_call.services().authenticator.identify(m_call.transaction(), credentials);
    if (!identity) {
        m_isCookieDead = identity.error().kind == ErrorKind::Unauthenticated
            && credentials.token.isEmpty() && credentials.jobToken.isEmpty();
        return identity.error();
    }
    m_call.m_identity = std::move(*identity);
    return {};
}

Answer Gate::refusal(const Error &error) const
{
    if (!m_isCookieDead) {
        return error;
    }
    net::Response response = errorResponse(error);
    response.headers.add("Set-Cookie"_ba,
                         sessionCookie(m_call.site(), {}, std::chrono::seconds {0}));
    return response;
}

Result<void> Gate::checkSender() const
{
    // Only a cookie is sent by the browser whoever asks; who carries a token means it. A WebSocket
    // handshake is a GET that changes something, and may not carry a CSRF header.
    if (m_call.identity().means != auth::Means::Session) {
        return {};
    }
    const bool isUpgrade = m_call.head().wantsUpgrade;
    const std::optional<QByteArray> origin = m_call.head().headers.value("origin");
    const bool isForeign = origin && !m_call.site().isOurOrigin(m_call.head(), *origin);
    if ((isUpgrade && !origin) || ((isUpgrade || isChange()) && isForeign)) {
        return forbidden(u"the Origin is not this site's"_s);
    }
    if (isUpgrade || !isChange()) {
        return {};
    }
    return auth::checkCsrf(m_call.identity(), m_call.header("x-csrf-token"));
}

Result<void> Gate::checkNeeds()
{
    switch (needs().who) {
    case Needs::Who::Open:
    case Needs::Who::Anybody:
    case Needs::Who::RunnerToken:
    case Needs::Who::JobToken:
    case Needs::Who::ProjectSecret:
    case Needs::Who::Git:
        return {};
    case Needs::Who::Account:
        return auth::allowed(m_call.identity(), needs().instance);
    case Needs::Who::Group:
        return findGroup();
    case Needs::Who::Project:
        return findProject(needs().right);
    case Needs::Who::Pipeline:
        return findPipeline(needs().right);
    case Needs::Who::Job:
        return findJob(needs().right);
    }
    return forbidden(u"this route has no rule"_s);
}

Result<void> Gate::findGroup()
{
    Result<model::Group> group = auth::groupWith(
        m_call.database(), m_call.identity(), m_call.value("group_id"), needs().groupRight);
    if (!group) {
        return group.error();
    }
    m_call.m_group = std::move(*group);
    return {};
}

Result<void> Gate::findProject(auth::Right right)
{
    Result<model::Project> project = projectNamed(m_call, right);
    if (!project) {
        return project.error();
    }
    m_call.m_project = std::move(*project);
    return {};
}

Result<void> Gate::findPipeline(auth::Right right)
{
    if (const Result<void> project = findProject(seeing(Needs::Who::Pipeline)); !project) {
        return project;
    }
    const Result<qint64> number = m_call.number("pipeline_id");
    if (!number) {
        return number.error();
    }
    Result<std::optional<model::Pipeline>> found =
        db::PipelineStore(m_call.database(), m_call.services().box).find(PipelineId {*number});
    if (!found) {
        return found.error();
    }
    if (!*found || (*found)->project != m_call.project().id) {
        return notFound(u"no such pipeline"_s);
    }
    m_call.m_pipeline = std::move(**found);
    const model::Pipeline &pipeline = m_call.pipeline();
    return auth::allowedOnJob(
        m_call.database(),
        m_call.identity(),
        right,
        m_call.project(),
        {pipeline.ref, pipeline.isTag, pipeline.isRefProtected, pipeline.user});
}

Result<void> Gate::findJob(auth::Right right)
{
    if (const Result<void> project = findProject(seeing(Needs::Who::Job)); !project) {
        return project;
    }
    const Result<qint64> number = m_call.number("job_id");
    if (!number) {
        return number.error();
    }
    Result<std::optional<model::Job>> found =
        db::JobStore(m_call.database(), m_call.services().box).find(JobId {*number});
    if (!found) {
        return found.error();
    }
    if (!*found || (*found)->project != m_call.project().id) {
        return notFound(u"no such job"_s);
    }
    m_call.m_job = std::move(**found);
    const model::Job &job = m_call.job();
    Result<std::optional<model::Pipeline>> pipeline =
        db::PipelineStore(m_call.database(), m_call.services().box).find(job.pipeline);
    if (!pipeline || !*pipeline) {
        return !pipeline ? pipeline.error() : notFound(u"no such pipeline"_s);
    }
    m_call.m_pipeline = std::move(**pipeline);
    return auth::allowedOnJob(
        m_call.database(),
        m_call.identity(),
        right,
        m_call.project(),
        {m_call.pipeline().ref, m_call.pipeline().isTag, job.isRefProtected, job.user});
}

Result<void> Gate::readFields()
{
    if (m_call.m_arrived.route->body != Body::Fields) {
        return {};
    }
    Result<Fields> fields = Fields::fromRequest(m_call.m_arrived.request);
    if (!fields) {
        return fields.error();
    }
    m_call.m_fields = std::move(*fields);
    return {};
}

} // namespace ci::api
