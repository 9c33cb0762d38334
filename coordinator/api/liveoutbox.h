// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/liveevent.h"
#include "coordinator/engine/commandloop.h"

#include <QObject>
#include <QSet>

#include <functional>
#include <vector>

namespace ci::api {

/// What has changed and is not told yet.
struct LiveNotes
{
    QSet<JobId> jobs;
    QSet<PipelineId> pipelines;
    QSet<ProjectId> projects;
    QSet<RunnerId> runners;

    void unite(const LiveNotes &others);
};

/// One entity as its followers get it.
struct LiveText
{
    protocol::Topic topic;
    protocol::LiveEntity entity;
    qint64 id;
    QByteArray data;
};

/// Gathers what changes in one turn of the loop, has it written from one read of the database, and
/// sends it once that read is known to be of something stored. What was in a batch that is lost is
/// written anew a moment later: a page would show its old state until the next change. Engine thread.
class LiveOutbox final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LiveOutbox)

public:
    using Write = std::function<std::vector<LiveText>(db::Database &, const LiveNotes &)>;
    using Send = std::function<void(const LiveText &)>;

    LiveOutbox(engine::CommandLoop &loop, Write write, Send send);

    void note(JobId job);
    void note(PipelineId pipeline);
    void note(ProjectId project);
    void note(RunnerId runner);

private:
    void schedule();
    void post();
    void putBack(const LiveNotes &notes);

    engine::CommandLoop &m_loop;
    const Write m_write;
    const Send m_send;
    LiveNotes m_notes;
    bool m_isScheduled = false;
};

} // namespace ci::api
