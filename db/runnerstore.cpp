// SPDX-License-Identifier: MIT
#include "db/runnerstore.h"

#include "db/reading.h"

#include <array>

namespace ci::db {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *InsertRunner = R"(
    INSERT INTO runners (type, owner_id, description, token_hash, short_token, tags, runs_untagged,
        is_locked, is_paused, is_ref_protected, maximum_timeout_s, created_ms, contacted_ms,
        is_created)
    VALUES (:type, :owner, :description, :token_hash, :short_token, :tags, :runs_untagged,
        :is_locked, :is_paused, :is_ref_protected, :maximum_timeout, :created, :contacted,
        :is_created))";
constexpr const char *UpdateRunner = R"(
    UPDATE runners SET type = :type, owner_id = :owner, description = :description,
        token_hash = :token_hash, short_token = :short_token, tags = :tags,
        runs_untagged = :runs_untagged, is_locked = :is_locked, is_paused = :is_paused,
        is_ref_protected = :is_ref_protected, maximum_timeout_s = :maximum_timeout,
        contacted_ms = :contacted
    WHERE id = :id)";
constexpr const char *DeleteRunner = "DELETE FROM runners WHERE id = :id";

// The columns that readRunner() takes, in its order.
#define RUNNER_COLUMNS                                                                            \
    "SELECT id, type, owner_id, description, token_hash, short_token, tags, runs_untagged, "      \
    "is_locked, is_paused, is_ref_protected, maximum_timeout_s, created_ms, contacted_ms, "        \
    "is_created FROM runners "
constexpr const char *FindRunner = RUNNER_COLUMNS "WHERE id = :id";
constexpr const char *FindRunnerByToken = RUNNER_COLUMNS "WHERE token_hash = :token_hash";
constexpr const char *AllRunners = RUNNER_COLUMNS "ORDER BY id";

constexpr const char *SetMachine = R"(
    INSERT INTO runner_machines (runner_id, system_id, version, revision, platform, architecture,
        executor, address, contacted_ms)
    VALUES (:runner, :system, :version, :revision, :platform, :architecture, :executor, :address,
        :contacted)
    ON CONFLICT (runner_id, system_id) DO UPDATE SET version = excluded.version,
        revision = excluded.revision, platform = excluded.platform,
        architecture = excluded.architecture, executor = excluded.executor,
        address = excluded.address, contacted_ms = excluded.contacted_ms)";
constexpr const char *MachinesOf = R"(
    SELECT runner_id, system_id, version, revision, platform, architecture, executor, address,
        contacted_ms
    FROM runner_machines WHERE runner_id = :runner ORDER BY contacted_ms DESC)";
constexpr const char *DeleteMachine
    = "DELETE FROM runner_machines WHERE runner_id = :runner AND system_id = :system";

constexpr std::array<QByteArrayView, 3> RunnerTypeWords {"instance", "group", "project"};

model::RunnerType runnerTypeOf(const QByteArray &word)
{
    return word == "project" ? model::RunnerType::Project
        : word == "group"    ? model::RunnerType::Group
                             : model::RunnerType::Instance;
}

model::Runner readRunner(const Query &query)
{
    return {.id = query.id<RunnerId>(0),
            .type = runnerTypeOf(query.bytes(1)),
            .owner = query.integer(2),
            .description = query.text(3),
            .tokenHash = query.bytes(4),
            .shortToken = query.bytes(5),
            .isCreated = query.flag(14),
            .tags = query.list(6),
            .runsUntagged = query.flag(7),
            .isLocked = query.flag(8),
            .isPaused = query.flag(9),
            .isRefProtected = query.flag(10),
            .maximumTimeout = query.maybeSpan(11),
            .createdAt = query.time(12),
            .contactedAt = query.maybeTime(13)};
}

void bindRunner(Query &query, const model::Runner &runner)
{
    query.bind(":type", RunnerTypeWords[static_cast<size_t>(runner.type)])
        .bind(":owner", runner.owner)
        .bind(":description", runner.description)
        .bindBlob(":token_hash", runner.tokenHash)
        .bindBlob(":short_token", runner.shortToken)
        .bind(":tags", runner.tags)
        .bind(":runs_untagged", runner.runsUntagged)
        .bind(":is_locked", runner.isLocked)
        .bind(":is_paused", runner.isPaused)
        .bind(":is_ref_protected", runner.isRefProtected)
        .bind(":maximum_timeout", runner.maximumTimeout)
        .bind(":contacted", runner.contactedAt);
}

model::RunnerMachine readMachine(const Query &query)
{
    return {.runner = query.id<RunnerId>(0),
            .systemId = query.bytes(1),
            .version = query.text(2),
            .revision = query.text(3),
            .platform = query.text(4),
            .architecture = query.text(5),
            .executor = query.text(6),
            .address = query.text(7),
            .contactedAt = query.time(8)};
}

} // namespace

Result<model::Runner> RunnerStore::insert(model::Runner runner)
{
    Query query(m_database, InsertRunner);
    bindRunner(query, runner);
    query.bind(":created", runner.createdAt).bind(":is_created", runner.isCreated);
    if (const Result<void> done = runAny(query); !done) {
        return done.error();
    }
    runner.id = RunnerId {m_database.lastInsertId()};
    return runner;
}

Result<void> RunnerStore::update(const model::Runner &runner)
{
    Query query(m_database, UpdateRunner);
    bindRunner(query, runner);
    return runOne(query.bind(":id", runner.id), u"runner"_s);
}

Result<bool> RunnerStore::remove(RunnerId id)
{
    Query query(m_database, DeleteRunner);
    return changesAny(query.bind(":id", id));
}

Result<std::optional<model::Runner>> RunnerStore::find(RunnerId id)
{
    Query query(m_database, FindRunner);
    return readOne<model::Runner>(query.bind(":id", id), readRunner);
}

Result<std::optional<model::Runner>> RunnerStore::findByToken(const QByteArray &tokenHash)
{
    Query query(m_database, FindRunnerByToken);
    return readOne<model::Runner>(query.bindBlob(":token_hash", tokenHash), readRunner);
}

Result<std::vector<model::Runner>> RunnerStore::all()
{
    Query query(m_database, AllRunners);
    return readAll<model::Runner>(query, readRunner);
}

Result<void> RunnerStore::setMachine(const model::RunnerMachine &machine)
{
    Query query(m_database, SetMachine);
    query.bind(":runner", machine.runner)
        .bindBlob(":system", machine.systemId)
        .bind(":version", machine.version)
        .bind(":revision", machine.revision)
        .bind(":platform", machine.platform)
        .bind(":architecture", machine.architecture)
        .bind(":executor", machine.executor)
        .bind(":address", machine.address)
        .bind(":contacted", machine.contactedAt);
    return runAny(query);
}

Result<std::vector<model::RunnerMachine>> RunnerStore::machines(RunnerId runner)
{
    Query query(m_database, MachinesOf);
    return readAll<model::RunnerMachine>(query.bind(":runner", runner), readMachine);
}

Result<bool> RunnerStore::removeMachine(RunnerId runner, const QByteArray &systemId)
{
    Query query(m_database, DeleteMachine);
    return changesAny(query.bind(":runner", runner).bindBlob(":system", systemId));
}

} // namespace ci::db
