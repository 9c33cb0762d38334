// SPDX-License-Identifier: MIT
#include "tests/coordinator/ciconfig/memorysource.h"
#include "tests/testmain.h"

#include <QTest>

#include <functional>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace ci::ciconfig;
using namespace ci::test;
using namespace Qt::StringLiterals;

/// Small files that ask for very much: each ends with a message, and none takes much memory.
class HostileTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersWithAnError_data();
    void answersWithAnError();
    void takesLargeFilesThatAreFine_data();
    void takesLargeFilesThatAreFine();
};

using Files = QHash<QString, QByteArray>;
using Line = std::function<QByteArray(int)>;

static QByteArray lines(int count, const Line &line)
{
    QByteArray text;
    for (int i = 0; i < count; ++i) {
        text += line(i) + '\n';
    }
    return text;
}

static QByteArray number(int i) { return QByteArray::number(i); }

static QByteArray many(int count, const Line &item)
{
    QByteArrayList items;
    for (int i = 0; i < count; ++i) {
        items.append(item(i));
    }
    return items.join(", ");
}

void HostileTest::answersWithAnError_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("message");
    QTest::addColumn<Files>("files");
    const auto row = [](const char *name, const QByteArray &text, const char *message, const Files &files = {}) {
        QTest::newRow(name) << text << QString::fromUtf8(message) << files;
    };
    const QByteArray job = "j: {script: x}\n";

    row("100,000 instances of one job",
        "j: {script: x, parallel: {matrix: [{A: [" + many(1000, number) + "], B: [" + many(100, number) + "]}]}}",
        "generates too many jobs");
    row("100,000 instances of many jobs",
        lines(500, [](int i) { return "j" + number(i) + ": {script: x, parallel: 200}"; }), "generates too many jobs");
    row("400 variables that name 200 others, in 200 jobs",
        "variables:\n" + lines(400, [](int i) {
            return "  V" + number(i) + ": \"" + many(200, [i](int k) { return "$V" + number(i + 1 + k); }) + "\"";
        }) + "j: {script: x, parallel: 200}\n",
        "The pipeline is too big");
    row("a circle of 9,000 needs",
        lines(9000, [](int i) { return "a" + number(i) + ": {script: x, needs: [a" + number((i + 1) % 9000) + "]}"; }),
        "circular dependencies");
    row("200 needs of 200 instances, 100 times",
        lines(40, [](int i) { return "a" + number(i) + ": {script: x, stage: build, parallel: 200}"; })
            + lines(10, [](int i) {
                  return "b" + number(i) + ": {script: x, parallel: 200, needs: ["
                      + many(40, [](int k) { return "a" + number(k); }) + "]}";
              }),
        "too many");
    row("a chain of 20,000 extends",
        lines(20000, [](int i) { return ".e" + number(i) + ": {extends: .e" + number(i + 1) + "}"; }) + job,
        "nesting too deep");
    row("one parent 20,000 times",
        ".b: {" + many(5000, [](int i) { return "k" + number(i) + ": x"; }) + "}\nj: {script: x, extends: ["
            + many(20000, [](int) { return QByteArray(".b"); }) + "]}",
        "too big");
    row("references that multiply",
        lines(9, [](int i) {
            return ".e" + number(i) + ": ["
                + many(50, [i](int) { return QByteArray("!reference [.e" + number(i + 1) + "]"); }) + "]";
        }) + ".e9: [x]\nj: {script: !reference [.e0]}",
        "too big");
    row("2,000 variables in 9,000 jobs",
        "variables: {" + many(2000, [](int i) { return "V" + number(i) + ": x"; }) + "}\n"
            + lines(9000, [](int i) { return "j" + number(i) + ": {script: x}"; }),
        "too big");
    row("a name of a million", "? \"" + QByteArray(1'000'000, 'a') + "\"\n: {script: x}\n", "job name is too long");
    row("a key of a million", QByteArray(1'000'000, 'a') + ": x\n" + job, "");
    row("an expression of a million", "j: {script: x, rules: [{if: '" + QByteArray(1'000'000, '(') + "'}]}",
        "Too many tokens!");
    row("a regex that multiplies",
        "j: {script: x, rules: [{if: '$A =~ /((((a{100}){100}){100}){100})/'}]}", "invalid expression syntax");
    row("an input put in 50,000 times",
        "spec: {inputs: {a: {default: \"" + QByteArray(100'000, 'x') + "\"}}}\n---\nj:\n  script: \""
            + QByteArray("$[[ inputs.a ]]").repeated(50'000) + "\"\n",
        "too long");
    row("a list put in 5,000 times",
        "spec: {inputs: {a: {type: array, default: [" + many(10'000, number) + "]}}}\n---\n"
            + lines(5000, [](int i) { return ".a" + number(i) + ": $[[ inputs.a ]]"; }) + job,
        "too big");
    row("aliases of aliases",
        "a0: &a0 [x, x]\n" + lines(40, [](int i) {
            return "a" + number(i + 1) + ": &a" + number(i + 1) + " [*a" + number(i) + ", *a" + number(i) + "]";
        }) + job,
        "too big");
    row("10,000 lists in each other", "j: {script: " + QByteArray(10'000, '[') + QByteArray(10'000, ']') + "}", "too deep");
    row("10,000 maps in each other", "j:\n" + lines(1000, [](int i) { return QByteArray(i + 1, ' ') + "a:"; }), "too deep");
    row("a key of 1 MB", QByteArray(1 << 20, 'k') + ": {script: x}", "");
    row("a NUL", QByteArray("j: {script: 'a\0b'}", 19), "");
    row("bytes that are no UTF-8", "j: {script: '\xff\xfe'}", "");
    row("a file beyond the limit", "j: {script: \"" + QByteArray(3 << 20, 'a') + "\"}", "too big");
    row("an include of itself", "include: a.yml\n" + job, "Maximum of 150", {{u"a.yml"_s, "include: a.yml"}});
    row("two includes that double", "include: a.yml\n" + job, "Maximum of 150",
        {{u"a.yml"_s, "include: [b.yml, b.yml]"}, {u"b.yml"_s, "include: [a.yml, a.yml]"}});
    row("a large file with other keys each time",
        "include:\n" + lines(140, [](int i) { return "  - {local: a.yml, inputs: {n: \"" + number(i) + "\"}}"; }) + job,
        "too big",
        {{u"a.yml"_s, "spec: {inputs: {n: }}\n---\n"
                          + lines(20'000, [](int i) { return ".k" + number(i) + "$[[ inputs.n ]]: [a, b]"; })}});
    row("a circle of extends",
        lines(5000, [](int i) { return ".e" + number(i) + ": {extends: .e" + number((i + 1) % 5000) + "}"; }) + job,
        "extends");
    row("an expression of 1 MB", "j: {script: x, rules: [{if: \"" + QByteArray("$A && ").repeated(170'000) + "$A\"}]}",
        "invalid expression syntax");
    row("1,000 rules with large patterns",
        "j:\n  script: x\n  rules:\n"
            + lines(1000, [](int i) { return "    - if: '$A =~ /(x{1,500}y" + number(i) + "){1,2}/'"; })
            + "    - {if: '$A ='}\n",
        "invalid expression syntax");
    row("20,000 mistakes", lines(20000, [](int i) { return "j" + number(i) + ": {script: x, foo: 1}"; }),
        "unknown keys: foo");
}

/// What one compile did, measured in a process of its own: a peak of memory never goes down again,
/// so in one process the first large row would hide all after it.
struct Measured
{
    qint32 errors = -1; ///< -1: the process died.
    qint32 peakKilobytes = 0; ///< Above what it had before.
    qint32 cpuMilliseconds = 0;
    char firstError[1000] = {};
};

static rusage usageNow()
{
    rusage usage {};
    getrusage(RUSAGE_SELF, &usage);
    return usage;
}

static qint32 milliseconds(const rusage &usage)
{
    return qint32((usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000
                  + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000);
}

static Measured measure(const QByteArray &text, const Files &files)
{
    const rusage before = usageNow();
    const Compiled result = compile(text, branchContext(), MemorySource(files));
    const rusage after = usageNow();
    Measured measured;
    measured.errors = qint32(result.errors.size());
    measured.peakKilobytes = qint32(after.ru_maxrss - before.ru_maxrss);
    measured.cpuMilliseconds = milliseconds(after) - milliseconds(before);
    const QByteArray first = result.errors.empty() ? QByteArray() : result.errors.front().text.toUtf8();
    qstrncpy(measured.firstError, first.constData(), sizeof measured.firstError);
    return measured;
}

static Measured measureApart(const QByteArray &text, const Files &files)
{
    int ends[2] = {-1, -1};
    if (::pipe(ends) != 0) {
        return {};
    }
    const pid_t child = ::fork();
    if (child == 0) {
        const Measured measured = measure(text, files);
        ::_exit(::write(ends[1], &measured, sizeof measured) == ssize_t(sizeof measured) ? 0 : 1);
    }
    ::close(ends[1]);
    Measured measured;
    if (::read(ends[0], &measured, sizeof measured) != ssize_t(sizeof measured)) {
        measured = {};
    }
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return measured;
}

void HostileTest::answersWithAnError()
{
    QFETCH(const QByteArray, text);
    QFETCH(const QString, message);
    QFETCH(const Files, files);
    const Measured measured = measureApart(text, files);
    QVERIFY2(measured.errors > 0, "no error, or a crash");
    QVERIFY(measured.errors <= 200);
    const QString first = QString::fromUtf8(measured.firstError);
    QVERIFY2(first.contains(message), qPrintable(first));
    QVERIFY(first.size() < 1000);
    qDebug("%d KB, %d ms", measured.peakKilobytes, measured.cpuMilliseconds);
    // Sanitizers hold freed memory back and take their time: only the plain build says something.
#if !defined(__SANITIZE_ADDRESS__)
    QVERIFY2(measured.peakKilobytes < 64 * 1024, "memory");
    // A second is meant; a busy machine with a debug build must not fail for it.
    QVERIFY2(measured.cpuMilliseconds < 5000, "time");
#endif
}

void HostileTest::takesLargeFilesThatAreFine_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("jobs");
    QTest::newRow("5,000 jobs") << lines(5000, [](int i) { return "j" + number(i) + ": {script: x}"; }) << 5000;
    QTest::newRow("a chain of 5,000 needs")
        << lines(5000, [](int i) { return "j" + number(i) + ": {script: x, needs: [j" + number(i + 1) + "]}"; })
            + "j5000: {script: x}\n"
        << 5001;
    QTest::newRow("variables in variables")
        << "variables: {" + many(5000, [](int i) { return "V" + number(i) + ": $V" + number(i + 1); })
            + "}\nj: {script: x, tags: [$V0]}\n"
        << 1;
    QTest::newRow("a script of 1.9 MB") << "j: {script: \"" + QByteArray(1'900'000, 'a') + "\"}" << 1;
    QTest::newRow("braces without end")
        << "k: {script: x}\nj: {script: x, rules: [{exists: ['" + QByteArray("{a,b}").repeated(5000) + "']}]}" << 1;
}

void HostileTest::takesLargeFilesThatAreFine()
{
    QFETCH(QByteArray, text);
    QFETCH(int, jobs);
    const Compiled result = compiled(text);
    QVERIFY2(result.isValid(), qPrintable(firstError(result)));
    QCOMPARE(int(result.plan->jobs.size()), jobs);
}

CAPSTAN_TEST(HostileTest)
#include "tst_hostile.moc"
