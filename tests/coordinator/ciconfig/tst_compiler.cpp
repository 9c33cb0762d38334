// SPDX-License-Identifier: MIT
#include "tests/coordinator/ciconfig/memorysource.h"
#include "tests/testmain.h"

#include <QTest>

#include <algorithm>

using namespace ci::ciconfig;
using namespace ci::test;
using namespace ci::model;
using namespace Qt::StringLiterals;

class CompilerTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void mergesParents();
    void followsReferences();
    void inheritsDefaults();
    void decidesByRules_data();
    void decidesByRules();
    void decidesByOnlyAndExcept_data();
    void decidesByOnlyAndExcept();
    void filtersTheWorkflow();
    void refusesAnEmptyPipeline();
    void namesInstances();
    void needsInstances();
    void demandsWhatIsNeeded();
    void layersVariables();
    void refusesCirclesOfVariables();
    void expandsTags();
    void ordersStages();
    void readsWhatRunnersGet();
    void comparesChanges();
    void listsWhatIsNotRunYet_data();
    void listsWhatIsNotRunYet();
    void fillsInJobInputs();
    void warnsOfLikelyMistakes_data();
    void warnsOfLikelyMistakes();
};

static QStringList jobNames(const Compiled &result)
{
    QStringList names;
    for (const JobPlan &job : result.plan ? result.plan->jobs : std::vector<JobPlan>()) {
        names.append(job.name);
    }
    return names;
}

void CompilerTest::mergesParents()
{
    const Compiled result = compiled(".a: {image: a, variables: {X: a, Y: a}, tags: [t1, t2]}\n"
                                     ".b: {extends: .a, variables: {Y: b}, tags: [t3], retry: 1}\n"
                                     ".c: {variables: {Z: c}}\n"
                                     "j: {extends: [.b, .c], script: x, retry: ~}\n");
    const JobPlan *job = findJob(result, u"j"_s);
    QVERIFY2(job, qPrintable(firstError(result)));
    QCOMPARE(job->spec.image->name, u"a"_s);
    QCOMPARE(job->tags, QStringList {u"t3"_s});
    QCOMPARE(job->spec.variables, (std::vector<SpecVariable> {{u"X"_s, u"a"_s}, {u"Y"_s, u"b"_s}, {u"Z"_s, u"c"_s}}));
    QVERIFY(!job->retry.max); // Null switches off what was inherited.
}

void CompilerTest::followsReferences()
{
    const Compiled result = compiled(".s: {script: [a, b], rules: [{if: $NONE}, {when: manual}]}\n"
                                     ".t: {script: [!reference [.s, script], c]}\n"
                                     "j:\n  script: [first, !reference [.t, script], last]\n"
                                     "  rules: [!reference [.s, rules]]\n"
                                     "  variables: {V: !reference [k, variables, W]}\n"
                                     "k: {script: x, variables: {W: w}}\n");
    const JobPlan *job = findJob(result, u"j"_s);
    QVERIFY2(job, qPrintable(firstError(result)));
    QCOMPARE(job->spec.script.join(u' '), u"first a b c last"_s);
    QCOMPARE(job->when, When::Manual);
    QCOMPARE(job->allowFailure.always, false); // Manual by a rule blocks.
    QCOMPARE(job->spec.variables.front().value, u"w"_s);
    QVERIFY(result.mergedYaml.contains(u"  - first"_s));
}

void CompilerTest::inheritsDefaults()
{
    const Compiled result = compiled("default: {image: d, tags: [t], before_script: [b], interruptible: true, timeout: 2 h}\n"
                                     "after_script: [old way]\n"
                                     "all: {script: x}\n"
                                     "own: {script: x, image: o, before_script: [], tags: []}\n"
                                     "none: {script: x, inherit: {default: false}}\n"
                                     "some: {script: x, inherit: {default: [tags]}}\n"
                                     "down: {trigger: a/b}\n");
    const JobPlan *all = findJob(result, u"all"_s);
    QVERIFY2(all, qPrintable(firstError(result)));
    QCOMPARE(all->spec.image->name, u"d"_s);
    QCOMPARE(all->spec.afterScript, QStringList {u"old way"_s});
    QCOMPARE(all->timeout, std::chrono::hours(2));
    const JobPlan *own = findJob(result, u"own"_s);
    QCOMPARE(own->spec.image->name, u"o"_s);
    QVERIFY(own->spec.beforeScript.isEmpty() && own->tags.isEmpty() && own->interruptible);
    const JobPlan *none = findJob(result, u"none"_s);
    QVERIFY(!none->spec.image && none->tags.isEmpty() && !none->interruptible);
    QCOMPARE(findJob(result, u"some"_s)->tags, QStringList {u"t"_s});
    const JobPlan *down = findJob(result, u"down"_s);
    QVERIFY(down->trigger && down->interruptible && down->tags.isEmpty());
    QCOMPARE(down->trigger->project, u"a/b"_s);
}

void CompilerTest::decidesByRules_data()
{
    QTest::addColumn<QByteArray>("job");
    QTest::addColumn<QString>("when"); // Empty: not in the pipeline.
    QTest::addColumn<bool>("mayFail");
    const auto row = [](const char *job, const char *when, bool mayFail = false) {
        QTest::newRow(job) << QByteArray(job) << QString::fromUtf8(when) << mayFail;
    };
    row("rules: [{if: $CI_COMMIT_BRANCH == 'main'}]", "on_success");
    row("rules: [{if: $CI_COMMIT_TAG}]", "");
    row("rules: []", "");
    row("rules: [{if: $CI_COMMIT_BRANCH, when: never}, {when: always}]", "");
    row("rules: [{if: $CI_COMMIT_TAG, when: never}, {when: always}]", "always");
    row("rules: [{when: manual}]", "manual");
    row("rules: [{when: manual, allow_failure: true}]", "manual", true);
    row("when: manual", "manual", true);
    row("{when: manual, allow_failure: false}", "manual");
    row("{when: manual, rules: [{if: $CI_COMMIT_BRANCH}]}", "manual", true);
    row("{when: on_failure, rules: [{if: $CI_COMMIT_BRANCH}]}", "on_failure");
    row("rules: [{when: delayed, start_in: 5 min}]", "delayed");
    row("rules: [{exists: [src/*.c]}]", "on_success");
    row("rules: [{exists: ['src/']}]", "on_success");
    row("rules: [{exists: ['s*/']}]", "on_success");
    row("rules: [{exists: ['t*/']}]", "");
    row("rules: [{exists: ['$DIR/a.c']}]", "on_success");
    row("rules: [{exists: ['*.c']}]", "");
    row("rules: [{changes: [docs/*]}]", "on_success");
    row("rules: [{changes: [src/*]}]", "");
    row("rules: [{changes: {paths: [lib/*], compare_to: main}}]", "on_success");
    row("rules: [{if: $CI_COMMIT_BRANCH, changes: [src/*]}, {allow_failure: true}]", "on_success", true);
    row("rules: [{if: $JOBVAR == 'j'}]", "on_success");
    row("rules: [{if: $OTHER == '$JOBVAR'}]", "on_success");
    row("rules: [{if: $CI_JOB_NAME == 'j'}]", "on_success");
    row("rules: [{if: $OUTER == 'project'}]", "on_success");
}

void CompilerTest::decidesByRules()
{
    QFETCH(QByteArray, job);
    QFETCH(QString, when);
    QFETCH(bool, mayFail);
    MemorySource source({{u"src/a.c"_s, "x"}, {u"docs/b"_s, "x"}});
    source.changed = QStringList {u"docs/b"_s};
    source.since = {u"lib/c"_s};
    Context context = branchContext();
    context.variables.push_back({u"OUTER"_s, u"project"_s, true});
    const QByteArray text = "variables: {OUTER: file, DIR: src}\nk: {script: x}\n"
                            "j:\n  script: x\n  variables: {JOBVAR: j, OTHER: $JOBVAR}\n  "
        + (job.startsWith('{') ? "<<: " + job : job) + "\n";
    const Compiled result = compile(text, context, source);
    QVERIFY2(result.isValid(), qPrintable(firstError(result)));
    const JobPlan *plan = findJob(result, u"j"_s);
    QCOMPARE(plan != nullptr, !when.isEmpty());
    if (plan) {
        const QHash<QString, When> words {{u"on_success"_s, When::OnSuccess}, {u"on_failure"_s, When::OnFailure},
                                          {u"always"_s, When::Always},        {u"manual"_s, When::Manual},
                                          {u"delayed"_s, When::Delayed}};
        QCOMPARE(plan->when, words.value(when));
        QCOMPARE(plan->allowFailure.always, mayFail);
        QCOMPARE(plan->startIn.has_value(), plan->when == When::Delayed);
    }
}

void CompilerTest::decidesByOnlyAndExcept_data()
{
    QTest::addColumn<QByteArray>("job");
    QTest::addColumn<QString>("in"); // Of: branch, feature, tag, mr, schedule.
    const auto row = [](const char *job, const char *in) {
        QTest::newRow(job) << QByteArray(job) << QString::fromUtf8(in);
    };
    row("when: always", "branch feature tag schedule");
    row("only: [main]", "branch schedule");
    row("only: [tags]", "tag");
    row("only: [branches]", "branch feature schedule");
    row("only: [merge_requests]", "mr");
    row("only: [schedules]", "schedule");
    row("only: [pushes]", "branch feature tag");
    row("only: ['/^FEAT/i']", "feature");
    row("only: ['/^v/', main]", "branch tag schedule");
    row("only: ['/^ma/@group/project']", "branch schedule");
    row("only: ['/^ma/@other/project']", "");
    row("only: [main@group/project]", "branch schedule");
    row("only: [main@other/project]", "");
    row("except: [main]", "feature tag");
    row("except: ['/^feature/', tags]", "branch schedule");
    row("{only: [branches], except: [main]}", "feature");
    row("only: {refs: [branches], variables: ['$CI_COMMIT_BRANCH == \"main\"']}", "branch schedule");
    row("only: {variables: [$NONE]}", "");
    row("only: {changes: [docs/*]}", "branch feature tag schedule");
    row("only: {changes: [src/*]}", "");
    row("only: {kubernetes: active}", "");
    row("except: {changes: [docs/*]}", "");
    // With workflow rules a job without `only` is wanted everywhere.
    const auto underRules = [&row](const char *job, const char *in) {
        row((QByteArray(job) + "\nworkflow: {rules: [{when: always}]}").constData(), in);
    };
    underRules("when: always", "branch feature tag mr schedule");
    underRules("except: [main]", "feature tag mr");
    underRules("only: {variables: [$CI_COMMIT_BRANCH]}", "branch feature schedule");
    underRules("only: {variables: ['$NONE == null']}", "branch feature tag schedule");
    row("when: always\nworkflow: {rules: ~}", "branch feature tag mr schedule");
}

void CompilerTest::decidesByOnlyAndExcept()
{
    QFETCH(QByteArray, job);
    QFETCH(QString, in);
    struct Case
    {
        QString name, source, ref;
        bool tag, mr;
    };
    const Case cases[] {{u"branch"_s, u"push"_s, u"main"_s, false, false},
                        {u"feature"_s, u"push"_s, u"feature/x"_s, false, false},
                        {u"tag"_s, u"push"_s, u"v1"_s, true, false},
                        {u"mr"_s, u"merge_request_event"_s, u"feature/x"_s, false, true},
                        {u"schedule"_s, u"schedule"_s, u"main"_s, false, false}};
    MemorySource source;
    source.changed = QStringList {u"docs/b"_s};
    QStringList found;
    for (const Case &one : cases) {
        Context context;
        context.source = one.source;
        context.ref = one.ref;
        context.isTag = one.tag;
        context.isMergeRequest = one.mr;
        context.projectPath = u"group/project"_s;
        if (!one.tag && !one.mr) {
            context.variables = {{u"CI_COMMIT_BRANCH"_s, one.ref, false}};
        }
        const Compiled result = compile("j:\n  script: x\n  " + (job.startsWith('{') ? "<<: " + job : job) + "\n",
                                        context, source);
        QVERIFY2(result.isValid(), qPrintable(firstError(result)));
        if (findJob(result, u"j"_s)) {
            found.append(one.name);
        }
    }
    QCOMPARE(found.join(u' '), in);
}

void CompilerTest::filtersTheWorkflow()
{
    const QByteArray text = "workflow:\n  name: ' P $CI_COMMIT_BRANCH '\n  auto_cancel: {on_new_commit: none}\n  rules:\n"
                            "    - {if: $CI_COMMIT_TAG}\n"
                            "    - {if: $CI_COMMIT_BRANCH == 'main', variables: {W: rule, N: new}, auto_cancel: {on_job_failure: all}}\n"
                            "variables: {W: global}\nj: {script: x}\n";
    const Compiled result = compiled(text);
    QVERIFY2(result.isValid(), qPrintable(firstError(result)));
    QCOMPARE(result.plan->name, u"P $CI_COMMIT_BRANCH"_s);
    QCOMPARE(result.plan->autoCancelOnNewCommit, AutoCancel::None);
    QVERIFY(result.plan->autoCancelOnJobFailure);
    QCOMPARE(findJob(result, u"j"_s)->spec.variables, (std::vector<SpecVariable> {{u"W"_s, u"rule"_s}, {u"N"_s, u"new"_s}}));

    const Compiled other = compile(text, branchContext(u"dev"_s), MemorySource());
    QCOMPARE(other.plan->notCreated, NotCreated::FilteredByWorkflow);
    QVERIFY(other.plan->jobs.empty() && other.plan->stages.isEmpty());
}

void CompilerTest::refusesAnEmptyPipeline()
{
    const Compiled result = compiled("a: {script: x, stage: .pre}\nb: {script: x, rules: [{if: $NONE}]}\n");
    QCOMPARE(result.plan->notCreated, NotCreated::Empty);
    QVERIFY(result.plan->jobs.empty());
}

void CompilerTest::namesInstances()
{
    const Compiled result = compiled("a: {script: x, parallel: 2}\n"
                                     "b:\n  script: x\n  parallel:\n    matrix:\n"
                                     "      - {P: [x, y], Q: [1, 2]}\n      - {P: z}\n");
    QCOMPARE(jobNames(result), (QStringList {u"a 1/2"_s, u"a 2/2"_s, u"b: [x, 1]"_s, u"b: [x, 2]"_s,
                                             u"b: [y, 1]"_s, u"b: [y, 2]"_s, u"b: [z]"_s}));
    const JobPlan *job = findJob(result, u"b: [y, 1]"_s);
    QCOMPARE(job->group, u"b"_s);
    QCOMPARE(job->spec.nodeIndex, 3);
    QCOMPARE(job->spec.nodeTotal, 5);
    QCOMPARE(job->spec.variables, (std::vector<SpecVariable> {{u"P"_s, u"y"_s}, {u"Q"_s, u"1"_s}}));
    QVERIFY(!compiled("a: {script: x, parallel: {matrix: [{A: [" + QByteArray("a,").repeated(201) + "]}]}}\n").isValid());
}

void CompilerTest::needsInstances()
{
    const Compiled result = compiled("a: {stage: build, script: x, parallel: {matrix: [{P: [x, y]}]}}\n"
                                     "all: {script: x, needs: [a], dependencies: [a]}\n"
                                     "one: {script: x, needs: ['a: [x]']}\n"
                                     "given: {script: x, needs: [{job: a, artifacts: false, parallel: {matrix: [{P: y}]}}]}\n"
                                     "same:\n  script: x\n  parallel: {matrix: [{P: [x, y]}]}\n"
                                     "  needs: [{job: a, parallel: {matrix: [{P: ['$[[ matrix.P ]]']}]}}]\n"
                                     "maybe: {script: x, needs: [{job: nobody, optional: true}]}\n"
                                     "some: {script: x, needs: [{job: a, optional: true, parallel: {matrix: [{P: [x, z]}]}}]}\n");
    QVERIFY2(result.isValid(), qPrintable(firstError(result)));
    using N = std::vector<NeedSpec>;
    QCOMPARE(*findJob(result, u"all"_s)->needs, (N {{u"a: [x]"_s}, {u"a: [y]"_s}}));
    QCOMPARE(*findJob(result, u"all"_s)->spec.dependencies, (QStringList {u"a: [x]"_s, u"a: [y]"_s}));
    QCOMPARE(*findJob(result, u"one"_s)->needs, (N {{u"a: [x]"_s}}));
    QCOMPARE(*findJob(result, u"given"_s)->needs, (N {{u"a: [y]"_s, false, false}}));
    QCOMPARE(*findJob(result, u"same: [y]"_s)->needs, (N {{u"a: [y]"_s}}));
    QVERIFY(findJob(result, u"maybe"_s)->needs->empty());
    QCOMPARE(*findJob(result, u"some"_s)->needs, (N {{u"a: [x]"_s, true, true}}));
    QVERIFY(!compiled("a: {script: x, parallel: 2}\nb: {script: x, needs: [{job: a, parallel: {matrix: [{P: z}]}}]}\n").isValid());
}

void CompilerTest::demandsWhatIsNeeded()
{
    const Compiled result = compiled("a: {script: x, rules: [{if: $NONE}]}\nb: {script: x, needs: [a]}\n");
    QVERIFY(firstError(result).startsWith(u"2:23: 'b' job needs 'a' job, but 'a' does not exist in the pipeline."_s));
    QVERIFY(compiled("a: {script: x, rules: [{if: $NONE}]}\nb: {script: x, needs: [{job: a, optional: true}]}\n").isValid());
    const Compiled byRule = compiled("a: {script: x, rules: [{if: $NONE}]}\nc: {script: x}\n"
                                     "b: {script: x, needs: [a], rules: [{needs: [c]}]}\n");
    QVERIFY2(byRule.isValid(), qPrintable(firstError(byRule)));
    QCOMPARE(findJob(byRule, u"b"_s)->needs->front().job, u"c"_s);
    // Before it is asked whether anything but .pre and .post is left.
    QVERIFY(!compiled("a: {stage: .pre, script: x, rules: [{if: $NONE}]}\nb: {stage: .post, script: x, needs: [a]}\n").isValid());
}

void CompilerTest::layersVariables()
{
    const Compiled result = compiled("variables: {G: global, H: {value: $G, expand: false, description: d}}\n"
                                     "j:\n  script: x\n  variables: {A: job, B: job, C: job}\n"
                                     "  rules: [{variables: {B: rule, C: rule}}]\n  parallel: {matrix: [{C: matrix}]}\n"
                                     "k: {script: x, inherit: {variables: [H]}}\n"
                                     "l: {script: x, inherit: {variables: false}}\n");
    QVERIFY2(result.isValid(), qPrintable(firstError(result)));
    QCOMPARE(findJob(result, u"j: [matrix]"_s)->spec.variables,
             (std::vector<SpecVariable> {{u"G"_s, u"global"_s}, {u"H"_s, u"$G"_s, true}, {u"A"_s, u"job"_s},
                                         {u"B"_s, u"rule"_s}, {u"C"_s, u"matrix"_s}}));
    QCOMPARE(findJob(result, u"k"_s)->spec.variables, (std::vector<SpecVariable> {{u"H"_s, u"$G"_s, true}}));
    QVERIFY(findJob(result, u"l"_s)->spec.variables.empty());
}

void CompilerTest::refusesCirclesOfVariables()
{
    QVERIFY(!compiled("variables: {A: $B}\nj: {script: x, variables: {B: $A}}\n").isValid());
    // Variables of a rule come only after circles were looked for.
    QVERIFY(compiled("j: {script: x, variables: {A: $B}, rules: [{variables: {B: $A}}]}\n").isValid());
    Context context = branchContext();
    context.variables.push_back({u"B"_s, u"x"_s, true});
    // A value of a higher level does not break it.
    QVERIFY(!compile("j: {script: x, variables: {A: $B, B: $A}}\n", context, MemorySource()).isValid());
    QVERIFY(compiled("j: {script: x, variables: {A: $B, B: $A}, parallel: {matrix: [{B: x}]}}\n").isValid());
    context.variables.back().value = u"$A"_s;
    QVERIFY(!compile("j: {script: x, variables: {A: $B}}\n", context, MemorySource()).isValid());
}

void CompilerTest::expandsTags()
{
    const Compiled result = compiled("variables: {ARCH: arm-$SIZE, SIZE: big}\n"
                                     "j: {script: x, tags: [$ARCH, '${CI_COMMIT_BRANCH}', $UNKNOWN]}\n");
    QCOMPARE(findJob(result, u"j"_s)->tags, (QStringList {u"arm-big"_s, u"main"_s, u"$UNKNOWN"_s}));
}

void CompilerTest::ordersStages()
{
    const Compiled result = compiled("stages: [z, [a, .post], m, z]\nj1: {stage: m, script: x}\nj2: {stage: z, script: x}\n"
                                     "j3: {stage: .post, script: x}\nj4: {stage: .pre, script: x}\n");
    QVERIFY2(result.isValid(), qPrintable(firstError(result)));
    QCOMPARE(result.plan->stages, (QStringList {u".pre"_s, u"z"_s, u"m"_s, u".post"_s}));
    QCOMPARE(jobNames(result), (QStringList {u"j4"_s, u"j2"_s, u"j1"_s, u"j3"_s}));
    QCOMPARE(result.plan->jobs.back().stageIndex, 3);
}

void CompilerTest::readsWhatRunnersGet()
{
    const Compiled result = compiled(R"(
j:
  script: [a, [b, c]]
  image: {name: i, entrypoint: [''], pull_policy: always, docker: {platform: p, user: u}}
  services: [redis, {name: pg, alias: db, command: [x], variables: {V: 1}}]
  artifacts: {name: n, paths: [p], exclude: [e], untracked: true, when: always, expire_in: 1 day, public: false,
              reports: {junit: [r.xml], coverage_report: {coverage_format: cobertura, path: c.xml}}}
  cache: [{key: {files: [lock], prefix: pre}, paths: [c], policy: pull, fallback_keys: [f]}, {key: k, unprotect: true}]
  environment: {name: prod, url: 'https://x', auto_stop_in: 1 day, deployment_tier: production}
  coverage: '/\d+%/'
  hooks: {pre_get_sources_script: [h]}
  retry: {max: 2, when: [script_failure], exit_codes: 137}
  allow_failure: {exit_codes: [3, 4]}
  timeout: 90 min
  resource_group: g
  manual_confirmation: Sure?
)");
    const JobPlan *job = findJob(result, u"j"_s);
    QVERIFY2(job, qPrintable(firstError(result)));
    const JobSpec &spec = job->spec;
    QCOMPARE(spec.script, (QStringList {u"a"_s, u"b"_s, u"c"_s}));
    QCOMPARE(*spec.image, (ImageSpec {u"i"_s, {u""_s}, {u"always"_s}, u"p"_s, u"u"_s, {}}));
    QCOMPARE(spec.services.at(1).alias, u"db"_s);
    QCOMPARE(spec.services.at(1).variables.front().value, u"1"_s);
    QCOMPARE(spec.artifacts->access, u"developer"_s);
    QCOMPARE(spec.artifacts->when, UploadWhen::Always);
    QCOMPARE(spec.artifacts->reports,
             (std::vector<ReportSpec> {{u"junit"_s, {u"r.xml"_s}}, {u"cobertura"_s, {u"c.xml"_s}}}));
    QCOMPARE(spec.caches.front().keyFiles, QStringList {u"lock"_s});
    QCOMPARE(spec.caches.back().key, u"k"_s);
    QVERIFY(spec.caches.back().unprotect);
    QCOMPARE(spec.environment->tier, u"production"_s);
    QCOMPARE(spec.coverage, u"\\d+%"_s);
    QCOMPARE(spec.hooks.front().script, QStringList {u"h"_s});
    QCOMPARE(job->retry, (RetrySpec {2, {u"script_failure"_s}, {137}}));
    QCOMPARE(job->allowFailure, (AllowFailure {false, {3, 4}}));
    QCOMPARE(job->timeout, std::chrono::minutes(90));
    QCOMPARE(job->resourceGroup, u"g"_s);
    QCOMPARE(spec.manualConfirmation, u"Sure?"_s);
    QVERIFY(result.unsupported.empty());
}

void CompilerTest::comparesChanges()
{
    const QByteArray text = "k: {script: x}\nj: {script: x, rules: [{changes: [a]}]}\n";
    MemorySource source;
    QVERIFY(findJob(compile(text, branchContext(), source), u"j"_s)); // Nothing to compare with.
    source.changed = QStringList();
    QVERIFY(!findJob(compile(text, branchContext(), source), u"j"_s));
    const Compiled wrongRef = compiled("j: {script: x, rules: [{changes: {paths: [a], compare_to: nowhere}}]}\n");
    QVERIFY(firstError(wrongRef).contains(u"compare_to is not a valid ref"_s));
}

void CompilerTest::listsWhatIsNotRunYet_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("message");
    const auto row = [](const char *text, const char *message) {
        QTest::newRow(message) << QByteArray(text) << QString::fromUtf8(message);
    };
    row("j: {script: x, secrets: {S: {vault: a/b@c}}}", "not supported: secrets; keep the value");
    row("j: {script: x, identity: google_cloud}", "not supported: identity; ask for a token");
    row("j: {script: x, environment: {name: a, kubernetes: {agent: b}}}",
        "not supported: environment:kubernetes; there is no agent");
}

void CompilerTest::listsWhatIsNotRunYet()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, message);
    const Compiled result = compiled(text);
    QVERIFY2(result.isValid(), qPrintable(firstError(result)));
    QVERIFY(!result.unsupported.empty());
    QVERIFY2(result.unsupported.front().text.startsWith(message), qPrintable(result.unsupported.front().text));
    QVERIFY(result.unsupported.front().line > 0);
}

void CompilerTest::fillsInJobInputs()
{
    const Compiled result = compiled(
        "j:\n  inputs: {a: {default: b}, n: {type: number, default: 3}, l: {type: array, default: [x]}}\n"
        "  image: 'i:${{ job.inputs.a }}'\n"
        "  script: ['e ${{ job.inputs.a }} ${{inputs.n}} ${{ job.inputs.l }}', '${{ inputs.z }} ${{ env.X }} ${{']\n");
    const auto *job = findJob(result, u"j"_s);
    QVERIFY2(job, qPrintable(firstError(result)));
    QCOMPARE(job->spec.image->name, u"i:b"_s);
    QCOMPARE(job->spec.script, (QStringList {u"e b 3 [\"x\"]"_s, u"${{ inputs.z }} ${{ env.X }} ${{"_s}));
}

void CompilerTest::warnsOfLikelyMistakes_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("warning"); // Empty: none.
    const auto row = [](const char *name, const char *text, const char *warning) {
        QTest::newRow(name) << QByteArray(text) << QString::fromUtf8(warning);
    };
    row("a misspelt variable", "a: {script: x, rules: [{if: $TPYO}]}", "1:29: $TPYO is not set in this file");
    row("a variable of the file", "variables: {V: 1}\na: {script: x, rules: [{if: $V}]}", "");
    row("a variable of a matrix", "a: {script: x, parallel: {matrix: [{V: 1}]}, rules: [{if: $V}]}", "");
    row("a need that rules may leave out", "a: {script: x, rules: [{if: $CI}]}\nb: {script: x, needs: [a]}",
        "2:24: b job: its need a may be left out");
    row("the same rules on both", "a: {script: x, rules: [{if: $CI}]}\nb: {script: x, needs: [a], rules: [{if: $CI}]}", "");
    row("an optional need", "a: {script: x, rules: [{if: $CI}]}\nb: {script: x, needs: [{job: a, optional: true}]}", "");
    row("only never", "a: {script: x, rules: [{if: $CI, when: never}]}\nb: {script: x}",
        "1:23: a job: no rule can ever start it");
    row("never before all others", "a: {script: x, rules: [{when: never}, {if: $CI}]}\nb: {script: x}",
        "1:23: a job: no rule can ever start it");
    row("no rules at all", "a: {script: x, rules: []}\nb: {script: x}", "1:23: a job: no rule can ever start it");
    row("a rule behind one without conditions", "a: {script: x, rules: [{when: manual}, {if: $CI}]}",
        "1:40: a job: this rule is never reached, for the one in line 1 has no conditions");
    row("the same in workflow", "workflow: {rules: [{when: always}, {if: $CI}]}\na: {script: x}",
        "1:36: workflow:rules: this rule is never reached");
    row("a last rule without conditions", "a: {script: x, rules: [{if: $CI, when: manual}, {when: never}]}", "");
    row("a key twice", "a: {script: x, script: y}", "script");
}

void CompilerTest::warnsOfLikelyMistakes()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QString, warning);
    const Validated validated = validate(text, u"a.yml"_s, MemorySource());
    QVERIFY(validated.valid);
    QStringList texts;
    for (const Message &message : validated.warnings) {
        texts.append(u"%1:%2: %3"_s.arg(message.line).arg(message.column).arg(message.text));
    }
    const QString all = texts.join(u'\n');
    QVERIFY2(warning.isEmpty() ? all.isEmpty() : all.contains(warning), qPrintable(all));
}

CAPSTAN_TEST(CompilerTest)
#include "tst_compiler.moc"
