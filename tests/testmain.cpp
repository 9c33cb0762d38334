// SPDX-License-Identifier: MIT
#include "tests/testmain.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QTest>

#include <cstdio>
#include <map>

namespace ci::test {

static std::map<QString, Factory> &registry()
{
    static std::map<QString, Factory> tests;
    return tests;
}

int registerTest(const char *fileName, Factory factory)
{
    registry()[QFileInfo(QString::fromUtf8(fileName)).baseName()] = std::move(factory);
    return 0;
}

} // namespace ci::test

// `tst_room tst_file [Qt Test arguments]` runs one class; without a name, all of them.
int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QStringList arguments = application.arguments();
    const QString name = arguments.size() > 1 ? arguments.at(1) : QString();
    const auto &tests = ci::test::registry();
    if (const auto found = tests.find(name); found != tests.end()) {
        arguments.removeAt(1);
        return QTest::qExec(found->second().get(), arguments);
    }
    if (!name.isEmpty() && !name.startsWith(u'-')) {
        std::fprintf(stderr, "no test is named %s\n", qPrintable(name));
        return 1;
    }
    int failures = 0;
    for (const auto &[file, factory] : tests) {
        failures += QTest::qExec(factory().get(), arguments);
    }
    return failures;
}
