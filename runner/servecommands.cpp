// SPDX-License-Identifier: MIT
#include "runner/commands.h"
#include "runner/configfile.h"
#include "runner/logging.h"
#include "runner/runnerservice.h"
#include "runner/systemid.h"
#include "runner/unixsignals.h"

#include <QCoreApplication>
#include <QDir>

#include <csignal>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

Result<JobUser> userFromFlags(const CommandValues &values)
{
    if (!values.has("user")) {
        return ownUser();
    }
    Result<JobUser> user = findUser(values.text("user").toUtf8());
    if (user && ::geteuid() != 0 && user->uid != ::geteuid()) {
        return forbidden(u"only root can run jobs as another user"_s);
    }
    return user;
}

/// SIGHUP. What is wrong with the file is said; the runner goes on as before.
void readAgain(RunnerService &service, const QString &path)
{
    if (path.isEmpty()) {
        return; // run-single has none.
    }
    const Result<ConfigFile> file = ConfigFile::load(path);
    const Result<void> done
        = file ? service.reload(file->config()) : Result<void>(file.error());
    if (!done) {
        qCWarning(lcRunner).noquote()
            << "configuration not read again cause=" + done.error().detail.toUtf8();
        return;
    }
    applyLogLevel(file->config().logLevel);
}

/// What `run` and `run-single` have in common.
struct Serving
{
    RunnerConfig config;
    QByteArray systemId;
    RunnerService::Limits limits;
    QString configPath; ///< Empty: there is no file to read again.
};

int serve(const Serving &serving, const CommandValues &values)
{
    if (values.has("working-directory") && !QDir::setCurrent(values.text("working-directory"))) {
        return complain(u"cannot enter "_s + values.text("working-directory"));
    }
    const Result<JobUser> user = userFromFlags(values);
    if (!user) {
        return complain(user.error().detail);
    }
    applyLogLevel(serving.config.logLevel);
    Result<std::unique_ptr<RunnerService>> service
        = RunnerService::create(serving.config, serving.systemId, *user);
    if (!service) {
        return complain(service.error().detail);
    }
    UnixSignals signals;
    RunnerService *running = service->get();
    QObject::connect(&signals, &UnixSignals::received, running, [running, &serving](int number) {
        if (number == SIGHUP) {
            return readAgain(*running, serving.configPath);
        }
        running->stop(number == SIGQUIT ? RunnerService::Stop::Graceful
                                        : RunnerService::Stop::Quick);
    });
    QObject::connect(running, &RunnerService::stopped, qApp, &QCoreApplication::quit);
    running->setLimits(serving.limits);
    running->start();
    return QCoreApplication::exec();
}

} // namespace

int serveCommand(const CommandValues &values)
{
    const QString path = QDir::current().absoluteFilePath(configPath(values));
    const Result<ConfigFile> file = ConfigFile::load(path);
    if (!file) {
        return complain(file.error().detail);
    }
    if (file->config().runners.isEmpty()) {
        return complain(path + u" has no runner; register one first"_s);
    }
    const Result<QByteArray> systemId = systemIdBeside(path);
    if (!systemId) {
        return complain(systemId.error().detail);
    }
    return serve({file->config(), *systemId, {}, path}, values);
}

int serveSingleCommand(const CommandValues &values)
{
    const Result<RunnerEntry> entry = entryFromFlags(values);
    const Result<int> maxJobs = values.number("max-builds");
    const Result<int> wait = values.number("wait-timeout");
    if (!entry || !maxJobs || !wait) {
        return complain((!entry ? entry.error() : !maxJobs ? maxJobs.error() : wait.error()).detail);
    }
    if (entry->token.isEmpty()) {
        return complain(u"--token is needed"_s);
    }
    RunnerConfig config;
    config.runners = {*entry};
    return serve({config, systemIdOf({}), {*maxJobs, seconds {*wait}}, {}}, values);
}

} // namespace ci::runner
