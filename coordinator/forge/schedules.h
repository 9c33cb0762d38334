// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/commandloop.h"
#include "coordinator/forge/pipelinestarter.h"
#include "coordinator/model/schedule.h"
#include "coordinator/queue/deadlines.h"

#include <QObject>
#include <QSet>

namespace ci::forge {

/// Pipelines by the clock. One deadline waits for the next that is due; what was missed while the
/// coordinator was away runs once. The next moment is stored together with the pipeline, so a kill
/// neither loses a run nor makes two. An owner who may not run pipelines there any more stops the
/// schedule, which then says so. Engine thread.
class Schedules final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Schedules)

public:
    static constexpr int MaxOfProject = 100;
    static constexpr size_t MaxVariables = 200;

    struct Parts
    {
        engine::CommandLoop &loop;
        const Clock &clock;
        const SecretBox &box;
        queue::Deadlines &deadlines;
        PipelineStarter &starter;
    };

    explicit Schedules(const Parts &parts, QObject *parent = nullptr);

    /// At start: waits for the next that is due. Also called after every change.
    void watch();

    /// Invalid where cron, time zone, ref or description is wrong. Rights are the caller's.
    Result<model::Schedule> add(engine::Transaction &transaction, model::Schedule schedule);
    Result<model::Schedule> update(engine::Transaction &transaction, model::Schedule schedule);
    Result<void> remove(engine::Transaction &transaction, ScheduleId id);

    /// Once, at once, as `user`; the clock's own runs stay as they are.
    void play(const model::Schedule &schedule,
              UserId user,
              QObject *context,
              std::function<void(Result<model::Pipeline>)> done);

private:
    Result<void> complete(model::Schedule &schedule) const;
    RunWish wishOf(const model::Schedule &schedule) const;
    void runDue();
    Result<void> takeDue(engine::Transaction &transaction);
    Result<std::optional<QString>> obstacle(engine::Transaction &transaction,
                                            const model::Schedule &schedule) const;
    void start(const model::Schedule &schedule);
    void finish(ScheduleId id, const Result<model::Pipeline> &made);
    /// Sets the next moment and what the last run came to.
    Result<void> advance(engine::Transaction &transaction, ScheduleId id, const QString &error);
    void waitFor(std::chrono::milliseconds span);

    const Parts m_parts;
    QSet<ScheduleId> m_running;
};

} // namespace ci::forge
