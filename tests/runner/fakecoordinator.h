// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/httpserver.h"
#include "common/protocol/jobpayload.h"
#include "common/protocol/jobupdate.h"

#include <QHash>
#include <QList>
#include <QMap>

#include <atomic>
#include <memory>
#include <mutex>

namespace ci::test {

/// A loopback server that speaks the runner API as the recordings show it, keeps what it was told,
/// and answers badly where a test wants that. Thread-safe.
class FakeCoordinator final : public net::RequestHandler
{
public:
    FakeCoordinator();
    ~FakeCoordinator() override;

    QUrl url() const;

    /// The next question for work gets it; further ones get 204.
    void offer(const protocol::JobPayload &job);
    /// Job-Status of every answer from now on.
    void setStatus(qint64 job, const QByteArray &status);
    /// The next `count` calls of this kind ("PATCH", "PUT", "final", "POST request", …) are
    /// answered with `status` and not looked at. 0: the connection is cut.
    void disturb(const QByteArray &kind, int status, int count);
    /// Where disturbed calls are sent by a 3xx.
    void setLocation(const QByteArray &location);
    /// Headers of every PATCH and PUT answer.
    void setInterval(int seconds);
    void addArtifact(qint64 job, const QByteArray &bytes);

    QByteArray log(qint64 job) const;
    void setLog(qint64 job, const QByteArray &log);
    /// The accepted end, if any.
    std::optional<protocol::JobUpdate> end(qint64 job) const;
    /// "PATCH 0-10", "PUT running", "PUT success", in order.
    QByteArrayList calls() const;
    QList<QByteArray> uploads(qint64 job) const;
    QByteArrayList uploadTargets() const;

    net::BodyPolicy bodyPolicy(const net::RequestHead &head) const override;
    void handle(net::Request request, net::ExchangePtr exchange) override;

private:
    net::Response answer(const net::Request &request);
    net::Response answerRequest();
    net::Response answerPatch(qint64 job, const net::Request &request);
    net::Response answerPut(qint64 job, const net::Request &request);
    net::Response answerArtifacts(qint64 job, const net::Request &request);
    net::Response reply(int status, qint64 job) const;
    std::optional<net::Response> disturbed(const QByteArray &kind);

    struct Disturbance
    {
        int status = 500;
        int count = 0;
    };

    mutable std::mutex m_mutex;
    std::unique_ptr<net::HttpServer> m_server;
    QList<protocol::JobPayload> m_offered;
    QMap<QByteArray, Disturbance> m_disturbances;
    QHash<qint64, QByteArray> m_status;
    QHash<qint64, QByteArray> m_logs;
    QHash<qint64, protocol::JobUpdate> m_ends;
    QHash<qint64, QList<QByteArray>> m_uploads;
    QHash<qint64, QByteArray> m_artifacts;
    QByteArrayList m_uploadTargets;
    QByteArrayList m_calls;
    QByteArray m_location;
    int m_interval = 0;
};

} // namespace ci::test
