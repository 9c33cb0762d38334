// SPDX-License-Identifier: MIT
#include "runner/runnerversion.h"

#include <QString>
#include <QSysInfo>

using namespace Qt::StringLiterals;

namespace ci::runner {

QByteArray runnerArchitecture()
{
    const QString name = QSysInfo::currentCpuArchitecture();
    if (name == "x86_64"_L1) {
        return "amd64"_ba;
    }
    return name.toLatin1();
}

QByteArray userAgent()
{
    return "capstan-runner "_ba + RunnerVersion + " (linux/" + runnerArchitecture() + ')';
}

} // namespace ci::runner
