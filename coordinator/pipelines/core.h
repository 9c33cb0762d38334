// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/secretbox.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/engine/jobmover.h"
#include "coordinator/engine/news.h"
#include "coordinator/pipelines/pipelineservice.h"
#include "coordinator/queue/deadlines.h"
#include "coordinator/queue/dispatcher.h"
#include "coordinator/queue/jobmessages.h"
#include "coordinator/queue/leases.h"
#include "coordinator/queue/payloadbuilder.h"
#include "coordinator/queue/queuesettings.h"
#include "coordinator/queue/runnerregistry.h"
#include "coordinator/storage/artifactfiles.h"
#include "coordinator/storage/artifacts.h"
#include "coordinator/storage/logfiles.h"
#include "coordinator/storage/logreader.h"
#include "coordinator/storage/pages.h"
#include "coordinator/storage/workers.h"

#include <QString>

#include <memory>

namespace ci::pipelines {

/// From a plan to a finished job: builds the parts of storage, queue and pipelines and ties them
/// together. Made on the engine thread, before any command runs.
class Core
{
public:
    struct Parts
    {
        const Clock &clock;
        const SecretBox &box;
        engine::News &news;
        engine::CommandLoop &loop;
    };
    struct Settings
    {
        QString dataDirectory; ///< Logs in logs/, artifacts in artifacts/.
        storage::StorageLimits limits;
        queue::QueueSettings queue;
    };

    static Result<std::unique_ptr<Core>> create(const Parts &parts, const Settings &settings);
    ~Core();
    Q_DISABLE_COPY_MOVE(Core)

    /// Takes up what an earlier run left: before the first request is answered. `registrationToken`
    /// replaces the stored one.
    Result<void> recover(engine::Transaction &transaction,
                         const std::optional<Secret> &registrationToken);

    /// Takes up the key for id tokens. At the first start it is made on a worker and is there some
    /// hundred milliseconds later; jobs that need it stay pending until then.
    Result<void> prepareSigningKey(engine::Transaction &transaction);
    const std::optional<queue::SigningKey> &signingKey() const { return m_payloads->signingKey(); }

    PipelineService &pipelines() { return *m_pipelines; }
    queue::Dispatcher &dispatcher() { return *m_dispatcher; }
    queue::RunnerRegistry &runners() { return *m_registry; }
    queue::JobMessages &messages() { return *m_messages; }
    queue::Leases &leases() { return *m_leases; }
    queue::Deadlines &deadlines() { return m_deadlines; }
    storage::LogFiles &logs() { return *m_logs; }
    storage::LogReader logReader() const { return storage::LogReader(m_logs->directory()); }
    storage::ArtifactFiles &artifactFiles() { return *m_artifactFiles; }
    storage::Artifacts &artifacts() { return *m_artifacts; }
    storage::Pages &pages() { return *m_pages; }
    storage::Workers &workers() { return m_workers; }
    engine::JobMover &mover() { return m_mover; }
    const Parts &parts() const { return m_parts; }
    const Settings &settings() const { return m_settings; }

private:
    Core(const Parts &parts, const Settings &settings);
    Result<void> openStorage();
    void build();
    void makeSigningKey();
    void storeSigningKey(const queue::SigningKey &key);
    void makeSigningKeyLater();

    Parts m_parts;
    Settings m_settings;
    engine::JobMover m_mover;
    storage::Workers m_workers;
    queue::Deadlines m_deadlines;
    std::unique_ptr<storage::LogFiles> m_logs;
    std::unique_ptr<storage::ArtifactFiles> m_artifactFiles;
    std::unique_ptr<storage::Artifacts> m_artifacts;
    std::unique_ptr<storage::Pages> m_pages;
    std::unique_ptr<queue::RunnerRegistry> m_registry;
    std::unique_ptr<queue::Leases> m_leases;
    std::unique_ptr<queue::PayloadBuilder> m_payloads;
    std::unique_ptr<PipelineService> m_pipelines;
    std::unique_ptr<queue::Dispatcher> m_dispatcher;
    std::unique_ptr<queue::JobMessages> m_messages;
};

} // namespace ci::pipelines
