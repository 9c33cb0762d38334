// SPDX-License-Identifier: MIT
#include "runner/commands.h"
#include "runner/configfile.h"
#include "runner/coordinatorclient.h"
#include "runner/systemid.h"

#include <QEventLoop>
#include <QTextStream>

#include <cstdio>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr QByteArrayView AuthenticationPrefix = "glrt-";

// A command has nothing else to do than to wait for its one call.
template<typename Call>
RegistryAnswer answerOf(Call call)
{
    QEventLoop loop;
    RegistryAnswer answer;
    call(&loop, [&loop, &answer](const RegistryAnswer &result) {
        answer = result;
        loop.quit();
    });
    loop.exec();
    return answer;
}

QString question(const QString &text, const QString &present)
{
    std::fprintf(stdout, "%s%s\n", qUtf8Printable(text),
                 present.isEmpty() ? "" : qUtf8Printable(u" ["_s + present + u']'));
    std::fflush(stdout);
    const QString line = QTextStream(stdin).readLine().trimmed();
    return line.isEmpty() ? present : line;
}

Result<protocol::RunnerRegistration> registrationFromFlags(const CommandValues &values,
                                                           const RunnerEntry &entry)
{
    protocol::RunnerRegistration registration;
    registration.token = Secret(values.text("registration-token").toUtf8());
    registration.description = entry.name;
    registration.tags = values.text("tag-list").split(u',', Qt::SkipEmptyParts);
    registration.runUntagged = values.isOn("run-untagged") || registration.tags.isEmpty();
    registration.locked = values.has("locked") ? values.isOn("locked") : true;
    registration.paused = values.isOn("paused");
    registration.accessLevel = values.text("access-level");
    registration.maintenanceNote = values.text("maintenance-note");
    const Result<int> timeout = values.number("maximum-timeout");
    if (!timeout) {
        return timeout.error();
    }
    registration.maximumTimeoutSeconds = *timeout;
    registration.info = runnerInfo();
    registration.info.executor.clear(); // Not known at registration (2.7).
    return registration;
}

// A token from the page or API is only checked; a registration token makes a new runner.
Result<void> obtainToken(const CommandValues &values, RunnerEntry &entry, const QByteArray &systemId)
{
    const QByteArray given = values.text("registration-token").toUtf8();
    if (entry.token.isEmpty() && given.startsWith(AuthenticationPrefix)) {
        entry.token = Secret(given);
    }
    if (entry.token.isEmpty() && given.isEmpty()) {
        return invalid(u"--token or --registration-token is needed"_s);
    }
    CoordinatorClient client(entry, systemId);
    RegistryAnswer answer;
    if (!entry.token.isEmpty()) {
        answer = answerOf([&](QObject *context, auto done) { client.verify(context, done); });
    } else {
        const Result<protocol::RunnerRegistration> registration
            = registrationFromFlags(values, entry);
        if (!registration) {
            return registration.error();
        }
        answer = answerOf([&](QObject *context, auto done) {
            client.registerRunner(*registration, context, done);
        });
    }
    if (answer.outcome == RegistryOutcome::Refused) {
        return forbidden(u"the coordinator refuses this token ("_s + answer.detail + u')');
    }
    if (answer.outcome == RegistryOutcome::Failed) {
        return unavailable(u"the coordinator cannot be asked: "_s + answer.detail);
    }
    entry.id = answer.credentials.id;
    if (entry.token.isEmpty()) {
        entry.token = answer.credentials.token;
    }
    return entry.token.isEmpty() ? Result<void>(invalid(u"the coordinator gave no token"_s))
                                 : Result<void>();
}

struct Selection
{
    QList<qsizetype> entries; ///< From the last to the first: removal keeps the others' places.
    QByteArray systemId;
};

Result<Selection> select(const CommandValues &values, const ConfigFile &file, bool allByDefault)
{
    Selection selection;
    const bool named = values.has("name") || values.has("url") || values.has("token");
    if (!named && !allByDefault && !values.isOn("all-runners")) {
        return invalid(u"--name, --url, --token or --all-runners is needed"_s);
    }
    const QList<RunnerEntry> &runners = file.config().runners;
    for (qsizetype i = runners.size() - 1; i >= 0; --i) {
        const bool fits = (!values.has("name") || runners[i].name == values.text("name"))
            && (!values.has("url") || runners[i].url == QUrl(values.text("url")))
            && (!values.has("token")
                || runners[i].token == Secret(values.text("token").toUtf8()));
        if (fits) {
            selection.entries.append(i);
        }
    }
    Result<QByteArray> systemId = systemIdBeside(configPath(values));
    if (!systemId) {
        return systemId.error();
    }
    selection.systemId = *systemId;
    return selection;
}

} // namespace

QString offeredName(const CommandValues &values)
{
    return values.text("name", values.text("description", QSysInfo::machineHostName()));
}

int registerCommand(const CommandValues &values)
{
    CommandValues answers = values;
    if (!values.isOn("non-interactive") && ::isatty(STDIN_FILENO) != 0) {
        answers.set("url", question(u"Enter the coordinator's address:"_s, values.text("url")));
        if (!values.has("token")) {
            answers.set("registration-token", question(u"Enter the token:"_s,
                                                       values.text("registration-token")));
        }
        answers.set("name", question(u"Enter a name for the runner:"_s,
                                     offeredName(values)));
    }
    Result<RunnerEntry> entry = entryFromFlags(answers);
    if (!entry) {
        return complain(entry.error().detail);
    }
    Result<ConfigFile> file = ConfigFile::load(configPath(values));
    if (!file) {
        return complain(file.error().detail);
    }
    const Result<QByteArray> systemId = systemIdBeside(configPath(values));
    if (!systemId) {
        return complain(systemId.error().detail);
    }
    if (const Result<void> obtained = obtainToken(answers, *entry, *systemId); !obtained) {
        return complain(obtained.error().detail);
    }
    file->addRunner(*entry);
    if (const Result<void> saved = file->save(); !saved) {
        return complain(saved.error().detail);
    }
    tell(u"Runner registered. Its settings are in "_s + configPath(values));
    return 0;
}

int verifyCommand(const CommandValues &values)
{
    Result<ConfigFile> file = ConfigFile::load(configPath(values));
    if (!file) {
        return complain(file.error().detail);
    }
    const Result<Selection> selection = select(values, *file, true);
    if (!selection) {
        return complain(selection.error().detail);
    }
    int dead = 0;
    bool changed = false;
    for (const qsizetype index : selection->entries) {
        const RunnerEntry entry = file->config().runners[index];
        CoordinatorClient client(entry, selection->systemId);
        const RegistryAnswer answer
            = answerOf([&](QObject *context, auto done) { client.verify(context, done); });
        // Only a clear no counts: a coordinator that is away says nothing about the token (2.3).
        const bool isRemoved = answer.outcome == RegistryOutcome::Refused;
        tell(entry.name + (isRemoved ? u": is removed"_s : u": is valid"_s)
             + (answer.outcome == RegistryOutcome::Failed ? u" (not asked: "_s + answer.detail + u')'
                                                         : QString()));
        dead += isRemoved ? 1 : 0;
        if (isRemoved && values.isOn("delete")) {
            file->removeRunner(index);
            changed = true;
        }
    }
    if (changed) {
        const Result<void> saved = file->save();
        return saved ? 0 : complain(saved.error().detail);
    }
    return dead == 0 ? 0 : 1;
}

int unregisterCommand(const CommandValues &values)
{
    Result<ConfigFile> file = ConfigFile::load(configPath(values));
    if (!file) {
        return complain(file.error().detail);
    }
    const Result<Selection> selection = select(values, *file, false);
    if (!selection) {
        return complain(selection.error().detail);
    }
    bool changed = false;
    int failures = selection->entries.isEmpty() ? complain(u"no entry fits"_s) : 0;
    for (const qsizetype index : selection->entries) {
        const RunnerEntry entry = file->config().runners[index];
        CoordinatorClient client(entry, selection->systemId);
        const RegistryAnswer answer
            = answerOf([&](QObject *context, auto done) { client.unregister(context, done); });
        if (answer.outcome != RegistryOutcome::Ok) {
            failures += complain(entry.name + u": "_s + answer.detail);
            continue;
        }
        tell(entry.name + u": unregistered"_s);
        file->removeRunner(index);
        changed = true;
    }
    // Written again, the file loses its comments: not for nothing.
    const Result<void> saved = changed ? file->save() : Result<void>();
    return saved ? failures : complain(saved.error().detail);
}

int listCommand(const CommandValues &values)
{
    const Result<ConfigFile> file = ConfigFile::load(configPath(values));
    if (!file) {
        return complain(file.error().detail);
    }
    for (const RunnerEntry &entry : file->config().runners) {
        tell(entry.name + u"  executor="_s + entry.executor + u"  id="_s
             + QString::number(entry.id) + u"  url="_s + entry.url.toString());
    }
    return 0;
}

} // namespace ci::runner
