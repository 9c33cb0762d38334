// SPDX-License-Identifier: MIT
#pragma once

#include "runner/stage.h"
#include "runner/worker.h"

#include <QTimer>

#include <memory>

namespace ci::runner {

/// Fetches the archives of the jobs this one depends on and extracts them (reference of the runner
/// API, 7.2).
class DownloadStage final : public Stage
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(DownloadStage)

public:
    explicit DownloadStage(JobContext &context);
    ~DownloadStage() override;

    void start() override;
    void stop(std::chrono::milliseconds grace) override;

private:
    void nextDependency();
    void fetch();
    void send(net::ClientRequest call);
    void readAnswer(const Result<net::ClientResponse> &answer);
    void follow(const QByteArray &location);
    void extract();
    void finish(const StageEnd &end);

    qsizetype m_next = 0;
    protocol::JobDependency m_dependency; ///< The one under way.
    std::shared_ptr<int> m_file; ///< What is downloaded; closed with the last owner.
    CancelFlag m_cancel;
    QTimer m_retryTimer;
    int m_attempt = 0;
    int m_redirects = 0;
    bool m_ended = false;
};

} // namespace ci::runner
