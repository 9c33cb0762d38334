// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/runform.h"
#include "tests/coordinator/ciconfig/memorysource.h"
#include "tests/testmain.h"

#include <QJsonObject>
#include <QTest>

using namespace ci::ciconfig;
using namespace ci::test;
using namespace Qt::StringLiterals;

class RunFormTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void listsInputsAndDescribedVariables();
    void readsOnWhereValuesAreMissing();
    void keepsRulesAsWritten();
    void tellsWhatIsWrong_data();
    void tellsWhatIsWrong();
};

static RunForm formOf(const QByteArray &text, const QHash<QString, QByteArray> &files = {})
{
    return runForm(text, branchContext(), MemorySource(files));
}

void RunFormTest::listsInputsAndDescribedVariables()
{
    const RunForm form = formOf(
        "spec:\n  inputs:\n"
        "    count: {type: number, default: 3, options: [1, 3], description: how many}\n"
        "    fast: {type: boolean, default: true}\n"
        "    names: {type: array, default: [a, b]}\n"
        "    word: {default: abc, regex: '^[a-c]+$'}\n"
        "---\ninclude: more.yml\n"
        "variables: {PLAIN: x, WHERE: {value: here, options: [here, there], description: the place}}\n"
        "job: {script: '$[[ inputs.word ]]'}\n",
        {{u"more.yml"_s, "variables: {OTHER: {description: from elsewhere}}\n"}});
    QVERIFY2(form.errors.empty(), form.errors.empty() ? "" : qPrintable(form.errors.front().text));
    QCOMPARE(form.inputs.size(), size_t(4));
    QCOMPARE(form.inputs[0].name, u"count"_s);
    QCOMPARE(form.inputs[0].type, u"number"_s);
    QCOMPARE(*form.inputs[0].fallback, QJsonValue(3));
    QCOMPARE(form.inputs[0].options, (QJsonArray {1, 3}));
    QCOMPARE(form.inputs[0].description, u"how many"_s);
    QCOMPARE(*form.inputs[1].fallback, QJsonValue(true));
    QCOMPARE(*form.inputs[2].fallback, QJsonValue(QJsonArray {u"a"_s, u"b"_s}));
    QCOMPARE(form.inputs[3].type, u"string"_s);
    QCOMPARE(form.inputs[3].regex, u"^[a-c]+$"_s);
    QCOMPARE(form.variables.size(), size_t(2));
    QCOMPARE(form.variables[0].key, u"OTHER"_s);
    QCOMPARE(form.variables[1].value, u"here"_s);
    QCOMPARE(form.variables[1].options, (QStringList {u"here"_s, u"there"_s}));
}

void RunFormTest::readsOnWhereValuesAreMissing()
{
    const RunForm form = formOf("spec: {inputs: {what: , size: {type: number, options: [2]}}}\n---\n"
                                "variables: {A: {description: a}}\n"
                                "job:\n  script: x\n  parallel: $[[ inputs.size ]]\n  stage: $[[ inputs.what ]]\n");
    QCOMPARE(form.inputs.size(), size_t(2));
    QVERIFY(!form.inputs[0].fallback);
    // The stage made of nothing is not the fault of the file.
    QVERIFY(form.errors.empty());
    QCOMPARE(form.variables.size(), size_t(1));
    // Nor is it that nothing does not match.
    const RunForm other
        = formOf("spec: {inputs: {what: {regex: '^v'}}}\n---\ninclude:\n"
                 "  - {local: more.yml, inputs: {what: '$[[ inputs.what ]]'}}\n",
                 {{u"more.yml"_s, "spec: {inputs: {what: {regex: '^v'}}}\n---\n"
                                  "variables: {A: {description: a}}\n"
                                  "job: {script: 'x $[[ inputs.what ]]'}\n"}});
    QCOMPARE(other.variables.size(), size_t(1));
}

void RunFormTest::keepsRulesAsWritten()
{
    const RunForm form = formOf(
        "spec:\n  inputs:\n    env: {default: dev, options: [dev, prod]}\n"
        "    size:\n      rules:\n"
        "        - {if: '$[[ inputs.env ]] == \"prod\"', options: [big], default: big}\n"
        "        - {options: [small], default: small}\n"
        "---\njob: {script: '$[[ inputs.size ]]'}\n");
    QVERIFY2(form.errors.empty(), form.errors.empty() ? "" : qPrintable(form.errors.front().text));
    QCOMPARE(form.inputs[1].rules.size(), 2);
    QCOMPARE(form.inputs[1].rules.first().toObject().value("default"_L1).toString(), u"big"_s);
}

void RunFormTest::tellsWhatIsWrong_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("inputs");
    QTest::newRow("no YAML") << QByteArray("a: [") << 0;
    QTest::newRow("nothing") << QByteArray() << 0;
    QTest::newRow("a wrong type") << QByteArray("spec: {inputs: {a: {type: x}}}\n---\nj: {script: x}\n") << 0;
    QTest::newRow("a broken job") << QByteArray("spec: {inputs: {a: {default: x}}}\n---\nj: {skript: x}\n") << 1;
    QTest::newRow("bytes that are no text") << QByteArray("\xff\xfe\x00\x01", 4) << 0;
}

void RunFormTest::tellsWhatIsWrong()
{
    QFETCH(QByteArray, text);
    QFETCH(int, inputs);
    const RunForm form = formOf(text);
    QVERIFY(!form.errors.empty());
    QCOMPARE(form.inputs.size(), size_t(inputs));
    QVERIFY(form.variables.empty());
}

CAPSTAN_TEST(RunFormTest)
#include "tst_runform.moc"
