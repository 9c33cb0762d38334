// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/core.h"

#include "coordinator/engine/duecommand.h"

#include <QLoggingCategory>

namespace ci::pipelines {

using namespace Qt::StringLiterals;
using engine::Transaction;

Q_LOGGING_CATEGORY(lcCore, "ci.core")

namespace {

// Before a key for id tokens that could not be made or stored is made anew.
constexpr std::chrono::seconds KeyRetryInterval {5};

} // namespace

Core::Core(const Parts &parts, const Settings &settings)
    : m_parts(parts)
    , m_settings(settings)
    , m_mover(parts.clock, parts.box, parts.news)
    , m_deadlines(parts.clock)
{
}

Core::~Core() = default;

Result<std::unique_ptr<Core>> Core::create(const Parts &parts, const Settings &settings)
{
    std::unique_ptr<Core> core(new Core(parts, settings));
    if (const Result<void> opened = core->openStorage(); !opened) {
        return opened.error();
    }
    core->build();
    return core;
}

Result<void> Core::openStorage()
{
    Result<std::unique_ptr<storage::LogFiles>> logs = storage::LogFiles::create(
        m_settings.dataDirectory + "/logs"_L1, m_settings.limits, m_workers);
    if (!logs) {
        return logs.error();
    }
    Result<std::unique_ptr<storage::ArtifactFiles>> files
        = storage::ArtifactFiles::create(m_settings.dataDirectory + "/artifacts"_L1);
    if (!files) {
        return files.error();
    }
    m_logs = std::move(*logs);
    m_artifactFiles = std::move(*files);
    m_artifacts = std::make_unique<storage::Artifacts>(
        *m_artifactFiles, *m_logs, m_parts.loop, m_workers, m_parts.clock, m_settings.limits);
    Result<std::unique_ptr<storage::Pages>> pages
        = storage::Pages::create(m_settings.dataDirectory + "/pages"_L1,
                                 {*m_artifactFiles, m_parts.loop, m_workers, m_parts.clock});
    if (!pages) {
        return pages.error();
    }
    m_pages = std::move(*pages);
    return {};
}

void Core::build()
{
    using namespace queue;
    const auto &[clock, box, news, loop] = m_parts;
    const QueueSettings &settings = m_settings.queue;
    m_registry = std::make_unique<RunnerRegistry>(
        RunnerRegistry::Parts {clock, box, news, loop, m_deadlines, settings});
    m_leases = std::make_unique<Leases>(
        Leases::Parts {clock, box, news, loop, m_deadlines, settings});
    m_payloads = std::make_unique<PayloadBuilder>(PayloadBuilder::Parts {clock, box, settings});
    m_pipelines = std::make_unique<PipelineService>(*this);
    m_dispatcher = std::make_unique<Dispatcher>(
        Dispatcher::Parts {clock, box, news, loop, m_deadlines, *m_registry, *m_leases,
                           *m_payloads, *m_pipelines, settings});
    m_messages = std::make_unique<JobMessages>(
        JobMessages::Parts {clock, box, news, loop, *m_pipelines, *m_leases, *m_registry, *m_logs,
                            m_workers, settings});
    m_leases->setFlow(*m_pipelines);
    m_payloads->setFlow(*m_pipelines);
    m_artifacts->setStoredHook([this](Transaction &transaction, const model::Job &job) {
        m_pipelines->noteArtifact(transaction, job);
    });
    // Every change of memory is undone by itself; the views are read again all the same, since
    // nobody can say how much of the lost batch they have seen.
    QObject::connect(&loop, &engine::CommandLoop::rebuildNeeded, &m_deadlines,
                     [this] { m_pipelines->forget(); });
}

Result<void> Core::prepareSigningKey(Transaction &transaction)
{
    Result<std::optional<queue::SigningKey>> key
        = queue::SigningKey::load(transaction.database(), m_parts.box);
    if (!key) {
        return key.error();
    }
    if (*key) {
        m_payloads->setSigningKey(std::move(**key));
    } else {
        transaction.afterCommit([this] { makeSigningKey(); });
    }
    return {};
}

void Core::makeSigningKey()
{
    m_workers.run<Result<queue::SigningKey>>(
        [] { return queue::SigningKey::generate(); },
        [this](const Result<queue::SigningKey> &key) {
            if (key) {
                storeSigningKey(*key);
                return;
            }
            qCCritical(lcCore).noquote() << "no id tokens cause=" << key.error().detail;
            makeSigningKeyLater();
        });
}

void Core::storeSigningKey(const queue::SigningKey &key)
{
    const auto store = [this, key](Transaction &transaction) {
        if (const auto stored = key.store(transaction.database(), m_parts.box); !stored) {
            qCWarning(lcCore).noquote() << "no id tokens yet cause=" << stored.error().detail;
            return engine::Outcome::Undo;
        }
        transaction.afterCommit([this, key] { m_payloads->setSigningKey(key); });
        return engine::Outcome::Keep;
    };
    engine::postDue(m_parts.loop, store, [this] { makeSigningKeyLater(); });
}

void Core::makeSigningKeyLater()
{
    m_deadlines.set(queue::DeadlineKind::MakeSigningKey, 0, KeyRetryInterval,
                    [this] { makeSigningKey(); });
}

Result<void> Core::recover(Transaction &transaction, const std::optional<Secret> &registrationToken)
{
    if (const auto done = m_registry->load(transaction.database()); !done) {
        return done;
    }
    if (const auto done = m_registry->prepareRegistrationToken(transaction, registrationToken);
        !done) {
        return done;
    }
    if (const auto done = m_leases->recover(transaction); !done) {
        return done;
    }
    if (const auto done = m_dispatcher->recover(transaction); !done) {
        return done;
    }
    if (const auto done = m_pipelines->recover(transaction); !done) {
        return done;
    }
    transaction.afterCommit([this] {
        m_artifacts->removeLeftovers();
        m_pages->removeLeftovers();
    });
    return {};
}

} // namespace ci::pipelines
