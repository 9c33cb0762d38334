// SPDX-License-Identifier: MIT
#pragma once

#include "runner/fileselection.h"
#include "runner/stage.h"

#include <QTimer>
#include <QUrl>

#include <memory>
#include <optional>

namespace ci::runner {

/// Where an upload goes on that the coordinator sends elsewhere: scheme and host of `location`, the rest
/// of `url` (7.1). nullopt: that is no address, or would show the job's token unencrypted.
std::optional<QUrl> redirectedUpload(QUrl url, const QByteArray &location);

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
    void post();
    bool follow(const QByteArray &location);
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
    QUrl m_url; ///< Where the present attempt goes.
    int m_attempt = 0;
    int m_redirects = 0; ///< Of the present attempt.
    bool m_ended = false;
};

} // namespace ci::runner
