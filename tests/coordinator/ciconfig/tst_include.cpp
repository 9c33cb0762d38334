// SPDX-License-Identifier: MIT
#include "tests/coordinator/ciconfig/memorysource.h"
#include "tests/testmain.h"

#include <QJsonArray>
#include <QTest>

using namespace ci::ciconfig;
using namespace ci::test;
using namespace Qt::StringLiterals;

class IncludeTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void letsTheIncludingFileWin();
    void followsNestedFilesAndPatterns();
    void asksRulesAndVariables();
    void fillsInInputs();
    void takesInputsForTheRootFile_data();
    void takesInputsForTheRootFile();
    void refuses_data();
    void refuses();
    void namesTheFileOfAnError();
    void validatesWithoutForeignFiles();
};

static Compiled compileWith(const QByteArray &text, const QHash<QString, QByteArray> &files)
{
    return compile(text, branchContext(), MemorySource(files));
}

void IncludeTest::letsTheIncludingFileWin()
{
    const Compiled result = compileWith(
        "include: [{local: /a.yml}, b.yml]\nj: {variables: {M: main}}\n",
        {{u"a.yml"_s, "j: {script: [a], variables: {X: a, Y: a, M: a}}"},
         {u"b.yml"_s, "j: {script: [b, b2], variables: {Y: b}}"}});
    const auto *job = findJob(result, u"j"_s);
    QVERIFY2(job, qPrintable(firstError(result)));
    QCOMPARE(job->spec.script, (QStringList {u"b"_s, u"b2"_s}));
    using V = ci::model::SpecVariable;
    QCOMPARE(job->spec.variables, (std::vector<V> {{u"X"_s, u"a"_s}, {u"Y"_s, u"b"_s}, {u"M"_s, u"main"_s}}));
}

void IncludeTest::followsNestedFilesAndPatterns()
{
    const Compiled result = compileWith("include: ['ci/**/*.yml', none/*.yml]\nj: {script: x}\n",
                                        {{u"ci/b.yml"_s, "include: other.yml\nb: {script: x}"},
                                         {u"ci/d/c.yml"_s, "c: {script: x}"},
                                         {u"ci/readme.md"_s, "no yaml: ["},
                                         {u"other.yml"_s, "o: {script: x}"}});
    QVERIFY2(result.isValid(), qPrintable(firstError(result)));
    for (const QString &name : {u"b"_s, u"c"_s, u"o"_s, u"j"_s}) {
        QVERIFY2(findJob(result, name), qPrintable(name));
    }
}

void IncludeTest::asksRulesAndVariables()
{
    const QHash<QString, QByteArray> files {{u"main.yml"_s, "m: {script: x}"}, {u"tag.yml"_s, "t: {script: x}"}};
    const Compiled result = compileWith("include:\n"
                                        "  - local: $CI_COMMIT_BRANCH.yml\n"
                                        "    rules: [{if: $CI_COMMIT_BRANCH}]\n"
                                        "  - local: tag.yml\n"
                                        "    rules: [{if: $CI_COMMIT_TAG}]\n"
                                        "  - local: missing.yml\n"
                                        "    rules: [{exists: [tag.yml], when: never}, {when: always}]\n"
                                        "j: {script: x}\n", files);
    QVERIFY2(result.isValid(), qPrintable(firstError(result)));
    QVERIFY(findJob(result, u"m"_s));
    QVERIFY(!findJob(result, u"t"_s));
}

void IncludeTest::fillsInInputs()
{
    const QByteArray text = "include:\n  - local: t.yml\n    inputs: {name: one, list: [a, b], count: 3}\n";
    const QByteArray file = "spec:\n  inputs:\n    name: {options: [one, two]}\n    list: {type: array, default: []}\n"
                            "    count: {type: number}\n    flag: {type: boolean, default: false}\n"
                            "    kind: {rules: [{if: '$[[ inputs.name ]] == \"one\"', default: first}, {default: other}]}\n"
                            "---\n"
                            "\"job-$[[ inputs.name ]]\":\n"
                            "  script: $[[ inputs.list ]]\n"
                            "  parallel: $[[ inputs.count ]]\n"
                            "  interruptible: $[[ inputs.flag ]]\n"
                            "  variables:\n"
                            "    T: 'n=$[[ inputs.count ]] l=$[[inputs.list]] f=$[[ inputs.flag ]]'\n"
                            "    B: \"$[[ inputs.name | truncate(1,2) ]]\"\n"
                            "    K: \"$[[ inputs.kind ]]\"\n";
    const Compiled result = compileWith(text, {{u"t.yml"_s, file}});
    const auto *job = findJob(result, u"job-one 2/3"_s);
    QVERIFY2(job, qPrintable(firstError(result)));
    QCOMPARE(job->spec.script, (QStringList {u"a"_s, u"b"_s}));
    QCOMPARE(job->spec.variables.at(0).value, u"n=3 l=[\"a\",\"b\"] f=false"_s);
    QCOMPARE(job->spec.variables.at(1).value, u"ne"_s);
    QCOMPARE(job->spec.variables.at(2).value, u"first"_s);
}

void IncludeTest::takesInputsForTheRootFile_data()
{
    using Inputs = std::vector<ci::model::GivenInput>;
    QTest::addColumn<Inputs>("inputs");
    QTest::addColumn<QString>("outcome");
    const QJsonArray pair {1, 2};
    const auto row = [](const char *name, const Inputs &inputs, const char *outcome) {
        QTest::newRow(name) << inputs << QString::fromLatin1(outcome);
    };
    row("typed values", {{u"who"_s, u"x"_s}, {u"n"_s, 3}, {u"flag"_s, true}, {u"l"_s, pair}}, "x 3 true [1,2]");
    row("texts mean what the type asks for",
        {{u"who"_s, u"5"_s, true}, {u"n"_s, u"3.5"_s, true}, {u"flag"_s, u"true"_s, true}, {u"l"_s, u"[\"a\"]"_s, true}},
        "5 3.5 true [\"a\"]");
    row("the last of a name counts", {{u"who"_s, u"a"_s}, {u"who"_s, u"b"_s}}, "b 1 false []");
    row("defaults", {{u"who"_s, u"x"_s}}, "x 1 false []");
    row("null is not given", {{u"who"_s, u"x"_s}, {u"n"_s, QJsonValue::Null}}, "x 1 false []");
    row("a missing one", {}, "`who` input: required value has not been provided");
    row("typed values are not converted", {{u"who"_s, u"x"_s}, {u"n"_s, u"3"_s}},
        "`n` input: provided value is not a number");
    row("a text that is no number", {{u"who"_s, u"x"_s}, {u"n"_s, u"three"_s, true}},
        "`n` input: provided value is not a number");
    row("a text that closes the list", {{u"who"_s, u"x"_s}, {u"n"_s, u"1],[2"_s, true}},
        "`n` input: provided value is not a number");
    row("a number for a text", {{u"who"_s, 3}}, "`who` input: provided value is not a string");
    row("one that is not there", {{u"who"_s, u"x"_s}, {u"z"_s, 3}}, "unknown input arguments: z");
}

void IncludeTest::takesInputsForTheRootFile()
{
    QFETCH(const std::vector<ci::model::GivenInput>, inputs);
    QFETCH(const QString, outcome);
    Context context = branchContext();
    context.inputs = inputs;
    const Compiled result = compile(
        "spec:\n  inputs:\n    who:\n    n: {type: number, default: 1}\n    flag: {type: boolean, default: false}\n"
        "    l: {type: array, default: []}\n---\n"
        "j: {script: ['$[[ inputs.who ]] $[[ inputs.n ]] $[[ inputs.flag ]] $[[ inputs.l ]]']}\n",
        context, MemorySource());
    const auto *job = findJob(result, u"j"_s);
    QCOMPARE(job ? job->spec.script.first() : result.errors.front().text, outcome);
    context.inputs = {{u"x"_s, 1}};
    QVERIFY(!compile("j: {script: x}", context, MemorySource()).isValid());
}

void IncludeTest::refuses_data()
{
    QTest::addColumn<QByteArray>("include");
    QTest::addColumn<QString>("message");
    const auto row = [](const char *include, const char *message) {
        QTest::newRow(include) << QByteArray(include) << QString::fromUtf8(message);
    };
    row("none.yml", "Local file `none.yml` does not exist!");
    row("../x.yml", "Local file `../x.yml` does not exist!");
    row("empty.yml", "Local file `empty.yml` is empty!");
    row("a.txt", "Included file `a.txt` does not have YAML extension!");
    row("loop.yml", "Maximum of 150 nested includes are allowed!");
    row("{local: a.yml, foo: x}", "include config contains unknown keys: foo");
    row("{local: a.yml, remote: x}", "Each include must use only one of");
    row("{project: a/b}", "Need to specify both project and file");
    row("1", "include config should be");
    row("{local: a.yml, inputs: {x: 1}}", "Given inputs not defined in the `spec` section");
    row("{local: spec.yml}", "`s` input: required value has not been provided");
    row("{local: spec.yml, inputs: {s: 3}}", "`s` input: provided value is not a string");
    row("{local: spec.yml, inputs: {s: b}}", "`s` input: provided value does not match required RegEx pattern");
    row("{local: spec.yml, inputs: {s: a1, n: '3'}}", "`n` input: provided value is not a number");
    row("{local: spec.yml, inputs: {s: a1, n: 4}}", "`n` input: `4` cannot be used because it is not in the list");
    row("{local: spec.yml, inputs: {s: a1, z: 4}}", "unknown input arguments: z");
    row("{local: key.yml, inputs: {s: a}}", "unknown input name provided: `t`");
    row("{local: function.yml, inputs: {s: a}}", "no function matching `shout`");
    row("{template: T.gitlab-ci.yml}", "only include:local is supported here");
    row("{template: T.yml}", "Template file `T.yml` is not a valid location!");
    row("{remote: 'ftp://a/b.yml'}", "does not have a valid address");
    row("https://a.example/b.txt", "Included file `https://a.example/b.txt` does not have YAML extension!");
    row("{local: a.yml, integrity: sha256-x}", "include:integrity can only be used with remote");
    row("{remote: 'https://a/b.yml', integrity: md5}", "include:integrity config should be");
    row("{project: a/b, file: []}", "include:file config should be a string or an array of strings");
    row("{file: a.yml}", "Need to specify both project and file");
    row("{local: a.yml, rules: [{if: '$A ='}]}", "include:rules:rule if invalid expression syntax");
    row("{local: a.yml, rules: [{allow_failure: true}]}", "include:rules:rule config contains unknown keys");
    row("{local: a.yml, rules: [{when: sometimes}]}", "include:rules:rule when unknown value: sometimes");
    row("{local: a.yml, rules: [{exists: a}]}", "include:rules:rule:exists config should be an array of strings");
    row("{local: a.yml, rules: [{exists: {project: a/b}}]}", "include:rules:rule:exists paths can't be blank");
    row("{local: a.yml, rules: [{changes: {compare_to: a}}]}", "include:rules:rule:changes paths can't be blank");
    row("{local: a.yml, inputs: [a]}", "include:inputs config should be a hash");
    row("{project: a/b, file: ''}", "include:file config should be a string");
    row("{remote: 'https://a/b.yml', integrity: sha256-abcd}", "include:integrity config should be");
    row("{remote: 'https://a/b.yml', cache: 30 seconds}", "include:cache config should be a boolean value or a duration");
    row("{remote: 'https://a/b.yml', cache: 5}", "include:cache config should be a boolean value or a duration");
    row("{local: a.yml, cache: true}", "include:cache can only be used with remote");
    row("{local: a.yml, rules: 3}", "include:rules config should be an array of hashes");
}

void IncludeTest::refuses()
{
    QFETCH(QByteArray, include);
    QFETCH(QString, message);
    const QHash<QString, QByteArray> files {
        {u"empty.yml"_s, ""},
        {u"a.yml"_s, "a: {script: x}"},
        {u"loop.yml"_s, "include: loop.yml"},
        {u"spec.yml"_s, "spec: {inputs: {s: {regex: '^a\\d$'}, n: {type: number, options: [1, 3], default: 1}}}\n---\n"
                        "k: {script: '$[[ inputs.s ]]'}"},
        {u"key.yml"_s, "spec: {inputs: {s: }}\n---\nk: {script: '$[[ inputs.t ]]'}"},
        {u"function.yml"_s, "spec: {inputs: {s: }}\n---\nk: {script: '$[[ inputs.s | shout ]]'}"},
    };
    const Compiled result = compileWith("include: [" + include + "]\nj: {script: x}\n", files);
    QVERIFY(!result.isValid());
    QVERIFY2(firstError(result).contains(message), qPrintable(firstError(result)));
}

void IncludeTest::namesTheFileOfAnError()
{
    const Compiled result = compileWith("include: a.yml\n", {{u"a.yml"_s, "\nj:\n  script: x\n  wehn: y\n"}});
    QCOMPARE(result.errors.front().file, u"a.yml"_s);
    QCOMPARE(result.errors.front().line, 4);
}

void IncludeTest::validatesWithoutForeignFiles()
{
    const MemorySource source;
    QVERIFY(validate("include: {template: T.gitlab-ci.yml}\nj: {extends: .t, script: x, needs: [other]}\n", u"a.yml"_s, source).valid);
    QVERIFY(validate("include: none.yml\n", u"a.yml"_s, source).valid);
    QVERIFY(!validate("include: e.yml\nj: {script: x}\n", u"a.yml"_s, MemorySource({{u"e.yml"_s, ""}})).valid);
    QVERIFY(!validate("include: {template: T.gitlab-ci.yml}\nj: {script: x, foo: 1}\n", u"a.yml"_s, source).valid);
    QVERIFY(!validate("j: {extends: .t, script: x}\n", u"a.yml"_s, source).valid);
}

CAPSTAN_TEST(IncludeTest)
#include "tst_include.moc"
