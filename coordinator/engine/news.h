// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"
#include "coordinator/model/job.h"
#include "coordinator/model/pipeline.h"

#include <QObject>

namespace ci::engine {

/// What has become true and is stored. Emitted on the engine thread after the commit; listeners
/// read, tell others, or post a command; none changes state synchronously.
class News final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(News)

public:
    explicit News(QObject *parent = nullptr) : QObject(parent) { }

Q_SIGNALS:
    void jobChanged(const ci::model::Job &job, ci::model::JobState before);
    void pipelineChanged(const ci::model::Pipeline &pipeline);
    void projectChanged(ci::ProjectId project);
    void runnerChanged(ci::RunnerId runner);
    void traceGrew(ci::JobId job, qint64 sizeBytes);
    void traceReset(ci::JobId job);
    void rightsChanged(ci::UserId user, ci::ProjectId project); ///< Null project: all.
    void sessionEnded(ci::SessionId session);
    void tokenEnded(ci::AccessTokenId token); ///< Revoked; of one that expires nothing is told.
};

} // namespace ci::engine
