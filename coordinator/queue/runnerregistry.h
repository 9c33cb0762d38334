// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "common/protocol/registration.h"
#include "common/protocol/runnerinfo.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/engine/news.h"
#include "coordinator/model/runner.h"
#include "coordinator/queue/deadlines.h"
#include "coordinator/queue/queuesettings.h"

#include <QHash>

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace ci::queue {

/// What a runner says of itself when it calls.
struct RunnerContact
{
    QByteArray systemId; ///< Empty where none is sent: filed under "<legacy>".
    protocol::RunnerInfo info;
    QString address;
};

struct CreatedRunner
{
    model::Runner runner;
    Secret token; ///< Not stored and never seen again.
};

/// Words of GitLab's API.
enum class RunnerStatus : quint8 { Online, Offline, Stale, NeverContacted };

QByteArrayView word(RunnerStatus status);

/// All runners, kept in memory beside the database, so that a poll costs no query. Engine thread.
class RunnerRegistry
{
public:
    struct Parts
    {
        const Clock &clock;
        const SecretBox &box;
        engine::News &news;
        engine::CommandLoop &loop;
        Deadlines &deadlines;
        const QueueSettings &settings;
    };

    explicit RunnerRegistry(const Parts &parts) : m_parts(parts) { }
    Q_DISABLE_COPY_MOVE(RunnerRegistry)

    /// At start, and when memory must be rebuilt.
    Result<void> load(db::Database &database);

    /// `given` replaces the stored one; the first start makes one.
    Result<void> prepareRegistrationToken(engine::Transaction &transaction,
                                          const std::optional<Secret> &given);
    Result<Secret> registrationToken(engine::Transaction &transaction) const;
    Result<Secret> resetRegistrationToken(engine::Transaction &transaction);

    /// POST /runners. Forbidden: not the registration token.
    Result<CreatedRunner> registerRunner(engine::Transaction &transaction,
                                         const protocol::RunnerRegistration &registration);
    /// Made in the page or API: its token has the prefix `glrt-`. Id, token and times are set here.
    Result<CreatedRunner> create(engine::Transaction &transaction, model::Runner draft);
    /// POST /runners/verify. Forbidden: unknown token.
    Result<model::Runner> verify(engine::Transaction &transaction,
                                 const Secret &token,
                                 const RunnerContact &contact);
    /// DELETE /runners.
    Result<void> unregister(engine::Transaction &transaction, const Secret &token);
    /// DELETE /runners/managers. NotFound: no such machine.
    Result<void> unregisterMachine(engine::Transaction &transaction,
                                   const Secret &token,
                                   const QByteArray &systemId);
    /// The old token is void at once; the new one has its prefix.
    Result<CreatedRunner> resetToken(engine::Transaction &transaction, RunnerId id);
    /// Everything that may be edited: description, tags, pause, lock, protection, timeout.
    Result<model::Runner> update(engine::Transaction &transaction, const model::Runner &changed);
    Result<void> remove(engine::Transaction &transaction, RunnerId id);

    /// Whose token it is. From memory.
    const model::Runner *authenticate(const Secret &token) const;
    const model::Runner *find(RunnerId id) const;
    std::vector<const model::Runner *> all() const;

    /// It has called: kept in memory, stored at most once a minute.
    void noteContact(RunnerId id, const RunnerContact &contact);
    /// A message about one of its jobs: only that it lives.
    void noteWord(RunnerId id);
    RunnerStatus status(RunnerId id) const;
    std::optional<Timestamp> contactedAt(RunnerId id) const;

    /// Called within the transaction in which a runner was changed, or removed (then it is not
    /// found any more).
    void setChangeHook(std::function<void(engine::Transaction &, RunnerId)> hook)
    {
        m_changeHook = std::move(hook);
    }

private:
    struct Entry
    {
        model::Runner runner;
        QHash<QByteArray, Timestamp> storedMachines; ///< When each was stored last.
        bool isWatched = false; ///< A deadline looks whether it has gone.
    };

    Result<CreatedRunner> insert(engine::Transaction &transaction, model::Runner draft);
    void put(engine::Transaction &transaction, const model::Runner &runner);
    void erase(engine::Transaction &transaction, RunnerId id);
    void announce(engine::Transaction &transaction, RunnerId id);
    void watchPresence(RunnerId id);
    void storeContact(RunnerId id, const RunnerContact &contact);
    Result<const model::Runner *> known(const Secret &token) const;

    Parts m_parts;
    std::map<RunnerId, Entry> m_runners;
    QHash<QByteArray, RunnerId> m_byToken;
    std::function<void(engine::Transaction &, RunnerId)> m_changeHook;
};

} // namespace ci::queue
