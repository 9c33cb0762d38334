// SPDX-License-Identifier: MIT
#include "common/base/epolldispatcher.h"
#include "coordinator/app/commandline.h"
#include "web/webassets.h"

#include <QCoreApplication>

int main(int argc, char **argv)
{
    QCoreApplication::setEventDispatcher(new ci::EpollDispatcher);
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("capstan"));
    QCoreApplication::setApplicationVersion(QStringLiteral(CAPSTAN_VERSION));
    ci::web::initAssets();
    return ci::app::runCommandLine(application.arguments().mid(1));
}
