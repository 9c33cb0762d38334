// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/groupstatus.h"
#include "tests/paths.h"
#include "tests/testmain.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;

/// The fold of states, row by row of the reference (section 15.1).
class GroupStatusTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void folds_data();
    void folds();
    void anEmptyGroupHasNoStatus();
    void foldsAsTheCorpusSays();
};

namespace {

// "failed!" is a failed job that is allowed to fail.
FoldSet kindsOf(const QString &text)
{
    FoldSet kinds;
    for (const QString &word : text.split(u' ')) {
        const bool isAllowed = word.endsWith(u'!');
        const QByteArray state = (isAllowed ? word.chopped(1) : word).toLatin1();
        kinds.insert(foldKind(*protocol::jobState(state), isAllowed));
    }
    return kinds;
}

QString wordOf(FoldSet kinds, FoldMode mode)
{
    return QString::fromLatin1(protocol::word(*groupStatus(kinds, mode)));
}

} // namespace

void GroupStatusTest::folds_data()
{
    QTest::addColumn<QString>("jobs");
    QTest::addColumn<QString>("status");
    QTest::addColumn<QString>("needs");
    const auto row = [](const char *name, const QString &jobs, const QString &status,
                        const QString &needs) {
        QTest::newRow(name) << jobs << status << needs;
    };
    row("all done", u"success success"_s, u"success"_s, u"success"_s);
    row("a failure that counts", u"success failed"_s, u"failed"_s, u"failed"_s);
    row("an allowed failure passes", u"success failed!"_s, u"success"_s, u"success"_s);
    row("an allowed cancel passes", u"canceled!"_s, u"success"_s, u"success"_s);
    row("something runs", u"running failed"_s, u"running"_s, u"pending"_s);
    row("waits for a runner", u"pending created"_s, u"pending"_s, u"pending"_s);
    row("half done", u"success created"_s, u"running"_s, u"pending"_s);
    row("nothing has begun", u"created created"_s, u"created"_s, u"pending"_s);
    row("an optional manual job is ignored", u"success manual!"_s, u"success"_s, u"skipped"_s);
    row("only an optional manual job", u"manual!"_s, u"skipped"_s, u"skipped"_s);
    row("a manual job blocks", u"success manual"_s, u"manual"_s, u"pending"_s);
    row("a skipped need", u"success skipped"_s, u"success"_s, u"skipped"_s);
    row("canceled", u"success canceled"_s, u"canceled"_s, u"canceled"_s);
    row("canceled beside a failure", u"failed canceled"_s, u"failed"_s, u"failed"_s);
    row("a delayed job", u"success scheduled"_s, u"scheduled"_s, u"pending"_s);
    row("a resource is taken", u"success waiting_for_resource"_s, u"waiting_for_resource"_s,
        u"pending"_s);
    row("winding down", u"success canceling canceled"_s, u"canceling"_s, u"pending"_s);
    row("winding down beside one that runs", u"canceling running"_s, u"running"_s, u"pending"_s);
}

void GroupStatusTest::folds()
{
    QFETCH(const QString, jobs);
    QFETCH(const QString, status);
    QFETCH(const QString, needs);
    QCOMPARE(wordOf(kindsOf(jobs), FoldMode::Stage), status);
    QCOMPARE(wordOf(kindsOf(jobs), FoldMode::Needs), needs);
}

void GroupStatusTest::anEmptyGroupHasNoStatus()
{
    QVERIFY(!groupStatus({}, FoldMode::Stage));
    QVERIFY(!groupStatus({}, FoldMode::Needs));
}

void GroupStatusTest::foldsAsTheCorpusSays()
{
    // The corpus lies beside the checkout where there is one.
    QFile file(ci::test::sourceDirectory()
               + "/../shared/corpus/ci-yaml/behaviour/status-tables.json"_L1);
    if (!file.open(QIODevice::ReadOnly)) {
        QSKIP("the corpus is not here");
    }
    const QJsonArray rows = QJsonDocument::fromJson(file.readAll()).array();
    QVERIFY(rows.size() > 100);
    for (const QJsonValue &row : rows) {
        FoldSet kinds;
        for (const QJsonValue &job : row[u"jobs"_s].toArray()) {
            kinds.insert(foldKind(*protocol::jobState(job[u"status"_s].toString().toLatin1()),
                                  job[u"allow_failure"_s].toBool()));
        }
        const QByteArray text = QJsonDocument(row.toObject()).toJson(QJsonDocument::Compact);
        QVERIFY2(wordOf(kinds, FoldMode::Stage) == row[u"status"_s].toString(), text);
        QVERIFY2(wordOf(kinds, FoldMode::Needs) == row[u"dag_status"_s].toString(), text);
        QVERIFY2(kinds.contains(FoldKind::Warning) == row[u"warnings"_s].toBool()
                     || row[u"status"_s].toString() != "success"_L1,
                 text);
    }
}

CAPSTAN_TEST(GroupStatusTest)
#include "tst_groupstatus.moc"
