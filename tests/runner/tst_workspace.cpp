// SPDX-License-Identifier: MIT
#include "runner/workspace.h"
#include "tests/testmain.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace ci::runner;
using namespace Qt::StringLiterals;

class WorkspaceTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void makesAPrivateDirectory_data();
    void makesAPrivateDirectory();
    void emptiesWhatIsThere();
};

static void fill(const QString &path)
{
    QVERIFY(QDir().mkpath(path + u"/deep/er"_s));
    QFile file(path + u"/deep/secret"_s);
    QVERIFY(file.open(QIODevice::WriteOnly));
}

void WorkspaceTest::makesAPrivateDirectory_data()
{
    QTest::addColumn<QString>("before");
    for (const char *before : {"nothing", "empty", "full", "open to all", "a file", "a link", "a dead link"}) {
        QTest::newRow(before) << QString::fromLatin1(before);
    }
}

void WorkspaceTest::makesAPrivateDirectory()
{
    QFETCH(const QString, before);
    QTemporaryDir folder;
    const QString path = folder.filePath(u"job.tmp"_s);
    const QString elsewhere = folder.filePath(u"elsewhere"_s);
    fill(elsewhere);
    if (before == "empty"_L1 || before == "open to all"_L1) {
        QVERIFY(QDir().mkpath(path));
        QCOMPARE(::chmod(path.toUtf8().constData(), before == "empty"_L1 ? 0700 : 0777), 0);
    } else if (before == "full"_L1) {
        fill(path);
        QCOMPARE(::chmod(path.toUtf8().constData(), 0700), 0);
    } else if (before == "a file"_L1) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
    } else if (before.endsWith("link"_L1)) {
        QVERIFY(QFile::link(before == "a link"_L1 ? elsewhere : folder.filePath(u"gone"_s), path));
    }
    QVERIFY(makePrivateDirectory(path.toUtf8()));
    struct stat info {};
    QCOMPARE(::lstat(path.toUtf8().constData(), &info), 0);
    QCOMPARE(info.st_mode, mode_t {S_IFDIR | 0700});
    QVERIFY(QDir(path).isEmpty());
    QVERIFY(QFile::exists(elsewhere + u"/deep/secret"_s));
}

void WorkspaceTest::emptiesWhatIsThere()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"job.tmp"_s);
    QVERIFY(emptyDirectory(path.toUtf8())); // Missing is fine.
    fill(path);
    const QString elsewhere = folder.filePath(u"elsewhere"_s);
    fill(elsewhere);
    QVERIFY(QFile::link(elsewhere, path + u"/link"_s));
    QVERIFY(emptyDirectory(path.toUtf8()));
    QVERIFY(QDir(path).isEmpty());
    QVERIFY(QFile::exists(elsewhere + u"/deep/secret"_s));
}

CAPSTAN_TEST(WorkspaceTest)
#include "tst_workspace.moc"
