// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/starter.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;
using model::When;

/// Pictures of a pipeline in, what starts out. A picture has a job per line:
/// "name stage state when [!] [<need,need]", where ! allows failure and < gives needs.
class StarterTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void starts_data();
    void starts();
    void startsInTheOrderOfTheFile();
    void looksOnlyAtWhatAJobAffects();
};

namespace {

struct Picture
{
    std::vector<model::Job> jobs;
    PipelineGraph::Needs needs;
};

When whenOf(const QString &word)
{
    static const QStringList words {u"on_success"_s, u"on_failure"_s, u"always"_s, u"manual"_s,
                                    u"delayed"_s};
    return static_cast<When>(words.indexOf(word));
}

Picture read(const QString &text)
{
    Picture picture;
    for (const QString &line : text.split(u';')) {
        const QStringList words = line.simplified().split(u' ');
        model::Job job;
        job.id = JobId {static_cast<qint64>(picture.jobs.size()) + 1};
        job.name = words.at(0);
        job.stageIndex = words.at(1).toInt();
        job.state = *protocol::jobState(words.at(2).toLatin1());
        job.when = whenOf(words.value(3, u"on_success"_s));
        for (const QString &word : words.mid(4)) {
            if (word == "!"_L1) {
                job.isFailureAllowed = true;
            } else if (word.startsWith(u'<')) {
                job.hasNeeds = true;
                for (const QString &need : word.mid(1).split(u',', Qt::SkipEmptyParts)) {
                    picture.needs[job.id].push_back({need, true, false});
                }
            }
        }
        picture.jobs.push_back(job);
    }
    return picture;
}

// Takes every decision, as the service would, in this order.
QStringList decided(const QString &text)
{
    Picture picture = read(text);
    PipelineGraph graph({}, picture.jobs, picture.needs);
    QStringList decisions;
    while (const std::optional<StartDecision> next = nextStart(graph)) {
        static const std::map<Start, JobState> results {
            {Start::Enqueue, JobState::Pending}, {Start::Block, JobState::Manual},
            {Start::Delay, JobState::Scheduled}, {Start::Skip, JobState::Skipped}};
        model::Job &job = picture.jobs[next->job];
        job.state = results.at(next->start);
        graph.update(next->job, job);
        decisions << job.name + u':' + QLatin1StringView(protocol::word(job.state));
    }
    return decisions;
}

QString settled(const QString &text)
{
    QStringList decisions = decided(text);
    decisions.sort();
    return decisions.join(u' ');
}

} // namespace

void StarterTest::starts_data()
{
    QTest::addColumn<QString>("picture");
    QTest::addColumn<QString>("decisions");
    const auto row = [](const char *name, const QString &picture, const QString &decisions) {
        QTest::newRow(name) << picture << decisions;
    };
    row("the first stage starts", u"a 0 created; b 0 created; c 1 created"_s,
        u"a:pending b:pending"_s);
    row("the next waits for the whole stage", u"a 0 success; b 0 running; c 1 created"_s, u""_s);
    row("the next starts", u"a 0 success; b 0 success; c 1 created"_s, u"c:pending"_s);
    row("after a failure the rest is skipped", u"a 0 failed; b 1 created; c 2 created"_s,
        u"b:skipped c:skipped"_s);
    row("on_failure and always run after a failure",
        u"a 0 failed; b 1 created on_failure; c 1 created always; d 1 created"_s,
        u"b:pending c:pending d:skipped"_s);
    row("on_failure does not run after success", u"a 0 success; b 1 created on_failure"_s,
        u"b:skipped"_s);
    row("on_failure does not run for an allowed failure",
        u"a 0 failed on_success !; b 1 created on_failure; c 1 created"_s,
        u"b:skipped c:pending"_s);
    row("after a cancel nothing runs", u"a 0 canceled; b 1 created; c 1 created always"_s,
        u"b:skipped c:skipped"_s);
    row("a manual job blocks", u"a 0 created manual; b 1 created"_s, u"a:manual"_s);
    row("an optional manual job does not", u"a 0 created manual !; b 1 created"_s,
        u"a:manual b:pending"_s);
    row("a delayed job blocks", u"a 0 created delayed; b 1 created"_s, u"a:scheduled"_s);
    row("an empty stage is passed", u"a 0 success; b 2 created"_s, u"b:pending"_s);
    row("a skipped stage is passed", u"a 0 skipped; b 1 created"_s, u"b:pending"_s);
    row("needs [] starts at once", u"a 0 running; b 1 created on_success <"_s, u"b:pending"_s);
    row("a need is enough", u"a 0 success; b 0 running; c 1 created on_success <a"_s,
        u"c:pending"_s);
    row("a need that failed skips", u"a 0 failed; c 1 created on_success <a; d 2 created on_success <c"_s,
        u"c:skipped d:skipped"_s);
    row("always runs after a failed need", u"a 0 failed; c 1 created always <a"_s, u"c:pending"_s);
    row("an unplayed optional need skips", u"a 0 manual manual !; b 1 created on_success <a"_s,
        u"b:skipped"_s);
    row("an unplayed blocking need waits", u"a 0 manual manual; b 1 created on_success <a"_s,
        u""_s);
    row("a chain of needs in one stage",
        u"a 0 created; b 0 created on_success <a; c 0 created on_success <b"_s, u"a:pending"_s);
    row("a waiting need keeps its stage open",
        u"a 0 running; b 0 created on_success <a; c 1 created"_s, u""_s);
}

void StarterTest::starts()
{
    QFETCH(const QString, picture);
    QTEST(settled(picture), "decisions");
}

void StarterTest::startsInTheOrderOfTheFile()
{
    // A job that needs nothing does not come before those of the first stage.
    QCOMPARE(decided(u"a 0 created; b 0 created on_success <; c 0 created; d 1 created on_success <"_s),
             (QStringList {u"a:pending"_s, u"b:pending"_s, u"c:pending"_s, u"d:pending"_s}));
}

void StarterTest::looksOnlyAtWhatAJobAffects()
{
    // Five thousand jobs, each of the second half needs one of the first: after the first round a
    // finished job brings up its dependent and nothing else.
    constexpr size_t Half = 2500;
    Picture picture;
    for (size_t i = 0; i < 2 * Half; ++i) {
        model::Job job;
        job.id = JobId {static_cast<qint64>(i) + 1};
        job.name = QString::number(i);
        job.stageIndex = i < Half ? 0 : 1;
        job.state = i < Half ? JobState::Running : JobState::Created;
        job.hasNeeds = i >= Half;
        if (job.hasNeeds) {
            picture.needs[job.id].push_back({QString::number(i - Half), true, false});
        }
        picture.jobs.push_back(job);
    }
    PipelineGraph graph({}, picture.jobs, picture.needs);
    QVERIFY(!nextStart(graph));
    for (size_t i = 0; i < Half; ++i) {
        picture.jobs[i].state = JobState::Success;
        graph.update(i, picture.jobs[i]);
        const std::optional<StartDecision> next = nextStart(graph);
        QVERIFY(next);
        QCOMPARE(next->job, i + Half);
        picture.jobs[next->job].state = JobState::Pending;
        graph.update(next->job, picture.jobs[next->job]);
        QVERIFY(!graph.firstCandidate());
    }
    QCOMPARE(graph.fold(), PipelineState::Running);
}

CAPSTAN_TEST(StarterTest)
#include "tst_starter.moc"
