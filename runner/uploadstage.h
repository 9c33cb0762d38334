// SPDX-License-Identifier: MIT
#pragma once

#include "runner/fileselection.h"
#include "runner/stage.h"

#include <QTimer>

#include <memory>

namespace ci::runner {

/// Uploads the artifacts that apply, one request each, made while they are sent (reference of the
/// runner API, 7.1).
class UploadStage final : public Stage
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(UploadStage)

public:
    UploadStage(JobContext &context, bool jobSucceeded);
    ~UploadStage() override;

    void start() override;
    void stop(std::chrono::milliseconds grace) override;

private:
    void nextArtifact();
    void collect(const QList<QByteArray> &untracked);
    void take(const FileSelection &selection);
    void send();
    void readAnswer(const Result<net::ClientResponse> &answer);
    void finish(const StageEnd &end);
    QByteArray fileName() const;
    net::ClientRequest request() const;

    std::vector<protocol::JobArtifact> m_artifacts;
    size_t m_next = 0;
    protocol::JobArtifact m_artifact; ///< The one under way.
    FileSelection m_selection;
    CancelFlag m_cancel;
    QTimer m_retryTimer;
    int m_attempt = 0;
    bool m_ended = false;
};

} // namespace ci::runner
