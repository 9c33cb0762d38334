// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/httpclient.h"
#include "common/protocol/jobpayload.h"
#include "common/protocol/jobupdate.h"
#include "common/protocol/jobrequest.h"
#include "common/protocol/registration.h"
#include "common/protocol/tracerange.h"
#include "runner/config.h"

#include <QObject>

#include <functional>

namespace ci::runner {

/// What became of a question for work (reference of the runner API, 3.2).
enum class RequestOutcome : quint8 {
    Job, ///< 201 and a payload.
    NoJob, ///< 204
    Forbidden, ///< 403: the token is unknown; counts against the entry's health.
    Conflict, ///< 409: lost a race; ask again.
    TryLater, ///< 429, 503
    Undecodable, ///< 201 with a body we cannot read: that job is lost to us.
    Failed, ///< Everything else, and no connection.
};

struct RequestAnswer
{
    RequestOutcome outcome = RequestOutcome::Failed;
    std::optional<protocol::JobPayload> job;
    std::optional<milliseconds> retryAfter; ///< Asked for by the coordinator.
    QString detail; ///< For the operator; no secrets.
};

/// What every answer to a PATCH or PUT may also say.
struct JobNews
{
    protocol::JobDirective directive = protocol::JobDirective::Continue;
    std::optional<seconds> interval;
};

struct TraceAnswer
{
    protocol::TraceOutcome outcome = protocol::TraceOutcome::Failed;
    int status = 0; ///< 0: no answer.
    std::optional<qint64> held; ///< Bytes the coordinator has.
    JobNews news;
    QString detail;
};

struct UpdateAnswer
{
    protocol::UpdateOutcome outcome = protocol::UpdateOutcome::Failed;
    int status = 0; ///< 0: no answer.
    JobNews news;
    QString detail;
};

/// Register, verify, unregister.
enum class RegistryOutcome : quint8 { Ok, Refused, Failed };

struct RegistryAnswer
{
    RegistryOutcome outcome = RegistryOutcome::Failed;
    protocol::RunnerCredentials credentials;
    QString detail;
};

struct JobAddress
{
    qint64 id = 0;
    Secret token;
};

struct TracePiece
{
    qint64 offset = 0;
    QByteArray bytes;
    bool isDebug = false; ///< CI_DEBUG_TRACE: the coordinator shows the log to fewer people.
};

/// Speaks the runner API to the coordinator of one [[runners]] entry. One thread. Every call calls
/// back exactly once, later, unless `context` dies first. Nothing is repeated here.
class CoordinatorClient final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(CoordinatorClient)

public:
    CoordinatorClient(const RunnerEntry &entry, QByteArray systemId, QObject *parent = nullptr);

    void requestJob(QObject *context, std::function<void(RequestAnswer)> done);
    void patchTrace(const JobAddress &job,
                    const TracePiece &piece,
                    QObject *context,
                    std::function<void(TraceAnswer)> done);
    /// Token and info of `update` are filled in here.
    void updateJob(const JobAddress &job,
                   protocol::JobUpdate update,
                   QObject *context,
                   std::function<void(UpdateAnswer)> done);

    void registerRunner(protocol::RunnerRegistration registration,
                        QObject *context,
                        std::function<void(RegistryAnswer)> done);
    void verify(QObject *context, std::function<void(RegistryAnswer)> done);
    void unregister(QObject *context, std::function<void(RegistryAnswer)> done);

    /// For artifacts: a request to `path` below /api/v4/ with a job's token.
    net::ClientRequest jobRequest(const QByteArray &method,
                                  const QByteArray &path,
                                  const Secret &jobToken) const;
    net::HttpClient &http() { return m_http; }

    /// Calls without any answer, since ever: when it grows the coordinator is away or restarting.
    int unanswered() const { return m_unanswered; }

    /// `url` without trailing "/" or "/ci", and "/api/v4/" + path.
    static QUrl apiUrl(const QUrl &base, const QByteArray &path);

private:
    net::ClientRequest request(const QByteArray &method,
                               const QByteArray &path,
                               const QJsonObject &body) const;
    void send(net::ClientRequest call,
              QObject *context,
              std::function<void(const Result<net::ClientResponse> &)> done);
    RequestAnswer readJob(const Result<net::ClientResponse> &result);
    RegistryAnswer readCredentials(const Result<net::ClientResponse> &result, int success) const;

    QUrl m_base;
    Secret m_token;
    QByteArray m_systemId;
    QByteArray m_lastUpdate;
    int m_unanswered = 0;
    net::HttpClient m_http;
};

/// What this runner is and can do.
protocol::RunnerInfo runnerInfo();

/// TLS that trusts the system's authorities and, where given, those in a PEM file.
QSslConfiguration tlsConfiguration(const QString &caFile);

} // namespace ci::runner
