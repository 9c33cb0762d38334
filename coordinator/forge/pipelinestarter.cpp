// SPDX-License-Identifier: MIT
#include "coordinator/forge/pipelinestarter.h"

#include "coordinator/auth/posting.h"
#include "coordinator/forge/downstream.h"
#include "coordinator/forge/linter.h"
#include "coordinator/forge/mergerequests.h"
#include "coordinator/forge/projectqueues.h"
#include "coordinator/forge/spool.h"
#include "db/projectstore.h"

#include <QLoggingCategory>
#include <QPointer>
#include <QTimer>

#include <deque>

namespace ci::forge {

using namespace Qt::StringLiterals;

Q_LOGGING_CATEGORY(lcStarter, "ci.forge.starter")

namespace {

constexpr int StarterThreads = 2;
/// After these a ref whose objects git cannot read is done with: later pushes have waited for it.
constexpr int MaxTries = 5;
/// Of one push; the others are noted as seen. GitLab stops at 4 by default.
constexpr size_t MaxPipelinesOfPush = 50;
/// Pipelines of a project between two looks at its loose refs and objects.
constexpr int TidyInterval = 200;
/// An intent of a push that cannot be under way any more (GitLimits::maxTime).
constexpr std::chrono::hours StaleIntent {2};

} // namespace

class PipelineStarter::Private
{
public:
    Private(const Parts &theParts, PipelineStarter *owner)
        : parts(theParts), q(owner),
          foreign({theParts.loop, theParts.repositories, theParts.settings.externalUrl, theParts.includes}),
          birth(theParts, foreign, pool, owner), linter(theParts, foreign, owner), queues(owner),
          downstream(theParts, birth, queues, owner)
    {
        QObject::connect(&queues, &ProjectQueues::becameIdle, owner, &PipelineStarter::becameIdle);
        pool.setMaxThreadCount(StarterThreads);
        housekeeping.setMaxThreadCount(1);
    }

    void readSpool(ProjectId project, std::function<void()> next);
    void readStrays(ProjectId project, const std::optional<MovedRef> &moved, std::function<void()> next);
    void seenRefs(ProjectId project,
                  std::function<void(const Result<QHash<QString, QByteArray>> &)> then);

    struct Work
    {
        std::deque<PushEvent> events;
        std::function<void()> again; ///< Reads them anew.
    };
    using WorkPtr = std::shared_ptr<Work>;
    void takeEvents(const WorkPtr &work, std::function<void()> next);
    void takeUpdates(const std::shared_ptr<PushEvent> &event,
                     size_t index,
                     std::function<void(bool isStored)> done);
    std::shared_ptr<BirthState> stateOf(const PushEvent &event, const RefUpdate &update) const;
    void finishEvent(const PushEvent &event, std::function<void()> then);
    void retryLater(std::function<void()> again);
    std::function<void()> pushesAgain(ProjectId project);
    std::function<void()> straysAgain(ProjectId project, const std::optional<MovedRef> &moved);
    void countForTidying(ProjectId project);

    const Parts parts;
    PipelineStarter *q;
    QThreadPool pool;
    QThreadPool housekeeping;
    ForeignAccess foreign; ///< Outlives the workers: see the destructor.
    PipelineBirth birth;
    Linter linter;
    ProjectQueues queues;
    Downstream downstream;
    QHash<ProjectId, int> births; ///< Since the last tidying.
    QHash<ProjectId, int> failures; ///< Of its foremost ref, one after the other.
};

PipelineStarter::PipelineStarter(const Parts &parts, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(parts, this))
{
}

PipelineStarter::~PipelineStarter()
{
    d->foreign.close();
    d->pool.waitForDone();
    d->housekeeping.clear();
    d->housekeeping.waitForDone();
}

bool PipelineStarter::isIdle() const
{
    return d->queues.isIdle();
}

void PipelineStarter::takePushes(ProjectId project)
{
    d->queues.enqueue(project, [this, project](std::function<void()> next) {
        d->readSpool(project, std::move(next));
    });
}

void PipelineStarter::takeStrays(ProjectId project)
{
    d->straysAgain(project, std::nullopt)();
}

void PipelineStarter::takeMoved(const MovedRef &moved)
{
    d->straysAgain(moved.project, moved)();
}

void PipelineStarter::recover()
{
    auto list = [](engine::Transaction &transaction) {
        return db::ProjectStore(transaction.database()).all();
    };
    using Projects = std::vector<model::Project>;
    auth::postFor<Projects>(parts().loop, list, [this](const Result<Projects> &projects) {
        if (!projects) {
            qCWarning(lcStarter).noquote() << "cannot look for pushes cause="_L1 + projects.error().detail;
            return;
        }
        for (const model::Project &project : *projects) {
            takePushes(project.id);
            takeStrays(project.id);
        }
        d->housekeeping.start([repositories = parts().repositories] {
            Spool(repositories).sweep(StaleIntent);
        });
    });
}

const PipelineStarter::Parts &PipelineStarter::parts() const
{
    return d->parts;
}

void PipelineStarter::run(RunWish wish,
                          QObject *context,
                          std::function<void(Result<model::Pipeline>)> done)
{
    auto answer = auth::guardedBy<model::Pipeline>(context, std::move(done));
    auto state = std::make_shared<BirthState>();
    state->project = wish.project;
    state->ref = wish.ref;
    state->mergeRequest = wish.mergeRequest;
    state->source = wish.source;
    state->user = wish.user;
    state->variables = std::move(wish.variables);
    state->inputs = std::move(wish.inputs);
    state->expectedSha = wish.expectedSha;
    state->schedule = wish.schedule;
    state->origin = std::move(wish.origin);
    state->together = std::move(wish.together);
    d->queues.enqueue(wish.project, [this, state, answer](const std::function<void()> &next) {
        // Rights were checked for the name as given: it must not have a second reading.
        if (state->ref.startsWith("refs/"_L1)) {
            answer(notFound(u"Reference not found"_s));
            next();
            return;
        }
        d->birth.begin(state, [this, state, answer, next](const Result<std::optional<model::Pipeline>> &made) {
            d->countForTidying(state->project);
            const bool isMade = made && *made;
            answer(isMade ? Result<model::Pipeline>(**made)
                          : Result<model::Pipeline>(made ? conflict(u"no pipeline was made"_s)
                                                         : made.error()));
            next();
        });
    });
}

void PipelineStarter::startDownstream(JobId bridge)
{
    d->downstream.start(bridge);
}

void PipelineStarter::lint(LintWish wish,
                           QObject *context,
                           std::function<void(Result<LintResult>)> done)
{
    d->linter.lint(std::move(wish), auth::guardedBy<LintResult>(context, std::move(done)));
}

void PipelineStarter::releaseRef(ProjectId project, PipelineId pipeline)
{
    d->housekeeping.start([repositories = parts().repositories, project, pipeline] {
        if (!repositories.exists(project)) {
            return; // The whole project is gone.
        }
        if (const Result<void> released = repositories.release(project, pipeline); !released) {
            qCWarning(lcStarter).noquote() << "kept ref not removed cause="_L1 + released.error().detail;
        }
    });
}

void PipelineStarter::Private::seenRefs(
    ProjectId project, std::function<void(const Result<QHash<QString, QByteArray>> &)> then)
{
    auth::postFor<QHash<QString, QByteArray>>(
        parts.loop,
        [project](engine::Transaction &transaction) {
            return db::ProjectStore(transaction.database()).seenRefs(project);
        },
        std::move(then));
}

std::function<void()> PipelineStarter::Private::pushesAgain(ProjectId project)
{
    return [this, project] { q->takePushes(project); };
}

std::function<void()>
PipelineStarter::Private::straysAgain(ProjectId project, const std::optional<MovedRef> &moved)
{
    return [this, project, moved] {
        queues.enqueue(project, [this, project, moved](std::function<void()> next) {
            readStrays(project, moved, std::move(next));
        });
    };
}

void PipelineStarter::Private::readSpool(ProjectId project, std::function<void()> next)
{
    seenRefs(project, [this, project, next](const Result<QHash<QString, QByteArray>> &seen) {
        if (!seen) {
            retryLater(pushesAgain(project));
            next();
            return;
        }
        pool.start([this, project, next, seen = *seen] {
            std::vector<PushEvent> found = Spool(parts.repositories).take(project, seen);
            auto work = std::make_shared<Work>();
            work->events.assign(found.begin(), found.end());
            work->again = pushesAgain(project);
            QMetaObject::invokeMethod(q, [this, work, next] { takeEvents(work, next); },
                                      Qt::QueuedConnection);
        });
    });
}

/// Only the ref that was named, in the name of whoever had it moved: others have their own owners.
static void narrow(PushEvent &strays, const MovedRef &moved)
{
    std::erase_if(strays.updates, [&](const RefUpdate &update) { return update.ref != moved.ref; });
    strays.pusher = moved.user;
}

void PipelineStarter::Private::readStrays(ProjectId project,
                                          const std::optional<MovedRef> &moved,
                                          std::function<void()> next)
{
    seenRefs(project, [this, project, moved, next](const Result<QHash<QString, QByteArray>> &seen) {
        if (!seen) {
            retryLater(straysAgain(project, moved));
            next();
            return;
        }
        pool.start([this, project, moved, next, seen = *seen] {
            Result<PushEvent> strays = Spool(parts.repositories).strays(project, seen);
            auto work = std::make_shared<Work>();
            work->again = straysAgain(project, moved);
            if (!strays) {
                qCWarning(lcStarter).noquote() << "cannot look for moved refs cause="_L1 + strays.error().detail;
            } else if (moved) {
                narrow(*strays, *moved);
            }
            if (strays && !strays->updates.empty()) {
                work->events.push_back(*std::move(strays));
            }
            QMetaObject::invokeMethod(q, [this, work, next] { takeEvents(work, next); },
                                      Qt::QueuedConnection);
        });
    });
}

void PipelineStarter::Private::takeEvents(const WorkPtr &work, std::function<void()> next)
{
    if (work->events.empty()) {
        next();
        return;
    }
    auto event = std::make_shared<PushEvent>(std::move(work->events.front()));
    work->events.pop_front();
    auto taken = [this, event, work, next](bool isStored) {
        if (!isStored) {
            retryLater(work->again); // In order: the later ones wait too.
            next();
            return;
        }
        finishEvent(*event, [this, work, next] { takeEvents(work, next); });
    };
    if (!tellsOfMergeRequests(*event)) {
        takeUpdates(event, 0, taken);
        return;
    }
    const auto note = [event](engine::Transaction &transaction) {
        return noteMergeRequests(transaction, *event);
    };
    auth::postFor<void>(parts.loop, note, [this, event, taken](const Result<void> &noted) {
        if (noted) {
            takeUpdates(event, 0, taken);
        } else {
            taken(false);
        }
    });
}

void PipelineStarter::Private::takeUpdates(const std::shared_ptr<PushEvent> &event,
                                           size_t index,
                                           std::function<void(bool isStored)> done)
{
    if (index == event->updates.size()) {
        done(true);
        return;
    }
    const RefUpdate &update = event->updates[index];
    auto goOn = [this, event, index, done](const std::optional<Error> &error) {
        if (error && mayPass(*error)) {
            ++failures[event->project];
            done(false);
            return;
        }
        failures.remove(event->project);
        takeUpdates(event, index + 1, done);
    };
    const bool makesOne = !update.isDeletion() && (update.isBranch() || update.isTag() || update.isMergeRequest());
    if (!makesOne || index >= MaxPipelinesOfPush) {
        birth.note(event->project, update, [goOn](const Result<void> &noted) {
            goOn(noted ? std::nullopt : std::optional(noted.error()));
        });
        return;
    }
    birth.begin(stateOf(*event, update),
                [this, event, goOn](const Result<std::optional<model::Pipeline>> &made) {
                    countForTidying(event->project);
                    goOn(made ? std::nullopt : std::optional(made.error()));
                });
}

std::shared_ptr<BirthState> PipelineStarter::Private::stateOf(const PushEvent &event,
                                                              const RefUpdate &update) const
{
    PushWishes wishes = wishesOf(event.options);
    auto state = std::make_shared<BirthState>();
    state->project = event.project;
    state->push = update;
    state->source = u"push"_s;
    state->user = event.pusher;
    if (update.isMergeRequest()) {
        state->source = u"merge_request_event"_s;
    }
    state->variables = std::move(wishes.variables);
    state->inputs = std::move(wishes.inputs);
    state->isSkipped = wishes.skip;
    state->isLastTry = failures.value(event.project) + 1 >= MaxTries;
    return state;
}

void PipelineStarter::Private::finishEvent(const PushEvent &event, std::function<void()> then)
{
    pool.start([this, event, then = std::move(then)] {
        Spool(parts.repositories).finish(event);
        QMetaObject::invokeMethod(q, then, Qt::QueuedConnection);
    });
}

void PipelineStarter::Private::retryLater(std::function<void()> again)
{
    QTimer::singleShot(parts.retryTime, q, [again = std::move(again)] { again(); });
}

void PipelineStarter::Private::countForTidying(ProjectId project)
{
    if (++births[project] < TidyInterval) {
        return;
    }
    births.remove(project);
    housekeeping.start([repositories = parts.repositories, project] {
        if (const Result<void> tidied = repositories.tidy(project); !tidied) {
            qCWarning(lcStarter).noquote() << "repository not tidied cause="_L1 + tidied.error().detail;
        }
    });
}

} // namespace ci::forge
