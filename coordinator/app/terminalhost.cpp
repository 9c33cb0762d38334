// SPDX-License-Identifier: MIT
#include "coordinator/app/terminalhost.h"

#include "coordinator/auth/access.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"
#include "db/projectstore.h"

using namespace Qt::StringLiterals;

namespace ci::app {

using terminal::EndReason;
using terminal::SessionOwner;

void TerminalHost::open(api::Services &services)
{
    m_services = &services;
    using Channels = runnerlink::RunnerChannels;
    using Relay = terminal::TerminalRelay;
    connect(&services.channels, &Channels::terminalRefused, this, &TerminalHost::hearRefusal);
    connect(&services.channels, &Channels::held, this, &TerminalHost::hearHold);
    connect(&services.channels, &Channels::released, this, &TerminalHost::hearRelease);
    connect(&services.news, &engine::News::jobChanged, this, &TerminalHost::followJob);
    connect(&services.news, &engine::News::sessionEnded, this, [this](SessionId session) {
        m_services->relay.endLogin(session, EndReason::RightWithdrawn);
    });
    connect(&services.news, &engine::News::tokenEnded, this, [this](AccessTokenId token) {
        m_services->relay.endToken(token, EndReason::RightWithdrawn);
    });
    connect(&services.relay, &Relay::sessionOpened, this, [this](const SessionOwner &owner) {
        record(u"terminal.open"_s, owner, {});
    });
    connect(&services.relay, &Relay::sessionEnded, this, &TerminalHost::forget);
    connect(&services.relay, &Relay::refused, this, [this](const terminal::Refusal &refusal) {
        record(u"terminal.refused"_s,
               {{}, refusal.job, refusal.runner, refusal.user, {}, {}},
               {{u"kind"_s, static_cast<int>(refusal.kind)}});
    });
}

void TerminalHost::openAtRunner(const terminal::RunnerOpen &open)
{
    QMetaObject::invokeMethod(
        this, [this, open] { tellRunner(open); }, Qt::QueuedConnection);
}

void TerminalHost::closeAtRunner(const SessionOwner &owner)
{
    QMetaObject::invokeMethod(
        this, [this, owner] { tellClose(owner); }, Qt::QueuedConnection);
}

void TerminalHost::mayStay(const SessionOwner &owner, std::function<void(bool)> answer)
{
    engine::Command command;
    command.run = [this, owner, answer](engine::Transaction &transaction) {
        // What cannot be told just now is no reason to cut a shell; it is asked again.
        const Result<void> checked = mayStayNow(transaction.database(), owner);
        const bool may = checked || !auth::isRefusal(checked.error());
        transaction.answer([answer, may] { answer(may); });
        return engine::Outcome::Keep;
    };
    command.refused = [answer](const Error &) { answer(true); };
    m_services->loop.post(std::move(command));
}

void TerminalHost::tellRunner(const terminal::RunnerOpen &open)
{
    const queue::Lease *lease = m_services->core.leases().find(open.owner.job);
    if (!lease || lease->runner != open.owner.runner) {
        m_services->relay.refuseSession(open.owner.session, "the job has ended"_ba);
        return;
    }
    m_opened.insert(open.owner.session, {open.owner.job, open.owner.runner});
    m_services->channels.openTerminal({lease->runner, lease->systemId},
                                      {open.owner.job, open.owner.session, open.secret, open.size});
}

void TerminalHost::tellClose(const SessionOwner &owner)
{
    const queue::Lease *lease = m_services->core.leases().find(owner.job);
    const QByteArray systemId = lease ? lease->systemId : QByteArray();
    m_services->channels.closeTerminal({owner.runner, systemId}, owner.job, owner.session);
}

Result<void> TerminalHost::mayStayNow(db::Database &database, const SessionOwner &owner) const
{
    const Result<auth::Identity> identity =
        m_services->authenticator.recall(database, {owner.user, owner.login, owner.token});
    if (!identity) {
        return identity.error();
    }
    const auto job = db::JobStore(database, m_services->box).find(owner.job);
    if (!job || !*job) {
        return job ? notFound(u"no such job"_s) : job.error();
    }
    const auto project = db::ProjectStore(database).find((*job)->project);
    if (!project || !*project) {
        return project ? notFound(u"no such project"_s) : project.error();
    }
    const auto pipeline = db::PipelineStore(database, m_services->box).find((*job)->pipeline);
    if (!pipeline || !*pipeline) {
        return pipeline ? notFound(u"no such pipeline"_s) : pipeline.error();
    }
    return auth::allowedOnJob(
        database,
        *identity,
        auth::Right::OpenTerminal,
        **project,
        {(*pipeline)->ref, (*pipeline)->isTag, (*job)->isRefProtected, (*job)->user});
}

void TerminalHost::hearRefusal(const runnerlink::RunnerKey &key,
                               const protocol::ChannelTerminalRefused &refusal)
{
    // A runner speaks only for sessions that it was asked for.
    const auto opened = m_opened.constFind(refusal.session);
    if (opened != m_opened.constEnd() && opened->runner == key.runner) {
        m_services->relay.refuseSession(refusal.session, refusal.reason);
    }
}

void TerminalHost::hearHold(const runnerlink::RunnerKey &key, JobId job, Timestamp until)
{
    m_services->loop.post([this, key, job, until](engine::Transaction &transaction) {
        const Result<void> held =
            m_services->core.leases().setHold(transaction, key.runner, job, {u"terminal"_s, until});
        if (!held) {
            return engine::Outcome::Undo;
        }
        transaction.afterCommit([this, job, until] { m_services->relay.setHeld(job, until); });
        return engine::Outcome::Keep;
    });
}

void TerminalHost::hearRelease(const runnerlink::RunnerKey &key, JobId job)
{
    m_services->loop.post([this, key, job](engine::Transaction &transaction) {
        if (!m_services->core.leases().clearHold(transaction, key.runner, job)) {
            return engine::Outcome::Undo;
        }
        transaction.afterCommit([this, job] { m_services->relay.setHeld(job, std::nullopt); });
        return engine::Outcome::Keep;
    });
}

void TerminalHost::followJob(const model::Job &job, model::JobState before)
{
    // A cancel ends shells at once, though after_script may still run: who watches is told why.
    const bool isCanceled =
        job.state == model::JobState::Canceled || job.state == model::JobState::Canceling;
    if (job.state == before || (!isCanceled && !protocol::isFinished(job.state))) {
        return;
    }
    m_services->relay.endJob(job.id, isCanceled ? EndReason::JobCanceled : EndReason::JobFinished);
}

void TerminalHost::forget(const terminal::SessionEnd &end)
{
    m_opened.remove(end.owner.session);
    record(u"terminal.end"_s,
           end.owner,
           {{u"reason"_s, QString::fromLatin1(terminal::word(end.reason))},
            {u"input_bytes"_s, end.inputBytes},
            {u"output_bytes"_s, end.outputBytes},
            {u"dropped_frames"_s, end.droppedFrames},
            {u"duration_ms"_s, static_cast<qint64>(end.duration.count())}});
}

void TerminalHost::record(const QString &action, const SessionOwner &owner, QJsonObject details)
{
    m_services->loop.post([this, action, owner, details](engine::Transaction &transaction) {
        db::AuditEvent event;
        event.at = m_services->clock.now();
        event.user = owner.user.isNull() ? std::nullopt : std::optional(owner.user);
        event.action = action;
        event.details = details;
        if (!owner.job.isNull()) {
            event.job = owner.job;
            const auto job = db::JobStore(transaction.database(), m_services->box).find(owner.job);
            if (job && *job) {
                event.project = (*job)->project;
            }
        }
        const Result<void> kept = db::InstanceStore(transaction.database()).record(event);
        return kept ? engine::Outcome::Keep : engine::Outcome::Undo;
    });
}

} // namespace ci::app
