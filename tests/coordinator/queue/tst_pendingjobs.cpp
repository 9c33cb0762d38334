// SPDX-License-Identifier: MIT
#include "coordinator/queue/pendingjobs.h"
#include "coordinator/queue/waitingrequests.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::queue;
using namespace Qt::StringLiterals;
using model::RunnerType;

/// Which job a runner gets, and which request a job answers.
class PendingJobsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void fitting_data();
    void fitting();
    void servesTheProjectWithTheFewestRunningJobs();
    void servesTheOldestOfAProject();
    void forgetsWhatIsRemoved();
    void answersTheRequestThatWaitedLongest();
    void choosesAmongManyWithoutLookingAtAll();
};

namespace {

Wish wishOf(qint64 project, const QStringList &tags = {}, bool isProtected = false)
{
    return {ProjectId {project}, GroupId {project / 10}, tags, isProtected};
}

} // namespace

void PendingJobsTest::fitting_data()
{
    QTest::addColumn<Offer>("offer");
    QTest::addColumn<Wish>("wish");
    QTest::addColumn<bool>("fits");
    const Offer shared {.type = RunnerType::Instance, .owner = 0, .tags = {u"a"_s, u"b"_s},
                        .runsUntagged = true, .isRefProtected = false};
    Offer taggedOnly = shared;
    taggedOnly.runsUntagged = false;
    Offer guarded = shared;
    guarded.isRefProtected = true;
    Offer ofProject = shared;
    ofProject.type = RunnerType::Project;
    ofProject.owner = 12;
    Offer ofGroup = shared;
    ofGroup.type = RunnerType::Group;
    ofGroup.owner = 1;
    QTest::newRow("no tags") << shared << wishOf(12) << true;
    QTest::newRow("some of its tags") << shared << wishOf(12, {u"b"_s}) << true;
    QTest::newRow("all of its tags") << shared << wishOf(12, {u"a"_s, u"b"_s}) << true;
    QTest::newRow("one it has not") << shared << wishOf(12, {u"a"_s, u"c"_s}) << false;
    QTest::newRow("no untagged ones") << taggedOnly << wishOf(12) << false;
    QTest::newRow("but tagged ones") << taggedOnly << wishOf(12, {u"a"_s}) << true;
    QTest::newRow("only protected refs") << guarded << wishOf(12) << false;
    QTest::newRow("a protected ref") << guarded << wishOf(12, {}, true) << true;
    QTest::newRow("a protected ref for any runner") << shared << wishOf(12, {}, true) << true;
    QTest::newRow("its project") << ofProject << wishOf(12) << true;
    QTest::newRow("another project") << ofProject << wishOf(13) << false;
    QTest::newRow("its group") << ofGroup << wishOf(13) << true;
    QTest::newRow("another group") << ofGroup << wishOf(23) << false;
}

void PendingJobsTest::fitting()
{
    QFETCH(const Offer, offer);
    QFETCH(const Wish, wish);
    QFETCH(const bool, fits);
    QCOMPARE(queue::fits(offer, wish), fits);
    // The indexes must agree with the rule.
    PendingJobs pending([](ProjectId) { return 0; });
    pending.add(JobId {1}, wish, {});
    QCOMPARE(pending.choose(offer).has_value(), fits);
    WaitingRequests waiting;
    waiting.add(1, offer);
    QCOMPARE(waiting.choose(wish).has_value(), fits);
}

void PendingJobsTest::servesTheProjectWithTheFewestRunningJobs()
{
    std::map<ProjectId, int> running {{ProjectId {1}, 2}};
    PendingJobs pending([&](ProjectId project) { return running[project]; });
    pending.add(JobId {1}, wishOf(1), fromMilliseconds(1));
    pending.add(JobId {2}, wishOf(2), fromMilliseconds(2));
    pending.add(JobId {3}, wishOf(2, {u"a"_s}), fromMilliseconds(3));
    const Offer offer {.tags = {u"a"_s}};
    QCOMPARE(pending.choose(offer), JobId {2});
    running[ProjectId {2}] = 3;
    pending.reorder(ProjectId {2});
    QCOMPARE(pending.choose(offer), JobId {1});
}

void PendingJobsTest::servesTheOldestOfAProject()
{
    PendingJobs pending([](ProjectId) { return 0; });
    pending.add(JobId {7}, wishOf(1), fromMilliseconds(20));
    pending.add(JobId {8}, wishOf(1), fromMilliseconds(10));
    pending.add(JobId {9}, wishOf(1), fromMilliseconds(10));
    QCOMPARE(pending.choose({}), JobId {8});
    pending.remove(JobId {8});
    QCOMPARE(pending.choose({}), JobId {9});
}

void PendingJobsTest::forgetsWhatIsRemoved()
{
    PendingJobs pending([](ProjectId) { return 0; });
    pending.add(JobId {1}, wishOf(1, {u"x"_s}), {});
    QVERIFY(pending.remove(JobId {1}));
    QVERIFY(!pending.remove(JobId {1}));
    QVERIFY(!pending.choose({.tags = {u"x"_s}}));
    pending.reorder(ProjectId {1});
    WaitingRequests waiting;
    waiting.add(1, {.tags = {u"x"_s}});
    QVERIFY(waiting.remove(1));
    QVERIFY(!waiting.remove(1));
    QVERIFY(!waiting.choose(wishOf(1)));
    QCOMPARE(waiting.count(), size_t(0));
}

void PendingJobsTest::answersTheRequestThatWaitedLongest()
{
    WaitingRequests waiting;
    waiting.add(1, {.tags = {u"other"_s}, .runsUntagged = false});
    waiting.add(2, {.type = RunnerType::Project, .owner = 12, .tags = {u"x"_s}});
    waiting.add(3, {.tags = {u"x"_s, u"y"_s}});
    QCOMPARE(waiting.choose(wishOf(12, {u"x"_s})), quint64(2));
    QCOMPARE(waiting.choose(wishOf(13, {u"x"_s})), quint64(3));
    QCOMPARE(waiting.choose(wishOf(13, {u"other"_s})), quint64(1));
    QVERIFY(!waiting.choose(wishOf(13, {u"z"_s})));
}

void PendingJobsTest::choosesAmongManyWithoutLookingAtAll()
{
    // A hundred thousand jobs in two hundred tag sets; a scan would take minutes here.
    PendingJobs pending([](ProjectId) { return 0; });
    for (qint64 i = 0; i < 100'000; ++i) {
        pending.add(JobId {i + 1}, wishOf(i % 50, {u"t%1"_s.arg(i % 200)}), fromMilliseconds(i));
    }
    const Offer offer {.tags = {u"t7"_s}};
    qint64 taken = 0;
    while (const std::optional<JobId> job = pending.choose(offer)) {
        QVERIFY(pending.remove(*job));
        ++taken;
    }
    QCOMPARE(taken, 500);
    QCOMPARE(pending.count(), size_t(99'500));
}

CAPSTAN_TEST(PendingJobsTest)
#include "tst_pendingjobs.moc"
