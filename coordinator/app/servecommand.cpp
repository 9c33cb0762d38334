// SPDX-License-Identifier: MIT
#include "coordinator/app/servecommand.h"

#include "common/base/logging.h"
#include "coordinator/app/coordinator.h"
#include "coordinator/app/processsignals.h"
#include "coordinator/app/settingsreader.h"
#include "coordinator/app/verbosity.h"

#include <QCoreApplication>

#include <cstdio>

namespace ci::app {
namespace {

int complain(const QString &what, int code)
{
    std::fprintf(stderr, "capstan: %s\n", qUtf8Printable(what));
    return code;
}

void announce(const Coordinator &coordinator, const Secret &password)
{
    if (!password.isEmpty()) {
        std::printf("root's password: %s (shown this once)\n", password.reveal().constData());
    }
    // Scripts wait for this very line.
    std::printf("listening on %s\n", qUtf8Printable(coordinator.address().toString()));
    std::fflush(stdout);
}

} // namespace

int serveCommand(const QStringList &arguments)
{
    const Result<Settings> settings = readSettings({arguments, processEnvironment()});
    if (!settings) {
        return complain(settings.error().detail, 2);
    }
    startLogging();
    setVerbosity(settings->verbose ? Verbosity::Debug : Verbosity::Normal);
    raiseFileLimit();
    ProcessSignals signalsOfProcess;
    Result<std::unique_ptr<Coordinator>> made = Coordinator::create(*settings);
    if (!made) {
        return complain(made.error().detail, 1);
    }
    Coordinator &coordinator = **made;
    QObject::connect(&coordinator,
                     &Coordinator::started,
                     &coordinator,
                     [&coordinator](const Secret &password) { announce(coordinator, password); });
    QObject::connect(&coordinator, &Coordinator::failed, &coordinator, [](const QString &reason) {
        QCoreApplication::exit(complain(reason, 1));
    });
    QObject::connect(
        &coordinator,
        &Coordinator::stopped,
        QCoreApplication::instance(),
        [] { QCoreApplication::exit(0); },
        Qt::QueuedConnection);
    QObject::connect(
        &signalsOfProcess, &ProcessSignals::stopRequested, &coordinator, &Coordinator::stop);
    coordinator.start();
    return QCoreApplication::exec();
}

} // namespace ci::app
