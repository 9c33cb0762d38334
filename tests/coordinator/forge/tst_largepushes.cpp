// SPDX-License-Identifier: MIT
#include "coordinator/forge/githttp.h"

#include "coordinator/forge/repositoryreader.h"
#include "tests/coordinator/forge/world.h"
#include "tests/testmain.h"

#include <QFile>
#include <QRandomGenerator>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci;
using ci::test::ForgeWorld;
using ci::test::Ran;

namespace {

const QByteArray SmallFile = "build:\n  script: [echo hello]\n";

QByteArray randomBytes(qsizetype count)
{
    QByteArray bytes(count, Qt::Uninitialized);
    QRandomGenerator generator(42);
    for (char &c : bytes) {
        c = char(generator.bounded(256));
    }
    return bytes;
}

} // namespace

/// Bodies that do not fit into one piece, both ways.
class LargePushesTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void largePushesPass();
    void tooLargePushesAreRefused();
};

void LargePushesTest::largePushesPass()
{
    ForgeWorld world;
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u".gitlab-ci.yml"_s, SmallFile},
                                                   {u"big.bin"_s, randomBytes(20 << 20)}});
    const Ran pushed = world.push(clone, project, "alice", {u"main"_s});
    QVERIFY2(pushed.code == 0, pushed.output);
    world.waitForPipelines(project, 1);
    const QString copy = world.folder.filePath(u"copy"_s);
    QCOMPARE(world.git(world.folder.path(), {u"clone"_s, u"-q"_s,
        QString::fromUtf8(world.url(project, "alice", "correct horse")), copy}).code, 0);
    QFile big(copy + u"/big.bin"_s);
    QVERIFY(big.open(QIODevice::ReadOnly));
    QVERIFY(big.readAll() == randomBytes(20 << 20));
    // Many refs: what a fetch wants is then over a kilobyte, and gzipped by git.
    for (int i = 0; i < 24; ++i) {
        world.git(clone, {u"commit"_s, u"-q"_s, u"--allow-empty"_s, u"-m"_s, u"[ci skip]"_s});
        world.git(clone, {u"branch"_s, u"b%1"_s.arg(i)});
    }
    QCOMPARE(world.push(clone, project, "alice", {u"--all"_s}).code, 0);
    const Ran fetched = world.git(copy, {u"-c"_s, u"protocol.version=0"_s, u"fetch"_s, u"-q"_s});
    QVERIFY2(fetched.code == 0, fetched.output);
    QVERIFY(world.git(copy, {u"branch"_s, u"-r"_s}).output.contains("origin/b23"));
}

void LargePushesTest::tooLargePushesAreRefused()
{
    forge::GitLimits limits;
    limits.maxPushBytes = 1 << 20;
    ForgeWorld world(limits);
    const model::User alice = world.makeUser(u"alice"_s);
    const model::Project project = world.makeProject(alice, u"sample"_s);
    const QString clone = world.makeClone(u"a"_s, {{u"big.bin"_s, randomBytes(3 << 20)}});
    QVERIFY(world.push(clone, project, "alice", {u"main"_s}).code != 0);
    QVERIFY(forge::RepositoryReader(*world.repositories, project.id).isEmpty());
    QCOMPARE(world.spoolFiles(u"*.push"_s), 0);
}

CAPSTAN_TEST(LargePushesTest)
#include "tst_largepushes.moc"
