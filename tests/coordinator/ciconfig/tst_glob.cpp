// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/glob.h"

#include "tests/testmain.h"

#include <QTest>

using namespace ci::ciconfig;
using namespace Qt::StringLiterals;

class GlobTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void matches_data();
    void matches();
    void matchesIncludes_data();
    void matchesIncludes();
    void endsInTime();
};

void GlobTest::matches_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("path");
    QTest::addColumn<bool>("expected");
    const auto row = [](const char *pattern, const char *path, bool expected) {
        QTest::addRow("%s for %s", pattern, path)
            << QString::fromUtf8(pattern) << QString::fromUtf8(path) << expected;
    };
    row("Dockerfile", "Dockerfile", true);
    row("Dockerfile", "x/Dockerfile", false);
    row("Dockerfile", "dockerfile", false);
    row("**/Dockerfile", "Dockerfile", true);
    row("**/Dockerfile", "a/b/Dockerfile", true);
    row("*.md", "a.md", true);
    row("*.md", ".md", true);
    row("*.md", "a/b.md", false);
    row("a/**", "a/x", true);
    row("a/**", "a/x/y", false);
    row("a/**/*", "a/x/y", true);
    row("a/**/b/*.c", "a/b/x.c", true);
    row("a/**/b/*.c", "a/q/r/b/x.c", true);
    row("a/**/b/**/c", "a/b/x/b/y/c", true);
    row("?.txt", "a.txt", true);
    row("?.txt", "ab.txt", false);
    row("[a-c].txt", "b.txt", true);
    row("[!a-c].txt", "b.txt", false);
    row("[^a-c].txt", "d.txt", true);
    row("[]].txt", "].txt", true);
    row("[ab", "a", false);
    row("\\*", "*", true);
    row("\\*", "a", false);
    row("{a,b}.txt", "b.txt", true);
    row("{a,b{c,d}}.txt", "bd.txt", true);
    row("{a,}.txt", ".txt", true);
    row("{a,b/c}/x", "b/c/x", true);
    row("{a.txt", "{a.txt", true);
    row("*", ".env", true);
    row("", "", true);
    row("", "a", false);
    row("./a", "a", false);
    row("/a", "a", false);
    row("a*b*c", "aXbYbZc", true);
}

void GlobTest::matches()
{
    QFETCH(QString, pattern);
    QFETCH(QString, path);
    QFETCH(bool, expected);
    QCOMPARE(Glob(pattern).matches(path), expected);
}

void GlobTest::matchesIncludes_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("path");
    QTest::addColumn<bool>("expected");
    const auto row = [](const char *pattern, const char *path, bool expected) {
        QTest::addRow("%s for %s", pattern, path)
            << QString::fromUtf8(pattern) << QString::fromUtf8(path) << expected;
    };
    row("ci/*.yml", "ci/a.yml", true);
    row("ci/*.yml", "ci/b/a.yml", false);
    row("ci/**.yml", "ci/b/a.yml", true);
    row("ci/**/*.yml", "ci/b/c/a.yml", true);
    row("ci/**/*.yml", "ci/a.yml", true);
    row("**/*.yml", "a.yml", true);
    row("*.yml", "a.yaml", false);
    row("ci/**/x.yml", "ci/ax.yml", false);
}

void GlobTest::matchesIncludes()
{
    QFETCH(QString, pattern);
    QFETCH(QString, path);
    QFETCH(bool, expected);
    QCOMPARE(includePatternMatches(pattern, path), expected);
}

void GlobTest::endsInTime()
{
    // Each would take for ever in a matcher that tries everything.
    QVERIFY(!Glob(u"*a"_s.repeated(1000) + u"b"_s).matches(u"a"_s.repeated(2000)));
    QVERIFY(!Glob(u"**/a/"_s.repeated(500) + u"b"_s).matches(u"a/"_s.repeated(1000) + u"c"_s));
    QVERIFY(!Glob(u"{a,b}"_s.repeated(5000)).matches(u"a"_s));
    QVERIFY(!Glob(u"{"_s.repeated(100'000)).matches(u"a"_s));
}

CAPSTAN_TEST(GlobTest)
#include "tst_glob.moc"
