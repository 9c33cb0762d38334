// SPDX-License-Identifier: MIT
#include "coordinator/forge/schedules.h"

#include "coordinator/auth/access.h"
#include "coordinator/auth/posting.h"
#include "coordinator/model/refname.h"
#include "coordinator/pipelines/cron.h"
#include "db/projectstore.h"
#include "db/schedulestore.h"
#include "db/userstore.h"

#include <QLoggingCategory>

namespace ci::forge {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using engine::Outcome;
using engine::Transaction;

Q_LOGGING_CATEGORY(lcSchedules, "ci.forge.schedules")

namespace {

constexpr int MaxAtOnce = 50;
// The wall clock may be set: nobody sleeps longer than this on what it said.
constexpr std::chrono::milliseconds LongestWait = 10min;
// While runs are under way, or the database refuses.
constexpr std::chrono::milliseconds ShortestWait = 10s;
constexpr qsizetype MaxText = 255;
constexpr qsizetype MaxError = 4000;

} // namespace

Schedules::Schedules(const Parts &parts, QObject *parent) : QObject(parent), m_parts(parts) { }

Result<void> Schedules::complete(model::Schedule &schedule) const
{
    schedule.description = schedule.description.trimmed();
    schedule.ref = model::shortRef(schedule.ref.trimmed());
    if (schedule.description.isEmpty() || schedule.description.size() > MaxText) {
        return invalid(u"description must have 1 to %1 characters"_s.arg(MaxText));
    }
    if (schedule.ref.isEmpty() || schedule.ref.size() > MaxText
        || schedule.ref.startsWith("refs/"_L1)) {
        return invalid(u"ref must be the name of a branch or tag"_s);
    }
    if (schedule.variables.size() > MaxVariables) {
        return invalid(u"a schedule has at most %1 variables"_s.arg(MaxVariables));
    }
    const Result<pipelines::Cron> cron = pipelines::Cron::parse(schedule.cron);
    const Result<QTimeZone> zone = pipelines::timeZoneNamed(schedule.timeZone);
    if (!cron || !zone) {
        return cron ? zone.error() : cron.error();
    }
    schedule.updatedAt = m_parts.clock.now();
    schedule.nextRunAt = cron->next(schedule.updatedAt, *zone);
    if (!schedule.nextRunAt) {
        return invalid(u"cron: `%1` never comes"_s.arg(schedule.cron));
    }
    return {};
}

Result<model::Schedule> Schedules::add(Transaction &transaction, model::Schedule schedule)
{
    db::ScheduleStore store(transaction.database(), m_parts.box);
    if (const Result<void> completed = complete(schedule); !completed) {
        return completed.error();
    }
    const Result<std::vector<model::Schedule>> others = store.ofProject(schedule.project);
    if (!others) {
        return others.error();
    }
    if (others->size() >= MaxOfProject) {
        return invalid(u"a project has at most %1 schedules"_s.arg(MaxOfProject));
    }
    schedule.createdAt = schedule.updatedAt;
    transaction.afterCommit([this] { watch(); });
    return store.insert(schedule);
}

Result<model::Schedule> Schedules::update(Transaction &transaction, model::Schedule schedule)
{
    if (const Result<void> completed = complete(schedule); !completed) {
        return completed.error();
    }
    const Result<void> stored
        = db::ScheduleStore(transaction.database(), m_parts.box).update(schedule);
    transaction.afterCommit([this] { watch(); });
    return stored ? Result(schedule) : Result<model::Schedule>(stored.error());
}

Result<void> Schedules::remove(Transaction &transaction, ScheduleId id)
{
    const Result<bool> removed
        = db::ScheduleStore(transaction.database(), m_parts.box).remove(id);
    if (!removed) {
        return removed.error();
    }
    return *removed ? Result<void>() : Result<void>(notFound(u"404 Pipeline Schedule Not Found"_s));
}

void Schedules::waitFor(std::chrono::milliseconds span)
{
    m_parts.deadlines.set(queue::DeadlineKind::RunSchedules, 0,
                          std::clamp(span, std::chrono::milliseconds(0), LongestWait),
                          [this] { runDue(); });
}

void Schedules::watch()
{
    auth::postFor<std::optional<Timestamp>>(
        m_parts.loop,
        [this](Transaction &transaction) {
            return db::ScheduleStore(transaction.database(), m_parts.box).nextDue();
        },
        auth::guardedBy<std::optional<Timestamp>>(
            this, [this](const Result<std::optional<Timestamp>> &next) {
                if (!next) {
                    waitFor(ShortestWait);
                } else if (*next) {
                    const std::chrono::milliseconds span = **next - m_parts.clock.now();
                    waitFor(m_running.isEmpty() ? span : std::max(span, ShortestWait));
                }
            }));
}

void Schedules::runDue()
{
    auto run = [this](Transaction &transaction) -> Result<bool> {
        const Result<void> taken = takeDue(transaction);
        return taken ? Result(true) : Result<bool>(taken.error());
    };
    auth::postFor<bool>(m_parts.loop, run,
                        auth::guardedBy<bool>(this, [this](const Result<bool> &done) {
                            if (done) {
                                watch();
                            } else {
                                waitFor(ShortestWait);
                            }
                        }));
}

Result<void> Schedules::takeDue(Transaction &transaction)
{
    db::ScheduleStore store(transaction.database(), m_parts.box);
    const Result<std::vector<model::Schedule>> due
        = store.due(m_parts.clock.now(), MaxAtOnce + int(m_running.size()));
    if (!due) {
        return due.error();
    }
    for (const model::Schedule &schedule : *due) {
        if (m_running.contains(schedule.id)) {
            continue;
        }
        const Result<std::optional<QString>> why = obstacle(transaction, schedule);
        if (!why) {
            return why.error();
        }
        if (!*why) {
            m_running.insert(schedule.id);
            transaction.onUndo([this, id = schedule.id] { m_running.remove(id); });
            transaction.afterCommit([this, schedule] { start(schedule); });
            continue;
        }
        model::Schedule stopped = schedule;
        stopped.isActive = false;
        stopped.lastError = **why;
        if (const Result<void> stored = store.update(stopped); !stored) {
            return stored;
        }
        qCInfo(lcSchedules).noquote() << "schedule stopped schedule="_L1
                + QString::number(schedule.id.value()) << "cause="_L1 + stopped.lastError;
    }
    return {};
}

Result<std::optional<QString>> Schedules::obstacle(Transaction &transaction,
                                                   const model::Schedule &schedule) const
{
    db::Database &database = transaction.database();
    const Result<std::optional<model::User>> owner = schedule.owner
        ? db::UserStore(database).find(*schedule.owner)
        : std::optional<model::User>();
    const Result<std::optional<model::Project>> project
        = db::ProjectStore(database).find(schedule.project);
    if (!owner || !project) {
        return owner ? project.error() : owner.error();
    }
    if (!*owner || (*owner)->isBlocked || !*project) {
        return std::optional(u"its owner's account is gone or blocked: somebody must take it over"_s);
    }
    auth::Identity identity;
    identity.user = *owner;
    identity.means = auth::Means::Token;
    const Result<void> may = auth::allowedOnRef(database, identity, auth::Right::RunPipeline,
                                                **project, schedule.ref);
    if (may) {
        return std::optional<QString>();
    }
    if (mayPass(may.error())) {
        return may.error();
    }
    return std::optional(u"its owner may not run a pipeline for %1: %2"_s.arg(schedule.ref,
                                                                           may.error().detail));
}

RunWish Schedules::wishOf(const model::Schedule &schedule) const
{
    RunWish wish;
    wish.project = schedule.project;
    wish.ref = schedule.ref;
    wish.source = u"schedule"_s;
    wish.user = schedule.owner;
    wish.variables = schedule.variables;
    wish.inputs = schedule.inputs;
    wish.schedule = schedule.id;
    wish.origin.scheduleDescription = schedule.description;
    return wish;
}

void Schedules::start(const model::Schedule &schedule)
{
    RunWish wish = wishOf(schedule);
    wish.together = [this, id = schedule.id](Transaction &transaction, const model::Pipeline &) {
        return advance(transaction, id, {});
    };
    m_parts.starter.run(std::move(wish), this,
                        [this, id = schedule.id](const Result<model::Pipeline> &made) {
                            finish(id, made);
                        });
}

void Schedules::finish(ScheduleId id, const Result<model::Pipeline> &made)
{
    m_running.remove(id);
    if (made) {
        watch();
        return;
    }
    if (mayPass(made.error())) {
        waitFor(ShortestWait);
        return;
    }
    m_parts.loop.post([this, id, detail = made.error().detail](Transaction &transaction) {
        transaction.answer([this] { watch(); });
        return advance(transaction, id, detail.left(MaxError)) ? Outcome::Keep : Outcome::Undo;
    });
}

Result<void> Schedules::advance(Transaction &transaction, ScheduleId id, const QString &error)
{
    db::ScheduleStore store(transaction.database(), m_parts.box);
    const Result<std::optional<model::Schedule>> found = store.find(id);
    if (!found || !*found) {
        return found ? Result<void>() : Result<void>(found.error());
    }
    model::Schedule schedule = **found;
    const Result<pipelines::Cron> cron = pipelines::Cron::parse(schedule.cron);
    const Result<QTimeZone> zone = pipelines::timeZoneNamed(schedule.timeZone);
    schedule.nextRunAt = cron && zone ? cron->next(m_parts.clock.now(), *zone) : std::nullopt;
    schedule.lastError = error;
    return store.update(schedule);
}

void Schedules::play(const model::Schedule &schedule,
                     UserId user,
                     QObject *context,
                     std::function<void(Result<model::Pipeline>)> done)
{
    RunWish wish = wishOf(schedule);
    wish.user = user;
    m_parts.starter.run(std::move(wish), context, std::move(done));
}

} // namespace ci::forge
