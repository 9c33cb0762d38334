// SPDX-License-Identifier: MIT
#include "runner/jobcontext.h"
#include "runner/scriptwriter.h"
#include "runner/variabletext.h"
#include "tests/testmain.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci::runner;

// What bash makes of commands and variables.
struct Ran
{
    int code = 0;
    QByteArray output;
};

static Ran runScript(const QList<QByteArray> &commands, const JobVariables &variables)
{
    const ShellEnvironment shell = shellEnvironment({"PATH=/usr/bin:/bin"}, variables);
    QTemporaryDir directory;
    const QString path = directory.filePath(u"script"_s);
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly)) {
        return {-1, {}};
    }
    file.write(writeScript({shell.assignments, commands}));
    file.close();
    // env -i sets exactly these bytes; QProcess would go through QString.
    QStringList arguments {u"-i"_s};
    for (const QByteArray &entry : shell.environment) {
        arguments.append(QString::fromUtf8(entry));
    }
    arguments.append({u"bash"_s, path});
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(u"env"_s, arguments);
    process.waitForFinished();
    return {process.exitCode(), process.readAll()};
}

class ScriptTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void passesHostileValues_data();
    void passesHostileValues();
    void survivesHostileNames();
    void stopsAtTheFirstFailure_data();
    void stopsAtTheFirstFailure();
    void showsEachCommand();
    void keepsBashFromStartFiles();
    void expands_data();
    void expands();
    void resolvesReferences();
    void readsNumbersAndTimes();
};

void ScriptTest::passesHostileValues_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("quotes") << R"(a'b"c`d)"_ba;
    QTest::newRow("substitution") << "$(touch /tmp/x) `id` ${HOME}"_ba;
    QTest::newRow("lines") << "one\ntwo\n\nthree"_ba;
    QTest::newRow("backslashes") << R"(\n\\ \x41 %s)"_ba;
    QTest::newRow("a semicolon and the like") << "; rm -rf * & | > <"_ba;
    QTest::newRow("escape sequences") << "\033[31mred\a"_ba;
    QTest::newRow("other alphabets") << "žluťoučký 🐎"_ba;
    QTest::newRow("too long for the kernel") << QByteArray(200'000, 'x') + "'end"_ba;
    QTest::newRow("empty") << ""_ba;
}

void ScriptTest::passesHostileValues()
{
    QFETCH(QByteArray, value);
    JobVariables variables;
    variables.set("HOSTILE", value);
    variables.resolve("/tmp");
    const Ran ran = runScript({"builtin printf '<%s>' \"$HOSTILE\""}, variables);
    QCOMPARE(ran.code, 0);
    QVERIFY(ran.output.endsWith('<' + value + '>'));
}

void ScriptTest::survivesHostileNames()
{
    JobVariables variables;
    for (const char *name : {"a b", "x;id", "$(id)", "1A", "a-b", "a.b", "SHELLOPTS", "UID",
                             "BASH_FUNC_x%%", "=", "", "a=b"}) {
        variables.set(name, "() { echo BAD; }");
    }
    variables.set("GOOD", "yes");
    variables.resolve("/tmp");
    const Ran ran = runScript({"echo $GOOD"}, variables);
    QCOMPARE(ran.code, 0);
    QVERIFY(ran.output.endsWith("\nyes\n"));
    QVERIFY(!ran.output.contains("BAD"));
}

void ScriptTest::stopsAtTheFirstFailure_data()
{
    QTest::addColumn<QList<QByteArray>>("commands");
    QTest::addColumn<int>("code");
    QTest::newRow("all well") << QList {"true"_ba, "echo end"_ba} << 0;
    QTest::newRow("exit") << QList {"exit 3"_ba, "echo end"_ba} << 3;
    QTest::newRow("a failing command") << QList {"(exit 7)"_ba, "echo end"_ba} << 7;
    QTest::newRow("in a pipe") << QList {"false | true"_ba, "echo end"_ba} << 1;
    QTest::newRow("a condition") << QList {"if false; then echo x; fi"_ba, "echo end"_ba} << 0;
    QTest::newRow("no such command") << QList {"nosuchcommand"_ba, "echo end"_ba} << 127;
    QTest::newRow("broken syntax") << QList {"if"_ba, "echo end"_ba} << 2;
    QTest::newRow("several lines") << QList {"for i in 1 2\ndo\n echo $i\ndone"_ba} << 0;
    QTest::newRow("a document")
        << QList {"cat <<X\na 'b' \"c\"\nX"_ba, "echo end"_ba} << 0;
    QTest::newRow("overwriting is allowed")
        << QList {"cd $(mktemp -d); echo 1 > f; echo 2 > f"_ba} << 0;
}

void ScriptTest::stopsAtTheFirstFailure()
{
    QFETCH(QList<QByteArray>, commands);
    QFETCH(int, code);
    const Ran ran = runScript(commands, {});
    QCOMPARE(ran.code, code);
    QCOMPARE(ran.output.contains("\nend\n"), code == 0 && commands.last() == "echo end");
}

void ScriptTest::showsEachCommand()
{
    const Ran ran = runScript({"echo 'it''s' \"$HOME\" \\", "echo one\necho two"}, {});
    QVERIFY(ran.output.contains("\033[32;1m$ echo one # collapsed multi-line command\033[0;m"));
    QVERIFY(ran.output.startsWith("\033[32;1m$ echo 'it''s' \"$HOME\" \\\033[0;m\n"));
}

void ScriptTest::keepsBashFromStartFiles()
{
    QTemporaryDir directory;
    QFile file(directory.filePath(u"start"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("echo STARTED\n");
    file.close();
    JobVariables variables;
    variables.set("BASH_ENV", file.fileName().toUtf8());
    variables.resolve("/tmp");
    const Ran ran = runScript({"echo $BASH_ENV | wc -l", "bash -c true"}, variables);
    // Ours does not read it; a bash of the script's own does, as it would elsewhere.
    QVERIFY(!ran.output.startsWith("STARTED"));
    QVERIFY(ran.output.endsWith("STARTED\n"));
}

void ScriptTest::expands_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("expected");
    QTest::newRow("a name") << "x $A y"_ba << "x 1 y"_ba;
    QTest::newRow("in braces") << "${A}b"_ba << "1b"_ba;
    QTest::newRow("unknown is nothing") << "<$NONE>"_ba << "<>"_ba;
    QTest::newRow("two dollars are one") << "$$A"_ba << "$A"_ba;
    QTest::newRow("the shell's own are nothing") << "$1$@"_ba << ""_ba;
    QTest::newRow("a dollar alone") << "5 $ and $"_ba << "5 $ and $"_ba;
    QTest::newRow("an open brace") << "${A"_ba << "A"_ba;
    QTest::newRow("longest name") << "$AB$A_"_ba << ""_ba;
}

void ScriptTest::expands()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, expected);
    const auto lookup = [](const QByteArray &name) {
        return name == "A" ? QByteArray("1") : QByteArray();
    };
    QCOMPARE(expandVariables(text, lookup), expected);
}

void ScriptTest::resolvesReferences()
{
    const auto plain = [](const char *key, const char *value, bool raw, bool file) {
        ci::protocol::JobVariable variable;
        variable.key = QLatin1StringView(key);
        variable.value = QLatin1StringView(value);
        variable.raw = raw;
        variable.file = file;
        return variable;
    };
    JobVariables variables;
    variables.set(plain("A", "old", false, false));
    variables.set(plain("C", "$B!", false, false));
    variables.set(plain("B", "<$A>", false, false));
    variables.set(plain("A", "new", false, false)); // The last one wins.
    variables.set(plain("RAW", "$A", true, false));
    variables.set(plain("R2", "$RAW", false, false));
    variables.set(plain("F", "content of $A", false, true));
    variables.set(plain("P", "at $F", false, false));
    variables.set(plain("X", "$Y", false, false)); // A circle ends.
    variables.set(plain("Y", "$X", false, false));
    variables.resolve("/b.tmp");
    QCOMPARE(variables.value("C", {}), "<new>!"_ba);
    QCOMPARE(variables.value("RAW", {}), "$A"_ba);
    QCOMPARE(variables.value("R2", {}), "$A"_ba);
    QCOMPARE(variables.value("F", {}), "/b.tmp/F"_ba);
    QCOMPARE(variables.value("P", {}), "at /b.tmp/F"_ba);
    QCOMPARE(variables.all().size(), size_t(9));
}

void ScriptTest::readsNumbersAndTimes()
{
    JobVariables variables;
    variables.set("N", "12");
    variables.set("BAD", "-5");
    variables.set("T", "1h 30m");
    variables.set("S", "90");
    variables.set("W", "soon");
    variables.set("YES", "True");
    QCOMPARE(variables.number("N", 3), 12);
    QCOMPARE(variables.number("BAD", 3), 3);
    QCOMPARE(variables.seconds("T").value_or(0), 5400);
    QCOMPARE(variables.seconds("S").value_or(0), 90);
    QVERIFY(!variables.seconds("W"));
    QVERIFY(variables.flag("YES"));
    QVERIFY(variables.flag("NONE", true));
}

CAPSTAN_TEST(ScriptTest)
#include "tst_script.moc"
