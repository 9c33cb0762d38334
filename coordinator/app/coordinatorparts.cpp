// SPDX-License-Identifier: MIT
#include "coordinator/app/coordinatorparts.h"

#include "coordinator/forge/bridgeorder.h"

using namespace Qt::StringLiterals;

namespace ci::app {
namespace {

storage::StorageLimits storageLimits(const Settings &settings)
{
    const auto unlessZero = [](std::chrono::seconds time) {
        return time.count() > 0 ? std::optional(time) : std::nullopt;
    };
    storage::StorageLimits limits;
    limits.maxTraceBytes = settings.maxTraceBytes;
    limits.maxArtifactBytes = settings.maxArtifactBytes;
    limits.artifactExpiry = unlessZero(settings.artifactRetention);
    limits.traceExpiry = unlessZero(settings.traceRetention);
    return limits;
}

queue::QueueSettings queueSettings(const Settings &settings, const QUrl &externalUrl)
{
    queue::QueueSettings queue;
    queue.externalUrl = externalUrl;
    queue.longPoll = settings.longPollTime;
    queue.confirmLimit = settings.confirmTime;
    queue.channelSilenceLimit = settings.runnerSilence;
    queue.stockSilenceLimit = settings.stockRunnerSilence;
    return queue;
}

terminal::RelaySettings relaySettings(const Settings &settings, const SecretBox &box)
{
    terminal::RelaySettings relay;
    relay.limits.maxSessions = settings.maxTerminals;
    relay.limits.maxSessionsPerJob = settings.maxTerminalsPerJob;
    relay.limits.maxSessionsPerUser = settings.maxTerminalsPerUser;
    relay.limits.graceTime = settings.terminalGraceTime;
    relay.limits.idleTime = settings.terminalIdleTime;
    // Kept over a restart, so that shells outlive one.
    relay.key = Secret(box.keyedHash("terminal sessions"));
    return relay;
}

forge::GitLimits gitLimits(const Settings &settings)
{
    forge::GitLimits limits;
    limits.maxPushBytes = settings.maxPushBytes;
    return limits;
}

Result<std::unique_ptr<Store>> openIn(Result<DataDirectory> directory)
{
    if (!directory) {
        return directory.error();
    }
    Result<SecretBox> box = SecretBox::fromKeyFile(directory->keyFile());
    if (!box) {
        return box.error();
    }
    Result<std::unique_ptr<db::Database>> database = db::Database::open(directory->databaseFile());
    if (!database) {
        return database.error();
    }
    return std::unique_ptr<Store>(
        new Store {std::move(*directory), std::move(*box), std::move(*database), SystemClock()});
}

} // namespace

Result<std::unique_ptr<Store>> Store::open(const Settings &settings)
{
    Result<std::unique_ptr<Store>> store = openIn(DataDirectory::open(settings.dataDirectory));
    if (!store) {
        return store;
    }
    const Result<void> migrated = (*store)->database->migrate();
    return migrated ? std::move(store) : Result<std::unique_ptr<Store>>(migrated.error());
}

Result<std::unique_ptr<Store>> Store::visit(const Settings &settings)
{
    return openIn(DataDirectory::visit(settings.dataDirectory));
}

Accounts::Accounts(Store &store, auth::SessionTimes times)
    : loop(*store.database)
    , passwords(store.box, store.clock)
    , limiter(store.clock)
    , sessions(store.clock, news, times)
    , tokens(store.clock, news)
    , users({loop, store.clock, store.box, news, passwords, sessions, limiter})
    , authenticator({loop, store.clock, store.box, passwords, sessions, tokens, limiter})
{
}

Result<std::unique_ptr<Works>>
Works::create(Store &store, Accounts &accounts, const Settings &settings, const QUrl &externalUrl)
{
    Result<forge::Repositories> repositories = forge::Repositories::create(store.directory.path());
    if (!repositories) {
        return repositories.error();
    }
    Result<std::unique_ptr<pipelines::Core>> core = pipelines::Core::create(
        {store.clock, store.box, accounts.news, accounts.loop},
        {store.directory.path(), storageLimits(settings), queueSettings(settings, externalUrl)});
    if (!core) {
        return core.error();
    }
    return std::make_unique<Works>(
        store, accounts, settings, std::move(*repositories), std::move(*core));
}

Works::Works(Store &store,
             Accounts &accounts,
             const Settings &settings,
             forge::Repositories given,
             std::unique_ptr<pipelines::Core> builtCore)
    : repositories(std::move(given))
    , projects({accounts.loop, accounts.news, store.clock, repositories})
    , members(accounts.news)
    , groups(accounts.news, store.clock, store.box)
    , variables(store.box)
    , core(std::move(builtCore))
    , starter({accounts.loop,
               store.clock,
               store.box,
               repositories,
               core->settings().queue,
               core->pipelines(),
               core->artifactFiles(),
               {settings.templatesProject, settings.includePrivateAddresses}})
    , schedules({accounts.loop, store.clock, store.box, core->deadlines(), starter})
    , triggers(store.clock)
    , git({accounts.loop, accounts.authenticator, repositories, store.clock, gitLimits(settings)})
    , releases({accounts.loop, store.clock, repositories, *core})
{
    core->messages().setFinisher(releases);
    QObject::connect(
        &releases, &forge::Releases::tagged, &starter, &forge::PipelineStarter::takeMoved);
    QObject::connect(
        &git, &forge::GitHttp::pushEnded, &starter, &forge::PipelineStarter::takePushes);
    core->pipelines().setArtifactRight(forge::readsArtifacts);
    core->pipelines().setBridgeStarter([this](JobId bridge) { starter.startDownstream(bridge); });
}

Links::Links(Store &store, Accounts &accounts, Works &works, const Settings &settings)
    : traces(works.core->logReader(), store.directory.databaseFile(), store.box)
    , relay(store.clock, terminalHost, relaySettings(settings, store.box))
    , channels(store.clock)
    , live(store.clock, traces, askThrough(accounts.loop, accounts.authenticator, store.box))
{
}

} // namespace ci::app
