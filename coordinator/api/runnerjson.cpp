// SPDX-License-Identifier: MIT
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/words.h"
#include "db/jobstore.h"
#include "db/runnerstore.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

/// The machine that called last speaks for the runner.
std::optional<model::RunnerMachine> newest(const std::vector<model::RunnerMachine> &machines)
{
    const auto found =
        std::max_element(machines.begin(), machines.end(), [](const auto &a, const auto &b) {
            return a.contactedAt < b.contactedAt;
        });
    return found == machines.end() ? std::nullopt : std::optional(*found);
}

QJsonValue textOrNull(const QString &text)
{
    return text.isEmpty() ? QJsonValue() : QJsonValue(text);
}

} // namespace

std::vector<model::RunnerMachine> EntityWriter::machines(RunnerId runner)
{
    Result<std::vector<model::RunnerMachine>> found = db::RunnerStore(m_database).machines(runner);
    return found ? std::move(*found) : std::vector<model::RunnerMachine>();
}

QJsonObject EntityWriter::runner(const model::Runner &runner)
{
    using queue::RunnerStatus;
    const RunnerStatus status = m_services.core.runners().status(runner.id);
    const bool hasChannel = m_services.channels.isConnected(runner.id);
    const bool isOnline = hasChannel || status == RunnerStatus::Online;
    const std::optional<model::RunnerMachine> machine = newest(machines(runner.id));
    return {
        {u"id"_s, runner.id.value()},
        {u"description"_s, runner.description},
        {u"active"_s, !runner.isPaused},
        {u"paused"_s, runner.isPaused},
        {u"is_shared"_s, runner.type == model::RunnerType::Instance},
        {u"runner_type"_s, wordOf(word(runner.type))},
        {u"name"_s, QJsonValue()},
        {u"online"_s, isOnline},
        {u"status"_s, wordOf(queue::word(isOnline ? RunnerStatus::Online : status))},
        {u"ip_address"_s, machine ? textOrNull(machine->address) : QJsonValue()},
        {u"created_at"_s, time(runner.createdAt)},
        {u"terminal"_s, hasChannel},
    };
}

QJsonObject EntityWriter::runnerDetails(const model::Runner &details)
{
    QJsonObject object = runner(details);
    const std::optional<model::RunnerMachine> machine = newest(machines(details.id));
    object.insert(u"tag_list"_s, QJsonArray::fromStringList(details.tags));
    object.insert(u"run_untagged"_s, details.runsUntagged);
    object.insert(u"locked"_s, details.isLocked);
    object.insert(u"access_level"_s,
                  details.isRefProtected ? u"ref_protected"_s : u"not_protected"_s);
    object.insert(u"maximum_timeout"_s,
                  details.maximumTimeout
                      ? QJsonValue(static_cast<qint64>(details.maximumTimeout->count()))
                      : QJsonValue());
    object.insert(u"contacted_at"_s, timeOrNull(m_services.core.runners().contactedAt(details.id)));
    object.insert(u"token_prefix"_s, QString::fromLatin1(details.shortToken));
    const model::RunnerMachine known = machine.value_or(model::RunnerMachine());
    object.insert(u"version"_s, textOrNull(known.version));
    object.insert(u"revision"_s, textOrNull(known.revision));
    object.insert(u"platform"_s, textOrNull(known.platform));
    object.insert(u"architecture"_s, textOrNull(known.architecture));
    object.insert(u"executor"_s, textOrNull(known.executor));
    const Result<qint64> held = db::JobStore(m_database, m_services.box).countHeld(details.id);
    object.insert(u"jobs_running"_s, m_services.core.leases().jobsOf(details.id));
    object.insert(u"jobs_held"_s, held ? *held : 0);
    return object;
}

} // namespace ci::api
