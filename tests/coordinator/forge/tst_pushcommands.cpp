// SPDX-License-Identifier: MIT
#include "coordinator/forge/pushcommands.h"

#include "coordinator/forge/inflater.h"
#include "coordinator/forge/pushevent.h"
#include "coordinator/model/protectedbranches.h"
#include "tests/testmain.h"

#include <QTest>

#include <zlib.h>

using namespace Qt::StringLiterals;
using namespace ci;
using namespace ci::forge;

namespace {

const QByteArray Zero(40, '0');
const QByteArray One(40, '1');
const QByteArray Two(40, '2');

QByteArray pktLine(const QByteArray &text)
{
    return QByteArray::number(text.size() + 4, 16).rightJustified(4, '0') + text;
}

RefUpdate update(const QByteArray &before, const QByteArray &after, const QString &ref)
{
    return {before, after, ref};
}

QByteArray gzip(const QByteArray &plain)
{
    z_stream z {};
    deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    QByteArray in = plain;
    QByteArray out(qsizetype(deflateBound(&z, uLong(plain.size()))), '\0');
    z.next_in = reinterpret_cast<Bytef *>(in.data());
    z.avail_in = uInt(in.size());
    z.next_out = reinterpret_cast<Bytef *>(out.data());
    z.avail_out = uInt(out.size());
    deflate(&z, Z_FINISH);
    out.truncate(out.size() - qsizetype(z.avail_out));
    deflateEnd(&z);
    return out;
}

} // namespace

class PushCommandsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsTheListSplitAnywhere();
    void refusesNonsense_data();
    void refusesNonsense();
    void judgesByTable_data();
    void judgesByTable();
    void matchesWildcards_data();
    void matchesWildcards();
    void readsPushOptions_data();
    void readsPushOptions();
    void readsInputsOfPushes();
    void findsWordsThatSkip_data();
    void findsWordsThatSkip();
    void readsTheHooksFile();
    void refusesHostileSpoolFiles_data();
    void refusesHostileSpoolFiles();
    void unpacksPieceByPiece();
    void bombsCostOnePiece();
};

void PushCommandsTest::readsTheListSplitAnywhere()
{
    const QByteArray list = pktLine("shallow " + One)
        + pktLine(Zero + ' ' + One + " refs/heads/main" + QByteArray("\0 report-status push-options", 28))
        + pktLine(One + ' ' + Two + " refs/tags/v1\n") + "0000";
    const QByteArray whole = list + "PACK and the rest";
    for (qsizetype split = 0; split < whole.size(); ++split) {
        PushCommands commands;
        const Result<bool> first = commands.feed(QByteArrayView(whole).first(split));
        QVERIFY(first);
        QCOMPARE(*first, split >= list.size());
        const Result<bool> second = commands.feed(QByteArrayView(whole).sliced(split));
        QVERIFY(second && *second);
        QCOMPARE(commands.updates().size(), size_t(2));
        QCOMPARE(commands.updates()[0].ref, u"refs/heads/main"_s);
        QCOMPARE(commands.updates()[1].ref, u"refs/tags/v1"_s);
        QCOMPARE(commands.takeHead(), whole);
    }
}

void PushCommandsTest::refusesNonsense_data()
{
    QTest::addColumn<QByteArray>("bytes");

    QTest::newRow("no number") << QByteArray("GET / HTTP/1.1");
    QTest::newRow("a length within its own digits") << QByteArray("0003");
    QTest::newRow("a length of only itself") << QByteArray("0004");
    QTest::newRow("no shas") << pktLine("main");
    QTest::newRow("capital digits in a sha") << pktLine(Zero + ' ' + QByteArray(40, 'A') + " refs/heads/x");
    QTest::newRow("no name") << pktLine(Zero + ' ' + One + ' ');
    QTest::newRow("a signed push") << pktLine("push-cert\0report-status");
}

void PushCommandsTest::refusesNonsense()
{
    QFETCH(QByteArray, bytes);
    QVERIFY(!PushCommands().feed(bytes));
    PushCommands slow;
    bool failed = false;
    for (const char byte : bytes) {
        failed = failed || !slow.feed(QByteArrayView(&byte, 1));
    }
    QVERIFY(failed);
    // And an endless list ends.
    PushCommands endless;
    const QByteArray line = pktLine(Zero + ' ' + One + " refs/heads/x");
    Result<bool> more = false;
    for (qsizetype sent = 0; more && sent < 2 * PushCommands::MaxHeadBytes; sent += line.size()) {
        more = endless.feed(line);
    }
    QCOMPARE(more.error().kind, ErrorKind::TooLarge);
}

void PushCommandsTest::judgesByTable_data()
{
    QTest::addColumn<bool>("mayPushProtected");
    QTest::addColumn<RefUpdate>("wanted");
    QTest::addColumn<QString>("word");

    const QString main = u"refs/heads/main"_s;
    QTest::newRow("a free branch") << false << update(Zero, One, u"refs/heads/free"_s) << u""_s;
    QTest::newRow("a tag") << false << update(Zero, One, u"refs/tags/main"_s) << u""_s;
    QTest::newRow("a protected one by a developer") << false << update(One, Two, main) << u"needs the role"_s;
    QTest::newRow("a wildcard by a developer") << false << update(One, Two, u"refs/heads/release/1"_s) << u"needs the role"_s;
    QTest::newRow("a protected one by a maintainer") << true << update(One, Two, main) << u""_s;
    QTest::newRow("deleting a protected one") << true << update(One, Zero, u"refs/heads/release/1"_s) << u"deleted by a push"_s;
    QTest::newRow("deleting the default") << true << update(One, Zero, main) << u"default branch"_s;
    QTest::newRow("deleting a free one") << false << update(One, Zero, u"refs/heads/free"_s) << u""_s;
    QTest::newRow("a pipeline's ref") << true << update(Zero, One, u"refs/pipelines/1"_s) << u"belongs to"_s;
    QTest::newRow("bytes that are no text") << true << update(Zero, One, u"refs/heads/a\uFFFD"_s) << u"UTF-8"_s;
}

void PushCommandsTest::judgesByTable()
{
    QFETCH(bool, mayPushProtected);
    QFETCH(RefUpdate, wanted);
    QFETCH(QString, word);
    const PushPolicy policy {mayPushProtected, {u"main"_s, u"release/*"_s}, u"main"_s};
    const QString refusal = policy.refusal({wanted});
    QCOMPARE(refusal.isEmpty(), word.isEmpty());
    QVERIFY2(refusal.contains(word), qPrintable(refusal));
}

void PushCommandsTest::matchesWildcards_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("matches");

    QTest::newRow("equal") << u"main"_s << u"main"_s << true;
    QTest::newRow("case counts") << u"main"_s << u"Main"_s << false;
    QTest::newRow("longer") << u"main"_s << u"main2"_s << false;
    QTest::newRow("a tail") << u"release/*"_s << u"release/1/2"_s << true;
    QTest::newRow("an empty tail") << u"release/*"_s << u"release/"_s << true;
    QTest::newRow("the middle") << u"a*c*e"_s << u"abcde"_s << true;
    QTest::newRow("not quite") << u"a*c*e"_s << u"abcdef"_s << false;
    QTest::newRow("all") << u"*"_s << u""_s << true;
    QTest::newRow("signs mean themselves") << u"a[b]?"_s << u"ab1"_s << false;
    QTest::newRow("many stars end in time") << u"*a*a*a*a*a*a*a*a*b"_s << QString(2000, u'a') << false;
}

void PushCommandsTest::matchesWildcards()
{
    QFETCH(QString, pattern);
    QFETCH(QString, text);
    QTEST(model::matchesWildcard(pattern, text), "matches");
}

void PushCommandsTest::readsPushOptions_data()
{
    QTest::addColumn<QByteArray>("option");
    QTest::addColumn<bool>("skips");
    QTest::addColumn<QString>("variable");

    QTest::newRow("skip") << QByteArray("ci.skip") << true << u""_s;
    QTest::newRow("something else") << QByteArray("ci.skipping") << false << u""_s;
    QTest::newRow("quoted") << QByteArray("ci.variable=\"K=V\"") << false << u"K=V"_s;
    QTest::newRow("bare") << QByteArray("ci.variable=K=V") << false << u"K=V"_s;
    QTest::newRow("signs in the value") << QByteArray("ci.variable=\"K=a=b \"c\"\"") << false << u"K=a=b \"c\""_s;
    QTest::newRow("empty value") << QByteArray("ci.variable=K=") << false << u"K="_s;
    QTest::newRow("no name") << QByteArray("ci.variable==V") << false << u""_s;
    QTest::newRow("no value") << QByteArray("ci.variable=K") << false << u""_s;
    QTest::newRow("a bad name") << QByteArray("ci.variable=A-B=V") << false << u""_s;
    QTest::newRow("a quote alone") << QByteArray("ci.variable=\"") << false << u""_s;
}

void PushCommandsTest::readsPushOptions()
{
    QFETCH(QByteArray, option);
    QFETCH(QString, variable);
    const PushWishes wishes = wishesOf({"unknown", option});
    QTEST(wishes.skip, "skips");
    QCOMPARE(wishes.variables.size(), size_t(variable.isEmpty() ? 0 : 1));
    if (!variable.isEmpty()) {
        QCOMPARE(wishes.variables[0].key + u'=' + wishes.variables[0].value, variable);
    }
}

void PushCommandsTest::readsInputsOfPushes()
{
    const PushWishes wishes = wishesOf({"ci.input=n=3", "ci.input=\"l=[\"a\"]\"", "ci.input==x", "ci.input=x"});
    using Inputs = std::vector<model::GivenInput>;
    QCOMPARE(wishes.inputs, (Inputs {{u"n"_s, u"3"_s, true}, {u"l"_s, u"[\"a\"]"_s, true}}));
}

void PushCommandsTest::findsWordsThatSkip_data()
{
    QTest::addColumn<QString>("message");
    QTest::addColumn<bool>("skips");
    QTest::newRow("ci skip") << u"fix [ci skip]"_s << true;
    QTest::newRow("skip ci, loud, further down") << u"fix\n\n[SKIP CI]"_s << true;
    QTest::newRow("without brackets") << u"ci skip"_s << false;
    QTest::newRow("a dash") << u"[ci-skip]"_s << false;
}

void PushCommandsTest::findsWordsThatSkip()
{
    QFETCH(QString, message);
    QTEST(asksToSkip(message), "skips");
}

void PushCommandsTest::readsTheHooksFile()
{
    const QByteArray file = "capstan-push 1\n" + Zero + ' ' + One + " refs/heads/a\n" + One + ' ' + Zero
        + " refs/heads/b\n\n" + QByteArray("ci.skip\0two\nlines\n\0", 19);
    const Result<PushEvent> event = decodeSpool(file);
    QVERIFY(event);
    QCOMPARE(event->updates.size(), size_t(2));
    QVERIFY(event->updates[1].isDeletion());
    // A line break in an option makes no second anything.
    QCOMPARE(event->options, QList<QByteArray>({"ci.skip", "two\nlines\n"}));
}

void PushCommandsTest::refusesHostileSpoolFiles_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("another version") << QByteArray("capstan-push 2\n\n");
    QTest::newRow("cut in the list") << "capstan-push 1\n" + Zero + ' ' + One;
    QTest::newRow("cut before the options") << "capstan-push 1\n" + Zero + ' ' + One + " refs/heads/a\n";
    QTest::newRow("no shas") << QByteArray("capstan-push 1\nhello\n\n");
}

void PushCommandsTest::refusesHostileSpoolFiles()
{
    QFETCH(QByteArray, file);
    QVERIFY(!decodeSpool(file));
}

void PushCommandsTest::unpacksPieceByPiece()
{
    QByteArray plain;
    for (int i = 0; i < 50'000; ++i) {
        plain += QByteArray::number(i * 7919);
    }
    const QByteArray packed = gzip(plain);
    Inflater inflater;
    QByteArray got;
    for (const char byte : packed) {
        inflater.add(QByteArrayView(&byte, 1));
        for (Result<QByteArray> piece = inflater.next(); piece && !piece->isEmpty(); piece = inflater.next()) {
            got += *piece;
        }
    }
    QVERIFY(inflater.isAtEnd());
    QVERIFY(got == plain);
    Inflater broken;
    broken.add("not gzip at all, whatever it says");
    QVERIFY(!broken.next());
}

void PushCommandsTest::bombsCostOnePiece()
{
    Inflater inflater;
    inflater.add(gzip(QByteArray(64 << 20, '\0')));
    qsizetype total = 0;
    for (Result<QByteArray> piece = inflater.next(); piece && !piece->isEmpty(); piece = inflater.next()) {
        QVERIFY(piece->size() <= 64 * 1024);
        total += piece->size();
    }
    QCOMPARE(total, qsizetype(64 << 20));
    QVERIFY(inflater.isAtEnd());
}

CAPSTAN_TEST(PushCommandsTest)
#include "tst_pushcommands.moc"
