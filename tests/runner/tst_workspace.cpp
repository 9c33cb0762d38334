// SPDX-License-Identifier: MIT
#include "runner/gitleftovers.h"
#include "runner/workspace.h"
#include "tests/testmain.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

using namespace ci::runner;
using namespace Qt::StringLiterals;

class WorkspaceTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void makesAPrivateDirectory_data();
    void makesAPrivateDirectory();
    void emptiesWhatIsThere();
    void leavesMuchForLater();
    void clearsLeftoversOfGit();
    void writesAPrivateFile_data();
    void writesAPrivateFile();
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
    Result<Removal> made = makePrivateDirectory(path.toUtf8(), ::geteuid());
    QVERIFY(made);
    QCOMPARE(*made, before == "full"_L1 ? Removal::Unfinished : Removal::Done);
    if (*made == Removal::Unfinished) {
        QVERIFY(removeTree(path.toUtf8()));
        made = makePrivateDirectory(path.toUtf8(), ::geteuid());
        QCOMPARE(*made, Removal::Done);
    }
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
    QCOMPARE(emptyAtOnce(path.toUtf8()), Removal::Done); // Missing is fine.
    const QString elsewhere = folder.filePath(u"elsewhere"_s);
    fill(elsewhere);
    QVERIFY(QDir().mkpath(path + u"/empty"_s));
    QVERIFY(QFile::link(elsewhere, path + u"/link"_s));
    QVERIFY(writeNewFile(path.toUtf8() + "/step", "a secret", 0600));
    QVERIFY(writeNewFile(path.toUtf8() + "/KEY", "another", 0600));
    QCOMPARE(emptyAtOnce(path.toUtf8(), "step"), Removal::Done);
    QCOMPARE(QDir(path).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList {u"step"_s});
    QCOMPARE(QFileInfo(path + u"/step"_s).size(), 0);
    QCOMPARE(emptyAtOnce(path.toUtf8()), Removal::Done);
    QVERIFY(QDir(path).isEmpty());
    QVERIFY(QFile::exists(elsewhere + u"/deep/secret"_s));
}

void WorkspaceTest::leavesMuchForLater()
{
    QTemporaryDir folder;
    const QByteArray path = folder.filePath(u"job.tmp"_s).toUtf8();
    fill(QString::fromUtf8(path));
    QCOMPARE(emptyAtOnce(path), Removal::Unfinished);
    QVERIFY(QFile::exists(QString::fromUtf8(path) + u"/deep/secret"_s));
    QVERIFY(removeTree(path));

    QVERIFY(QDir().mkpath(QString::fromUtf8(path)));
    for (int i = 0; i < 1'000; ++i) {
        QVERIFY(writeNewFile(path + '/' + QByteArray::number(i), {}, 0600));
    }
    QCOMPARE(emptyAtOnce(path), Removal::Unfinished);
    QVERIFY(QDir(QString::fromUtf8(path)).count() > 500);
}

static bool plant(const QByteArray &path)
{
    return QDir().mkpath(QFileInfo(QString::fromUtf8(path)).path()) && writeNewFile(path, {}, 0644);
}

void WorkspaceTest::clearsLeftoversOfGit()
{
    QTemporaryDir folder;
    const QByteArray project = folder.path().toUtf8();
    const QByteArrayList gone {
        "/.git/config", "/.git/index.lock", "/.git/refs/heads/main.lock",
        "/.git/refs/remotes/origin/deep/er.lock", "/.git/hooks/post-checkout",
        "/.git/modules/sub/index.lock", "/.git/modules/sub/refs/heads/main.lock",
        "/.git/modules/sub/hooks/post-checkout", "/.git/modules/hooks/modules/in/config.lock",
    };
    const QByteArrayList kept {
        "/.git/HEAD", "/.git/refs/heads/main", "/.git/modules/sub/HEAD", "/.git/modules/sub/config",
        "/.git/modules/sub/objects/aa/x.lock", "/.git/modules/hooks/HEAD",
        "/.git/modules/hooks/modules/in/HEAD",
    };
    for (const QByteArray &file : gone + kept) {
        QVERIFY2(plant(project + file), file.constData());
    }
    QCOMPARE(clearFewLeftovers(project), Removal::Unfinished); // Hooks.
    clearLeftovers(project);
    for (const QByteArray &file : gone) {
        QVERIFY2(!QFile::exists(QString::fromUtf8(project + file)), file.constData());
    }
    for (const QByteArray &file : kept) {
        QVERIFY2(QFile::exists(QString::fromUtf8(project + file)), file.constData());
    }

    QVERIFY(plant(project + "/.git/refs/heads/main.lock"));
    QCOMPARE(clearFewLeftovers(project), Removal::Done);
    QVERIFY(!QFile::exists(QString::fromUtf8(project + "/.git/refs/heads/main.lock")));
    for (int i = 0; i < 1'000; ++i) {
        QVERIFY(plant(project + "/.git/refs/pipelines/" + QByteArray::number(i)));
    }
    QCOMPARE(clearFewLeftovers(project), Removal::Unfinished);
}

void WorkspaceTest::writesAPrivateFile_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<bool>("isUsedAgain");
    QTest::newRow("nothing") << u"nothing"_s << false;
    QTest::newRow("ours") << u"ours"_s << true;
    QTest::newRow("open to all") << u"open to all"_s << false;
    QTest::newRow("with a second name") << u"with a second name"_s << false;
    QTest::newRow("a link") << u"a link"_s << false;
    QTest::newRow("a pipe") << u"a pipe"_s << false;
}

void WorkspaceTest::writesAPrivateFile()
{
    QFETCH(const QString, before);
    QFETCH(const bool, isUsedAgain);
    QTemporaryDir folder;
    const QByteArray path = folder.filePath(u"step"_s).toUtf8();
    const QByteArray other = folder.filePath(u"other"_s).toUtf8();
    QVERIFY(writeNewFile(before == "a link"_L1 ? other : path, "long before", 0600));
    if (before == "open to all"_L1) {
        QCOMPARE(::chmod(path.constData(), 0666), 0);
    } else if (before == "with a second name"_L1) {
        QCOMPARE(::link(path.constData(), other.constData()), 0);
    } else if (before == "a link"_L1) {
        QCOMPARE(::symlink(other.constData(), path.constData()), 0);
    } else if (before != "ours"_L1) {
        QCOMPARE(::unlink(path.constData()), 0);
    }
    if (before == "a pipe"_L1) {
        QCOMPARE(::mkfifo(path.constData(), 0600), 0);
    }
    struct stat old {};
    (void)::lstat(path.constData(), &old);
    QVERIFY(writePrivateFile(path, "now"));
    struct stat info {};
    QCOMPARE(::lstat(path.constData(), &info), 0);
    QCOMPARE(info.st_mode, mode_t {S_IFREG | 0600});
    QCOMPARE(info.st_size, 3);
    QCOMPARE(info.st_ino == old.st_ino && info.st_nlink == 1 && S_ISREG(old.st_mode) && old.st_nlink == 1
                 && (old.st_mode & 0777) == 0600,
             isUsedAgain);
    if (QFile kept(QString::fromUtf8(other)); kept.exists()) {
        QCOMPARE(kept.size(), 11); // What has two names is not written over.
    }
}

CAPSTAN_TEST(WorkspaceTest)
#include "tst_workspace.moc"
