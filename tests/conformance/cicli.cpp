// SPDX-License-Identifier: MIT
#include "coordinator/app/cicommand.h"
#include "tests/conformance/compiletime.h"

#include <QCoreApplication>

using namespace Qt::StringLiterals;

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QStringList arguments = application.arguments().sliced(1);
    return arguments.size() == 2 && arguments.front() == "time"_L1
        ? ci::test::printCompileTime(arguments.last())
        : ci::app::ciCommand(arguments);
}
