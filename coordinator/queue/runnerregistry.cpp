// SPDX-License-Identifier: MIT
#include "coordinator/queue/runnerregistry.h"

#include "coordinator/queue/registrationtoken.h"
#include "coordinator/queue/runnerrules.h"
#include "db/runnerstore.h"

#include <QLoggingCategory>

#include <algorithm>
#include <array>

namespace ci::queue {

Q_LOGGING_CATEGORY(lcRunners, "ci.runners")

using namespace Qt::StringLiterals;
using engine::Outcome;
using engine::Transaction;

namespace {

// The page shows this prefix as made by hand; stock runners then verify rather than register.
constexpr QByteArrayView CreatedPrefix = "glrt-";
constexpr int TokenLength = 32;
constexpr int ShortTokenLength = 8;
constexpr std::chrono::seconds ContactStoreInterval {60};
// Past the limit itself, so that the runner is offline when the deadline comes up.
constexpr std::chrono::seconds PresenceMargin {1};
constexpr std::chrono::hours StaleAfter {7 * 24};

constexpr std::array<QByteArrayView, 4> StatusWords {
    "online", "offline", "stale", "never_contacted",
};

QByteArray systemIdOf(const RunnerContact &contact)
{
    return contact.systemId.isEmpty() ? "<legacy>"_ba : contact.systemId;
}

// Its kind stays: a stock runner unregisters itself in another way where the prefix is there.
Secret newToken(model::Runner &runner)
{
    const QByteArray random = randomText(TokenLength);
    const Secret token(runner.isCreated ? CreatedPrefix.toByteArray() + random : random);
    runner.tokenHash = tokenHash(token.reveal());
    runner.shortToken = random.first(ShortTokenLength);
    return token;
}

} // namespace

QByteArrayView word(RunnerStatus status)
{
    return StatusWords[static_cast<size_t>(status)];
}

Result<void> RunnerRegistry::load(db::Database &database)
{
    const Result<std::vector<model::Runner>> runners = db::RunnerStore(database).all();
    if (!runners) {
        return runners.error();
    }
    m_runners.clear();
    m_byToken.clear();
    for (const model::Runner &runner : *runners) {
        m_runners[runner.id].runner = runner;
        m_byToken.insert(runner.tokenHash, runner.id);
    }
    return {};
}

Result<void> RunnerRegistry::prepareRegistrationToken(Transaction &transaction,
                                                      const std::optional<Secret> &given)
{
    return RegistrationToken(m_parts.box).prepare(transaction, given);
}

Result<Secret> RunnerRegistry::registrationToken(Transaction &transaction) const
{
    return RegistrationToken(m_parts.box).current(transaction.database());
}

Result<Secret> RunnerRegistry::resetRegistrationToken(Transaction &transaction)
{
    return RegistrationToken(m_parts.box).reset(transaction);
}

Result<CreatedRunner> RunnerRegistry::registerRunner(
    Transaction &transaction, const protocol::RunnerRegistration &registration)
{
    const Result<Secret> expected
        = RegistrationToken(m_parts.box).current(transaction.database());
    if (!expected || registration.token.isEmpty() || !(*expected == registration.token)) {
        return forbidden(u"invalid registration token"_s);
    }
    model::Runner runner;
    runner.description = registration.description;
    runner.tags = registration.tags;
    // A runner that takes neither tagged nor untagged jobs would be of no use.
    runner.runsUntagged = registration.runUntagged || cleanTags(registration.tags).isEmpty();
    runner.isLocked = registration.locked;
    runner.isPaused = registration.paused;
    runner.isRefProtected = registration.accessLevel == "ref_protected"_L1;
    if (registration.maximumTimeoutSeconds > 0) {
        runner.maximumTimeout = std::chrono::seconds {registration.maximumTimeoutSeconds};
    }
    return insert(transaction, std::move(runner));
}

Result<CreatedRunner> RunnerRegistry::create(Transaction &transaction, model::Runner draft)
{
    draft.isCreated = true;
    return insert(transaction, std::move(draft));
}

Result<CreatedRunner> RunnerRegistry::insert(Transaction &transaction, model::Runner draft)
{
    Result<model::Runner> runner = validated(std::move(draft));
    if (!runner) {
        return runner.error();
    }
    const Secret token = newToken(*runner);
    runner->createdAt = m_parts.clock.now();
    runner->contactedAt.reset();
    Result<model::Runner> stored = db::RunnerStore(transaction.database()).insert(*runner);
    if (!stored) {
        return stored.error();
    }
    put(transaction, *stored);
    announce(transaction, stored->id);
    return CreatedRunner {*stored, token};
}

void RunnerRegistry::put(Transaction &transaction, const model::Runner &runner)
{
    const auto found = m_runners.find(runner.id);
    const std::optional<model::Runner> before
        = found != m_runners.end() ? std::optional(found->second.runner) : std::nullopt;
    if (before) {
        m_byToken.remove(before->tokenHash);
    }
    m_runners[runner.id].runner = runner;
    m_byToken.insert(runner.tokenHash, runner.id);
    transaction.onUndo([this, before, id = runner.id, hash = runner.tokenHash] {
        m_byToken.remove(hash);
        if (before) {
            m_runners[id].runner = *before;
            m_byToken.insert(before->tokenHash, id);
        } else {
            m_runners.erase(id);
        }
    });
}

void RunnerRegistry::erase(Transaction &transaction, RunnerId id)
{
    const auto found = m_runners.find(id);
    const Entry before = found->second;
    m_byToken.remove(before.runner.tokenHash);
    m_runners.erase(found);
    transaction.onUndo([this, before, id] {
        m_runners[id] = before;
        m_byToken.insert(before.runner.tokenHash, id);
    });
}

void RunnerRegistry::announce(Transaction &transaction, RunnerId id)
{
    if (m_changeHook) {
        m_changeHook(transaction, id);
    }
    transaction.afterCommit([this, id] { Q_EMIT m_parts.news.runnerChanged(id); });
}

const model::Runner *RunnerRegistry::authenticate(const Secret &token) const
{
    const auto found = m_byToken.constFind(tokenHash(token.reveal()));
    return found != m_byToken.constEnd() ? find(*found) : nullptr;
}

const model::Runner *RunnerRegistry::find(RunnerId id) const
{
    const auto found = m_runners.find(id);
    return found != m_runners.end() ? &found->second.runner : nullptr;
}

std::vector<const model::Runner *> RunnerRegistry::all() const
{
    std::vector<const model::Runner *> runners;
    runners.reserve(m_runners.size());
    for (const auto &[id, entry] : m_runners) {
        runners.push_back(&entry.runner);
    }
    return runners;
}

Result<const model::Runner *> RunnerRegistry::known(const Secret &token) const
{
    if (const model::Runner *runner = authenticate(token)) {
        return runner;
    }
    return forbidden(u"unknown runner token"_s);
}

Result<model::Runner> RunnerRegistry::verify(Transaction &,
                                             const Secret &token,
                                             const RunnerContact &contact)
{
    const Result<const model::Runner *> runner = known(token);
    if (!runner) {
        return runner.error();
    }
    noteContact((*runner)->id, contact);
    return **runner;
}

Result<void> RunnerRegistry::unregister(Transaction &transaction, const Secret &token)
{
    const Result<const model::Runner *> runner = known(token);
    return runner ? remove(transaction, (*runner)->id) : Result<void>(runner.error());
}

Result<void> RunnerRegistry::unregisterMachine(Transaction &transaction,
                                               const Secret &token,
                                               const QByteArray &systemId)
{
    const Result<const model::Runner *> runner = known(token);
    if (!runner) {
        return runner.error();
    }
    if (systemId.isEmpty()) {
        return invalid(u"system_id is missing"_s);
    }
    const RunnerId id = (*runner)->id;
    const Result<bool> removed
        = db::RunnerStore(transaction.database()).removeMachine(id, systemId);
    if (!removed) {
        return removed.error();
    }
    if (!*removed) {
        return notFound(u"404 Runner Manager Not Found"_s);
    }
    m_runners[id].storedMachines.remove(systemId);
    announce(transaction, id);
    return {};
}

Result<CreatedRunner> RunnerRegistry::resetToken(Transaction &transaction, RunnerId id)
{
    const model::Runner *found = find(id);
    if (!found) {
        return notFound(u"404 Runner Not Found"_s);
    }
    model::Runner runner = *found;
    const Secret token = newToken(runner);
    if (const Result<void> stored = db::RunnerStore(transaction.database()).update(runner);
        !stored) {
        return stored.error();
    }
    put(transaction, runner);
    announce(transaction, id);
    return CreatedRunner {runner, token};
}

Result<model::Runner> RunnerRegistry::update(Transaction &transaction,
                                             const model::Runner &changed)
{
    const model::Runner *before = find(changed.id);
    if (!before) {
        return notFound(u"404 Runner Not Found"_s);
    }
    Result<model::Runner> runner = validated(changed);
    if (!runner) {
        return runner;
    }
    // Identity is not for editing.
    runner->tokenHash = before->tokenHash;
    runner->shortToken = before->shortToken;
    runner->isCreated = before->isCreated;
    runner->createdAt = before->createdAt;
    runner->contactedAt = before->contactedAt;
    if (const Result<void> stored = db::RunnerStore(transaction.database()).update(*runner);
        !stored) {
        return stored.error();
    }
    put(transaction, *runner);
    announce(transaction, runner->id);
    return runner;
}

Result<void> RunnerRegistry::remove(Transaction &transaction, RunnerId id)
{
    if (!find(id)) {
        return notFound(u"404 Runner Not Found"_s);
    }
    const Result<bool> removed = db::RunnerStore(transaction.database()).remove(id);
    if (!removed) {
        return removed.error();
    }
    erase(transaction, id);
    announce(transaction, id);
    return {};
}

void RunnerRegistry::noteWord(RunnerId id)
{
    if (const auto found = m_runners.find(id); found != m_runners.end()) {
        found->second.runner.contactedAt = m_parts.clock.now();
    }
}

void RunnerRegistry::noteContact(RunnerId id, const RunnerContact &contact)
{
    const auto found = m_runners.find(id);
    if (found == m_runners.end()) {
        return;
    }
    Entry &entry = found->second;
    const bool wasOnline = status(id) == RunnerStatus::Online;
    const Timestamp now = m_parts.clock.now();
    entry.runner.contactedAt = now;
    if (!entry.isWatched) {
        watchPresence(id);
    }
    Timestamp &stored = entry.storedMachines[systemIdOf(contact)];
    if (now - stored >= ContactStoreInterval || !wasOnline) {
        stored = now;
        storeContact(id, contact);
    }
}

// One deadline a runner, set anew when it comes up: calls do not touch it.
void RunnerRegistry::watchPresence(RunnerId id)
{
    const auto found = m_runners.find(id);
    if (found == m_runners.end() || !found->second.runner.contactedAt) {
        return;
    }
    const Timestamp end
        = *found->second.runner.contactedAt + m_parts.settings.onlineLimit + PresenceMargin;
    found->second.isWatched = true;
    m_parts.deadlines.set(
        DeadlineKind::RunnerOnline, id.value(), end - m_parts.clock.now(), [this, id] {
            const auto watched = m_runners.find(id);
            if (watched == m_runners.end()) {
                return;
            }
            watched->second.isWatched = false;
            if (status(id) == RunnerStatus::Online) {
                watchPresence(id);
            } else {
                Q_EMIT m_parts.news.runnerChanged(id);
            }
        });
}

void RunnerRegistry::storeContact(RunnerId id, const RunnerContact &contact)
{
    m_parts.loop.post([this, id, contact](Transaction &transaction) {
        const model::Runner *runner = find(id);
        if (!runner) {
            return Outcome::Undo;
        }
        db::RunnerStore store(transaction.database());
        const model::RunnerMachine machine {.runner = id,
                                            .systemId = systemIdOf(contact),
                                            .version = contact.info.version,
                                            .revision = contact.info.revision,
                                            .platform = contact.info.platform,
                                            .architecture = contact.info.architecture,
                                            .executor = contact.info.executor,
                                            .address = contact.address,
                                            .contactedAt = m_parts.clock.now()};
        if (!store.update(*runner) || !store.setMachine(machine)) {
            return Outcome::Undo;
        }
        transaction.afterCommit([this, id] { Q_EMIT m_parts.news.runnerChanged(id); });
        return Outcome::Keep;
    });
}

RunnerStatus RunnerRegistry::status(RunnerId id) const
{
    const model::Runner *runner = find(id);
    if (!runner || !runner->contactedAt) {
        return RunnerStatus::NeverContacted;
    }
    const auto silence = m_parts.clock.now() - *runner->contactedAt;
    return silence <= m_parts.settings.onlineLimit ? RunnerStatus::Online
        : silence > StaleAfter                     ? RunnerStatus::Stale
                                                   : RunnerStatus::Offline;
}

std::optional<Timestamp> RunnerRegistry::contactedAt(RunnerId id) const
{
    const model::Runner *runner = find(id);
    return runner ? runner->contactedAt : std::nullopt;
}

} // namespace ci::queue
