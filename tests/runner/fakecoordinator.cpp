// SPDX-License-Identifier: MIT
#include "tests/runner/fakecoordinator.h"

#include "common/protocol/tracerange.h"

#include <QUrl>

#include <zlib.h>

using namespace Qt::StringLiterals;

namespace ci::test {

using net::Response;
using std::lock_guard;

static Response plain(int status, QByteArray body = {}, const char *type = "application/json")
{
    Response response;
    response.status = status;
    response.body = std::move(body);
    response.headers.add("Content-Type", type);
    return response;
}

FakeCoordinator::FakeCoordinator()
{
    net::HttpServerSettings settings;
    settings.threads = 1;
    Result<std::unique_ptr<net::HttpServer>> server = net::HttpServer::create(settings, *this);
    if (server) {
        m_server = std::move(*server);
    }
}

FakeCoordinator::~FakeCoordinator() { m_server.reset(); }

QUrl FakeCoordinator::url() const
{
    return QUrl(u"http://127.0.0.1:"_s + QString::number(m_server->port()));
}

void FakeCoordinator::offer(const protocol::JobPayload &job)
{
    const lock_guard lock(m_mutex);
    m_offered.append(job);
}

void FakeCoordinator::setStatus(qint64 job, const QByteArray &status)
{
    const lock_guard lock(m_mutex);
    m_status[job] = status;
}

void FakeCoordinator::disturb(const QByteArray &kind, int status, int count)
{
    const lock_guard lock(m_mutex);
    m_disturbances[kind] = {status, count};
}

void FakeCoordinator::setLocation(const QByteArray &location)
{
    const lock_guard lock(m_mutex);
    m_location = location;
}

void FakeCoordinator::setInterval(int seconds)
{
    const lock_guard lock(m_mutex);
    m_interval = seconds;
}

void FakeCoordinator::addArtifact(qint64 job, const QByteArray &bytes)
{
    const lock_guard lock(m_mutex);
    m_artifacts[job] = bytes;
}

QByteArray FakeCoordinator::log(qint64 job) const
{
    const lock_guard lock(m_mutex);
    return m_logs.value(job);
}

void FakeCoordinator::setLog(qint64 job, const QByteArray &log)
{
    const lock_guard lock(m_mutex);
    m_logs[job] = log;
}

std::optional<protocol::JobUpdate> FakeCoordinator::end(qint64 job) const
{
    const lock_guard lock(m_mutex);
    const auto found = m_ends.constFind(job);
    return found == m_ends.constEnd() ? std::nullopt : std::optional(*found);
}

QByteArrayList FakeCoordinator::calls() const
{
    const lock_guard lock(m_mutex);
    return m_calls;
}

QList<QByteArray> FakeCoordinator::uploads(qint64 job) const
{
    const lock_guard lock(m_mutex);
    return m_uploads.value(job);
}

QByteArrayList FakeCoordinator::uploadTargets() const
{
    const lock_guard lock(m_mutex);
    return m_uploadTargets;
}

net::BodyPolicy FakeCoordinator::bodyPolicy(const net::RequestHead &) const
{
    return {net::BodyPolicy::Kind::Collect, 256 << 20};
}

void FakeCoordinator::handle(net::Request request, net::ExchangePtr exchange)
{
    exchange->respond(answer(request));
}

std::optional<Response> FakeCoordinator::disturbed(const QByteArray &kind)
{
    const auto found = m_disturbances.find(kind);
    if (found == m_disturbances.end() || found->count == 0) {
        return std::nullopt;
    }
    --found->count;
    Response response = plain(found->status, R"({"message":"disturbed"})");
    if (found->status / 100 == 3) {
        response.headers.add("Location", m_location);
    }
    return response;
}

Response FakeCoordinator::answer(const net::Request &request)
{
    const lock_guard lock(m_mutex);
    QList<QByteArray> parts = request.head.path.split('/');
    parts.remove(0, std::min<qsizetype>(3, parts.size())); // "", "api", "v4"
    const QByteArray last = parts.isEmpty() ? QByteArray() : parts.last();
    if (parts.value(0) != "jobs") {
        return plain(404, "{}");
    }
    if (last == "request") {
        return answerRequest();
    }
    const qint64 job = parts.value(1).toLongLong();
    if (last == "trace") {
        return answerPatch(job, request);
    }
    return last == "artifacts" ? answerArtifacts(job, request) : answerPut(job, request);
}

Response FakeCoordinator::answerRequest()
{
    m_calls.append("POST request");
    if (auto bad = disturbed("POST request")) {
        return *bad;
    }
    if (m_offered.isEmpty()) {
        return plain(204);
    }
    return plain(201, protocol::compactJson(m_offered.takeFirst().toJson()));
}

Response FakeCoordinator::reply(int status, qint64 job) const
{
    Response response = plain(status, QByteArray::number(status), "text/plain");
    response.headers.add("Job-Status", m_status.value(job, "running"));
    if (m_interval > 0) {
        response.headers.add("X-GitLab-Trace-Update-Interval", QByteArray::number(m_interval));
    }
    return response;
}

Response FakeCoordinator::answerPatch(qint64 job, const net::Request &request)
{
    const QByteArray range = request.head.headers.value("Content-Range", {});
    m_calls.append("PATCH " + range);
    if (auto bad = disturbed("PATCH")) {
        return *bad;
    }
    QByteArray &log = m_logs[job];
    const auto parsed = protocol::parseContentRange(range);
    const bool fits = parsed && parsed->start == log.size();
    if (fits) {
        log.append(request.body);
    }
    Response response = reply(fits ? 202 : 416, job);
    response.headers.add("Range", protocol::heldRange(log.size()));
    return response;
}

Response FakeCoordinator::answerPut(qint64 job, const net::Request &request)
{
    const Result<protocol::JobUpdate> update = protocol::JobUpdate::fromJson(request.body);
    if (!update) {
        return reply(400, job);
    }
    m_calls.append("PUT " + protocol::word(update->state).toByteArray());
    const bool isFinal = update->state == protocol::UpdateState::Success
        || update->state == protocol::UpdateState::Failed;
    if (auto bad = disturbed(isFinal ? "final" : "PUT")) {
        if (bad->status == 412) {
            m_logs[job].clear();
        }
        return *bad;
    }
    const QByteArray &log = m_logs[job];
    const auto *bytes = reinterpret_cast<const Bytef *>(log.constData());
    const bool agrees = update->size == log.size()
        && update->checksum == quint32(::crc32_z(0, bytes, static_cast<size_t>(log.size())));
    if (isFinal && !agrees) {
        return reply(202, job);
    }
    if (isFinal) {
        m_ends.insert(job, *update);
    }
    return reply(200, job);
}

Response FakeCoordinator::answerArtifacts(qint64 job, const net::Request &request)
{
    if (request.head.method == "GET") {
        return m_artifacts.contains(job) ? plain(200, m_artifacts.value(job), "application/zip")
                                         : plain(404, "{}");
    }
    m_uploadTargets.append(request.head.target);
    if (auto bad = disturbed("artifacts")) {
        return *bad;
    }
    m_uploads[job].append(request.body);
    return plain(201, "{}");
}

} // namespace ci::test
