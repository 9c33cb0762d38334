// SPDX-License-Identifier: MIT
#include "coordinator/api/liveoutbox.h"

#include <QTimer>

#include <memory>
#include <utility>

namespace ci::api {
namespace {

// A lost batch means a full disk or a database that gave up: trying at once would spin.
constexpr std::chrono::seconds RetryTime {1};

} // namespace

void LiveNotes::unite(const LiveNotes &others)
{
    jobs.unite(others.jobs);
    pipelines.unite(others.pipelines);
    projects.unite(others.projects);
    runners.unite(others.runners);
}

LiveOutbox::LiveOutbox(engine::CommandLoop &loop, Write write, Send send)
    : m_loop(loop)
    , m_write(std::move(write))
    , m_send(std::move(send))
{
}

void LiveOutbox::note(JobId job)
{
    m_notes.jobs.insert(job);
    schedule();
}

void LiveOutbox::note(PipelineId pipeline)
{
    m_notes.pipelines.insert(pipeline);
    schedule();
}

void LiveOutbox::note(ProjectId project)
{
    m_notes.projects.insert(project);
    schedule();
}

void LiveOutbox::note(RunnerId runner)
{
    m_notes.runners.insert(runner);
    schedule();
}

void LiveOutbox::schedule()
{
    if (!std::exchange(m_isScheduled, true)) {
        post();
    }
}

void LiveOutbox::post()
{
    auto taken = std::make_shared<LiveNotes>();
    engine::Command command;
    command.run = [this, taken](engine::Transaction &transaction) {
        m_isScheduled = false;
        *taken = std::exchange(m_notes, {});
        transaction.answer([this, texts = m_write(transaction.database(), *taken)] {
            for (const LiveText &text : texts) {
                m_send(text);
            }
        });
        return engine::Outcome::Keep;
    };
    command.refused = [this, taken](const Error &) { putBack(*taken); };
    m_loop.post(std::move(command));
}

/// The command may not even have run: then nothing was taken, and it still counts as scheduled.
void LiveOutbox::putBack(const LiveNotes &notes)
{
    m_notes.unite(notes);
    m_isScheduled = true;
    QTimer::singleShot(RetryTime, this, &LiveOutbox::post);
}

} // namespace ci::api
