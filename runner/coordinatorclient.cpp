// SPDX-License-Identifier: MIT
#include "runner/coordinatorclient.h"

#include "runner/runnerversion.h"

#include <QDateTime>
#include <QLocale>
#include <QSslCertificate>
#include <QSslConfiguration>

using namespace Qt::StringLiterals;

namespace ci::runner {

using net::ClientRequest;
using net::ClientResponse;
using protocol::JobUpdate;

namespace {

constexpr QByteArrayView GlrtPrefix = "glrt-";

// A wait longer than this is not believed: the entry would look dead.
constexpr milliseconds MaxRetryAfter {10 * 60 * 1000};

bool isJson(const ClientResponse &response)
{
    const QByteArray type = response.headers.value("Content-Type", {}).toLower();
    return type.split(';').first().trimmed() == "application/json";
}

QString describe(const Result<ClientResponse> &result)
{
    return result ? u"status "_s + QString::number(result->status) : result.error().detail;
}

// RateLimit-ResetTime is an HTTP date, Retry-After whole seconds (reference, 1.2).
std::optional<milliseconds> retryAfter(const ClientResponse &response)
{
    if (const auto date = response.headers.value("RateLimit-ResetTime")) {
        const QDateTime until = QLocale::c().toDateTime(QString::fromLatin1(*date),
                                                        u"ddd, dd MMM yyyy HH:mm:ss 'GMT'"_s);
        const qint64 ahead = QDateTime::currentDateTimeUtc().msecsTo(
            QDateTime(until.date(), until.time(), Qt::UTC));
        if (until.isValid() && ahead > 0) {
            return std::min(milliseconds {ahead}, MaxRetryAfter);
        }
    }
    bool isNumber = false;
    const int count = response.headers.value("Retry-After", {}).toInt(&isNumber);
    if (isNumber && count > 0) {
        return std::min<milliseconds>(seconds {count}, MaxRetryAfter);
    }
    return std::nullopt;
}

JobNews readNews(const ClientResponse &response)
{
    return {protocol::jobDirective(response.headers.value("Job-Status", {})),
            protocol::traceInterval(response.headers.value("X-GitLab-Trace-Update-Interval", {}))};
}

RequestOutcome requestOutcome(int status)
{
    switch (status) {
    case 201:
        return RequestOutcome::Job;
    case 204:
        return RequestOutcome::NoJob;
    case 403:
        return RequestOutcome::Forbidden;
    case 409:
        return RequestOutcome::Conflict;
    case 429:
    case 503:
        return RequestOutcome::TryLater;
    default:
        return RequestOutcome::Failed;
    }
}

} // namespace

protocol::RunnerInfo runnerInfo()
{
    protocol::RunnerInfo info;
    info.name = u"capstan-runner"_s;
    info.version = QLatin1StringView(RunnerVersion);
    info.platform = u"linux"_s;
    info.architecture = QString::fromLatin1(runnerArchitecture());
    info.executor = u"shell"_s;
    info.shell = u"bash"_s;
    protocol::RunnerFeatures &can = info.features;
    can.variables = can.artifacts = can.cache = can.shared = true;
    can.uploadMultipleArtifacts = can.uploadRawArtifacts = true;
    can.refspecs = can.masking = can.rawVariables = can.artifactsExclude = true;
    can.multiBuildSteps = can.traceReset = can.traceChecksum = can.traceSize = true;
    can.cancelable = can.cancelGracefully = can.returnExitCode = can.fallbackCacheKeys = true;
    can.twoPhaseJobCommit = can.capstanChannel = true;
    return info;
}

QSslConfiguration tlsConfiguration(const QString &caFile)
{
    QSslConfiguration tls = QSslConfiguration::defaultConfiguration();
    if (!caFile.isEmpty()) {
        tls.addCaCertificates(caFile);
    }
    return tls;
}

CoordinatorClient::CoordinatorClient(const RunnerEntry &entry, QByteArray systemId, QObject *parent)
    : QObject(parent), m_base(entry.url), m_token(entry.token), m_systemId(std::move(systemId))
{
    if (entry.url.scheme() == "https"_L1) {
        m_http.setTls(tlsConfiguration(entry.tlsCaFile));
    }
}

QUrl CoordinatorClient::apiUrl(const QUrl &base, const QByteArray &path)
{
    QString prefix = base.path(QUrl::FullyEncoded);
    while (prefix.endsWith(u'/')) {
        prefix.chop(1);
    }
    if (prefix.endsWith("/ci"_L1)) {
        prefix.chop(3);
    }
    const QByteArray origin = base.toEncoded(QUrl::RemovePath | QUrl::RemoveUserInfo
                                             | QUrl::RemoveQuery | QUrl::RemoveFragment);
    return QUrl::fromEncoded(origin + prefix.toLatin1() + "/api/v4/" + path);
}

ClientRequest CoordinatorClient::request(const QByteArray &method,
                                         const QByteArray &path,
                                         const QJsonObject &body) const
{
    ClientRequest made;
    made.method = method;
    made.url = apiUrl(m_base, path);
    made.headers.add("User-Agent", userAgent());
    made.headers.add("Accept", "application/json");
    made.headers.add("Content-Type", "application/json");
    made.body = protocol::compactJson(body);
    return made;
}

ClientRequest CoordinatorClient::jobRequest(const QByteArray &method,
                                            const QByteArray &path,
                                            const Secret &jobToken) const
{
    ClientRequest made;
    made.method = method;
    made.url = apiUrl(m_base, path);
    made.headers.add("User-Agent", userAgent());
    made.headers.add("JOB-TOKEN", jobToken.reveal());
    return made;
}

void CoordinatorClient::send(ClientRequest call,
                             QObject *context,
                             std::function<void(const Result<ClientResponse> &)> done)
{
    m_http.send(std::move(call), context,
                [this, done = std::move(done)](const Result<ClientResponse> &result) {
                    m_unanswered += result ? 0 : 1;
                    done(result);
                });
}

void CoordinatorClient::requestJob(QObject *context, std::function<void(RequestAnswer)> done)
{
    const protocol::JobRequest body {
        m_token, QString::fromLatin1(m_systemId), runnerInfo(), m_lastUpdate, std::nullopt};
    ClientRequest call = request("POST", "jobs/request", body.toJson());
    call.headers.add("RUNNER-TOKEN", m_token.reveal());
    send(std::move(call), context,
         [this, done = std::move(done)](const Result<ClientResponse> &result) {
             done(readJob(result));
         });
}

RequestAnswer CoordinatorClient::readJob(const Result<ClientResponse> &result)
{
    RequestAnswer answer;
    answer.detail = describe(result);
    if (!result) {
        return answer;
    }
    if (const auto update = result->headers.value("X-GitLab-Last-Update"); update && !update->isEmpty()) {
        m_lastUpdate = *update;
    }
    answer.outcome = requestOutcome(result->status);
    answer.retryAfter = retryAfter(*result);
    if (answer.outcome != RequestOutcome::Job) {
        return answer;
    }
    Result<protocol::JobPayload> job = protocol::JobPayload::fromJson(result->body);
    if (!job || !isJson(*result)) {
        answer.outcome = RequestOutcome::Undecodable;
        answer.detail = job ? u"a job came without Content-Type: application/json"_s
                            : u"a job came that cannot be read: "_s + job.error().detail;
        return answer;
    }
    answer.job = std::move(*job);
    return answer;
}

void CoordinatorClient::patchTrace(const JobAddress &job,
                                   const TracePiece &piece,
                                   QObject *context,
                                   std::function<void(TraceAnswer)> done)
{
    const QByteArray path = "jobs/" + QByteArray::number(job.id) + "/trace?debug_trace="
        + (piece.isDebug ? "true" : "false");
    ClientRequest call = jobRequest("PATCH", path, job.token);
    call.headers.add("Content-Type", "text/plain");
    call.headers.add("Content-Range", protocol::contentRange(piece.offset, piece.bytes.size()));
    call.body = piece.bytes;
    send(std::move(call), context,
         [done = std::move(done)](const Result<ClientResponse> &result) {
             TraceAnswer answer;
             answer.detail = describe(result);
             if (result) {
                 answer.status = result->status;
                 answer.outcome = protocol::traceOutcome(result->status);
                 answer.news = readNews(*result);
                 answer.held = protocol::parseHeldSize(result->headers.value("Range", {}));
             }
             done(answer);
         });
}

void CoordinatorClient::updateJob(const JobAddress &job,
                                  JobUpdate update,
                                  QObject *context,
                                  std::function<void(UpdateAnswer)> done)
{
    update.token = job.token;
    update.info = runnerInfo();
    ClientRequest call = request("PUT", "jobs/" + QByteArray::number(job.id), update.toJson());
    call.headers.add("JOB-TOKEN", job.token.reveal());
    send(std::move(call), context,
         [done = std::move(done)](const Result<ClientResponse> &result) {
             UpdateAnswer answer;
             answer.detail = describe(result);
             if (result) {
                 answer.status = result->status;
                 answer.outcome = protocol::updateOutcome(result->status);
                 answer.news = readNews(*result);
             }
             done(answer);
         });
}

void CoordinatorClient::registerRunner(protocol::RunnerRegistration registration,
                                       QObject *context,
                                       std::function<void(RegistryAnswer)> done)
{
    ClientRequest call = request("POST", "runners", registration.toJson());
    send(std::move(call), context,
         [this, done = std::move(done)](const Result<ClientResponse> &result) {
             done(readCredentials(result, 201));
         });
}

void CoordinatorClient::verify(QObject *context, std::function<void(RegistryAnswer)> done)
{
    const protocol::RunnerIdentity body {m_token, QString::fromLatin1(m_systemId)};
    ClientRequest call = request("POST", "runners/verify", body.toJson());
    call.headers.add("RUNNER-TOKEN", m_token.reveal());
    send(std::move(call), context,
         [this, done = std::move(done)](const Result<ClientResponse> &result) {
             done(readCredentials(result, 200));
         });
}

void CoordinatorClient::unregister(QObject *context, std::function<void(RegistryAnswer)> done)
{
    // A token made in page or API keeps its runner: only this machine's record goes (2.4).
    const bool isManager = m_token.reveal().startsWith(GlrtPrefix);
    const protocol::RunnerIdentity body {
        m_token, isManager ? QString::fromLatin1(m_systemId) : QString()};
    ClientRequest call
        = request("DELETE", isManager ? "runners/managers" : "runners", body.toJson());
    call.headers.add("RUNNER-TOKEN", m_token.reveal());
    send(std::move(call), context,
         [this, done = std::move(done)](const Result<ClientResponse> &result) {
             done(readCredentials(result, 204));
         });
}

RegistryAnswer CoordinatorClient::readCredentials(const Result<ClientResponse> &result,
                                                  int success) const
{
    RegistryAnswer answer;
    answer.detail = describe(result);
    if (!result) {
        return answer;
    }
    if (result->status != success) {
        const bool isRefused = result->status == 403 || result->status == 410;
        answer.outcome = isRefused ? RegistryOutcome::Refused : RegistryOutcome::Failed;
        return answer;
    }
    answer.outcome = RegistryOutcome::Ok;
    // Old coordinators answer plain text to verify; then only the token that we have is known.
    if (isJson(*result)) {
        Result<protocol::RunnerCredentials> read
            = protocol::RunnerCredentials::fromJson(result->body);
        if (read) {
            answer.credentials = std::move(*read);
        }
    }
    return answer;
}

} // namespace ci::runner
