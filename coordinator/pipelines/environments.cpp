// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/environments.h"

#include "coordinator/pipelines/core.h"
#include "coordinator/queue/environmenttier.h"
#include "coordinator/queue/jobvariables.h"
#include "coordinator/queue/slug.h"
#include "coordinator/storage/expiry.h"
#include "db/artifactstore.h"
#include "db/dutystore.h"
#include "db/environmentstore.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"

#include <QUrl>

namespace ci::pipelines {

using namespace Qt::StringLiterals;
using engine::Transaction;
using model::DeploymentStatus;
using model::EnvironmentState;

namespace {

constexpr qsizetype MaxEnvironmentUrl = 255;

DeploymentStatus deploymentStatusFrom(model::JobState state)
{
    return state == model::JobState::Success   ? DeploymentStatus::Success
        : state == model::JobState::Canceled ? DeploymentStatus::Canceled
                                             : DeploymentStatus::Failed;
}

} // namespace

bool isEnvironmentUrl(const QString &text)
{
    const QUrl url(text, QUrl::StrictMode);
    return text.size() <= MaxEnvironmentUrl && url.isValid() && !url.host().isEmpty()
        && (url.scheme() == "http"_L1 || url.scheme() == "https"_L1);
}

/// A job with an environment, at its start or end.
struct Environments::Visit
{
    const model::Job &job;
    model::EnvironmentSpec spec; ///< Expanded.
    QString action; ///< Never empty.
};

Result<queue::VariableList> Environments::variables(Transaction &transaction, const model::Job &job)
{
    const SecretBox &box = m_core.parts().box;
    const Result<queue::JobRecords> records = queue::readJobRecords(transaction, box, job);
    if (!records) {
        return records.error();
    }
    db::ArtifactStore artifacts(transaction.database());
    std::vector<queue::HandedOn> sources;
    // What its dependencies handed on, and above it what the job itself leaves.
    if (const auto known = m_service.dependencies(transaction, job, records->spec)) {
        for (const queue::Dependency &each : *known) {
            const auto dotenv = artifacts.dotenv(each.job);
            sources.push_back({each.job, each.name, std::nullopt,
                               dotenv ? *dotenv : std::vector<model::GivenVariable>()});
        }
    }
    const Result<std::vector<model::GivenVariable>> own = artifacts.dotenv(job.id);
    if (!own) {
        return own.error();
    }
    sources.push_back({job.id, job.name, std::nullopt, *own});
    const model::Runner *runner = job.runner ? m_core.runners().find(*job.runner) : nullptr;
    return queue::jobVariables(*records,
                               {.settings = m_core.settings().queue,
                                .job = job,
                                .runner = runner ? *runner : model::Runner(),
                                .token = {},
                                .now = m_core.parts().clock.now()},
                               sources);
}

Result<void> Environments::follow(Transaction &transaction, const model::Job &job)
{
    const Result<db::Duties> duties = db::DutyStore(transaction.database()).find(job.id);
    if (!duties) {
        return duties.error();
    }
    if (duties->hasPages && job.state == model::JobState::Success) {
        if (const Result<void> published = publish(transaction, job); !published) {
            return published;
        }
    }
    if (duties->environment.isEmpty()) {
        return {};
    }
    const Result<model::JobSpec> spec
        = db::JobStore(transaction.database(), m_core.parts().box).spec(job.id);
    if (!spec || !spec->environment) {
        return spec ? Result<void>() : Result<void>(spec.error());
    }
    Result<queue::VariableList> list = variables(transaction, job);
    if (!list && !protocol::isFinished(job.state)) {
        return list.error();
    }
    if (!list) {
        // However it ended, it has ended: a value that does not open must not keep that from being stored.
        logWithoutVariables(job.id, list.error());
        list = queue::VariableList();
    }
    Visit visit {job, *spec->environment, spec->environment->action};
    visit.spec.name = duties->environment;
    visit.spec.url = list->value(u"CI_ENVIRONMENT_URL"_s);
    if (!isEnvironmentUrl(visit.spec.url)) {
        visit.spec.url.clear();
    }
    visit.spec.tier = list->expanded(visit.spec.tier);
    visit.spec.autoStopIn = list->expanded(visit.spec.autoStopIn);
    if (visit.action.isEmpty()) {
        visit.action = u"start"_s;
    }
    announce(transaction, job.project);
    return job.state == model::JobState::Running ? begin(transaction, visit)
                                                 : end(transaction, visit);
}

Result<model::Environment> Environments::ensure(Transaction &transaction, const Visit &visit)
{
    db::EnvironmentStore store(transaction.database());
    const Result<std::optional<model::Environment>> known
        = store.findByName(visit.job.project, visit.spec.name);
    if (!known) {
        return known.error();
    }
    if (*known) {
        return **known;
    }
    model::Environment fresh;
    fresh.project = visit.job.project;
    fresh.name = visit.spec.name;
    fresh.tier = visit.spec.tier;
    return create(transaction, std::move(fresh));
}

Result<model::Environment> Environments::create(Transaction &transaction,
                                                model::Environment environment)
{
    environment.slug = queue::environmentSlugOf(environment.name);
    if (!queue::isTier(environment.tier)) {
        environment.tier = queue::guessedTier(environment.name);
    }
    environment.createdAt = environment.updatedAt = m_core.parts().clock.now();
    announce(transaction, environment.project);
    return db::EnvironmentStore(transaction.database()).insert(std::move(environment));
}

Result<void> Environments::store(Transaction &transaction, model::Environment environment)
{
    environment.updatedAt = m_core.parts().clock.now();
    const Result<void> stored = db::EnvironmentStore(transaction.database()).update(environment);
    if (stored) {
        watch(transaction, environment);
        announce(transaction, environment.project);
    }
    return stored;
}

Result<void> Environments::begin(Transaction &transaction, const Visit &visit)
{
    Result<model::Environment> environment = ensure(transaction, visit);
    if (!environment) {
        return environment.error();
    }
    if (visit.action == "stop"_L1) {
        if (environment->state == EnvironmentState::Available) {
            environment->state = EnvironmentState::Stopping;
        }
        return store(transaction, *environment);
    }
    if (visit.action != "start"_L1) {
        return {};
    }
    const Result<std::optional<model::Pipeline>> pipeline
        = db::PipelineStore(transaction.database(), m_core.parts().box).find(visit.job.pipeline);
    if (!pipeline || !*pipeline) {
        return pipeline ? Result<void>() : Result<void>(pipeline.error());
    }
    environment->state = EnvironmentState::Available;
    if (const Result<void> stored = store(transaction, *environment); !stored) {
        return stored;
    }
    model::Deployment deployment;
    deployment.project = visit.job.project;
    deployment.environment = environment->id;
    deployment.job = visit.job.id;
    deployment.pipeline = visit.job.pipeline;
    deployment.user = visit.job.user;
    deployment.ref = (*pipeline)->ref;
    deployment.isTag = (*pipeline)->isTag;
    deployment.sha = (*pipeline)->commit.sha;
    deployment.onStop = visit.spec.onStop;
    deployment.createdAt = deployment.updatedAt = m_core.parts().clock.now();
    const Result<model::Deployment> inserted
        = db::EnvironmentStore(transaction.database()).insert(deployment);
    return inserted ? Result<void>() : Result<void>(inserted.error());
}

Result<void> Environments::end(Transaction &transaction, const Visit &visit)
{
    db::EnvironmentStore store(transaction.database());
    Result<std::optional<model::Environment>> found
        = store.findByName(visit.job.project, visit.spec.name);
    if (!found || !*found) {
        return found ? Result<void>() : Result<void>(found.error()); // It has never run.
    }
    model::Environment environment = **found;
    const bool isSuccess = visit.job.state == model::JobState::Success;
    if (visit.action == "start"_L1) {
        return endStart(transaction, visit, environment);
    }
    if (visit.action == "stop"_L1) {
        if (isSuccess) {
            environment.state = EnvironmentState::Stopped;
            environment.autoStopAt = std::nullopt;
        } else if (environment.state == EnvironmentState::Stopping) {
            environment.state = EnvironmentState::Available;
        }
    } else if (isSuccess) {
        renew(environment, visit);
    }
    return this->store(transaction, environment);
}

Result<void> Environments::endStart(Transaction &transaction,
                                    const Visit &visit,
                                    const model::Environment &environment)
{
    db::EnvironmentStore store(transaction.database());
    const Result<std::optional<model::Deployment>> found = store.deploymentOfJob(visit.job.id);
    if (!found || !*found) {
        return found ? Result<void>() : Result<void>(found.error());
    }
    model::Deployment deployment = **found;
    deployment.status = deploymentStatusFrom(visit.job.state);
    deployment.updatedAt = m_core.parts().clock.now();
    deployment.finishedAt = deployment.updatedAt;
    if (const Result<void> updated = store.update(deployment); !updated) {
        return updated;
    }
    if (deployment.status != DeploymentStatus::Success) {
        return {};
    }
    model::Environment deployed = environment;
    deployed.state = EnvironmentState::Available;
    if (!visit.spec.url.isEmpty()) {
        deployed.externalUrl = visit.spec.url;
    }
    if (queue::isTier(visit.spec.tier)) {
        deployed.tier = visit.spec.tier;
    }
    renew(deployed, visit);
    return this->store(transaction, deployed);
}

void Environments::renew(model::Environment &environment, const Visit &visit) const
{
    if (!visit.spec.autoStopIn.isEmpty()) {
        environment.autoStopAt = storage::expiryTime(
            visit.spec.autoStopIn, m_core.parts().clock.now(), std::nullopt);
    }
}

Result<std::vector<model::Job>> Environments::stopJobs(Transaction &transaction,
                                                       const model::Environment &environment)
{
    db::EnvironmentStore store(transaction.database());
    std::vector<model::Job> jobs;
    const Result<std::optional<model::Deployment>> newest = store.newestSuccess(environment.id);
    if (!newest || !*newest || !(*newest)->pipeline) {
        return newest ? Result<std::vector<model::Job>>(jobs) : newest.error();
    }
    const PipelineId pipeline = *(*newest)->pipeline;
    const Result<std::vector<model::Deployment>> stoppable
        = store.stoppable(environment.id, pipeline);
    const Result<std::vector<model::Job>> all
        = db::JobStore(transaction.database(), m_core.parts().box).ofPipeline(pipeline);
    if (!stoppable || !all) {
        return stoppable ? all.error() : stoppable.error();
    }
    QStringList names;
    for (const model::Deployment &each : *stoppable) {
        names.append(each.onStop);
    }
    for (const model::Job &job : *all) {
        const bool isPlayable = job.state == model::JobState::Manual
            || job.state == model::JobState::Scheduled
            || (protocol::isFinished(job.state) && job.state != model::JobState::Skipped);
        if (isPlayable && (names.contains(job.name) || names.contains(job.group))) {
            jobs.push_back(job);
        }
    }
    return jobs;
}

Result<model::Environment> Environments::stop(Transaction &transaction,
                                              const model::Environment &environment,
                                              std::optional<UserId> user,
                                              StopKind kind)
{
    // While its stop jobs wait or run none of them can be started, which is not to have none.
    const bool isUnderWay
        = kind == StopKind::ByJobs && environment.state == EnvironmentState::Stopping;
    if (environment.state == EnvironmentState::Stopped || isUnderWay) {
        return environment;
    }
    std::vector<model::Job> jobs;
    if (kind == StopKind::ByJobs) {
        Result<std::vector<model::Job>> found = stopJobs(transaction, environment);
        if (!found) {
            return found.error();
        }
        jobs = std::move(*found);
    }
    // Before it is marked: where one is refused it is not being stopped.
    for (const model::Job &job : jobs) {
        const Result<model::Job> started = protocol::isFinished(job.state)
            ? m_service.retry(transaction, job.id, user)
            : m_service.play(transaction, job.id, user, {});
        if (!started) {
            return started.error().within(u"job %1"_s.arg(job.id.value()));
        }
    }
    model::Environment stopped = environment;
    stopped.autoStopAt = std::nullopt;
    stopped.state = jobs.empty() ? EnvironmentState::Stopped : EnvironmentState::Stopping;
    const Result<void> stored = store(transaction, stopped);
    return stored ? Result<model::Environment>(stopped) : stored.error();
}

Result<void> Environments::stopAllOf(Transaction &transaction,
                                     ProjectId project,
                                     const QString &branch)
{
    const Result<std::vector<model::Environment>> deployed
        = db::EnvironmentStore(transaction.database()).deployedFrom(project, branch);
    if (!deployed) {
        return deployed.error();
    }
    for (const model::Environment &each : *deployed) {
        const Result<model::Environment> stopped = stop(transaction, each, std::nullopt);
        if (stopped) {
            continue;
        }
        // The branch is gone all the same, so only what the database refuses stands in the way.
        const ErrorKind kind = stopped.error().kind;
        if (kind == ErrorKind::Io || kind == ErrorKind::Unavailable) {
            return stopped.error();
        }
        logNotStopped(each.id, stopped.error());
    }
    return {};
}

void Environments::announce(Transaction &transaction, ProjectId project) const
{
    transaction.afterCommit(
        [&news = m_core.parts().news, project] { Q_EMIT news.projectChanged(project); });
}

} // namespace ci::pipelines
