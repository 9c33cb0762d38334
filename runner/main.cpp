// SPDX-License-Identifier: MIT
#include "common/base/epolldispatcher.h"
#include "common/base/logging.h"
#include "runner/commands.h"
#include "runner/keepernursery.h"

#include <QCoreApplication>

#include <sys/prctl.h>

int main(int argc, char **argv)
{
    // A job that runs as our own user must not read tokens out of our memory.
    prctl(PR_SET_DUMPABLE, 0);
    ci::runner::KeeperNursery::instance();
    QCoreApplication::setEventDispatcher(new ci::EpollDispatcher);
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("capstan-runner"));
    QCoreApplication::setApplicationVersion(QStringLiteral(CAPSTAN_VERSION));
    ci::startLogging();
    return ci::runner::runCommand(QCoreApplication::arguments());
}
