// SPDX-License-Identifier: MIT
#include "runner/joblog.h"
#include "runner/masker.h"
#include "tests/testmain.h"

#include <QTest>

#include <zlib.h>

using namespace Qt::StringLiterals;
using namespace ci::runner;

class MaskerTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hides_data();
    void hides();
    void hidesDerivedForms_data();
    void hidesDerivedForms();
    void staysLinearOnRepetition();
    void logKeepsChecksumAndAnyPart();
    void logEndsAtItsLimit();
};

void MaskerTest::hides_data()
{
    QTest::addColumn<QList<QByteArray>>("secrets");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("shown");
    QTest::newRow("nothing to hide") << QList<QByteArray> {} << "plain text"_ba << "plain text"_ba;
    QTest::newRow("a secret amid text")
        << QList {"s3cr3t"_ba} << "a s3cr3t b s3cr3t"_ba << "a [MASKED] b [MASKED]"_ba;
    QTest::newRow("side by side")
        << QList {"s3cr3t"_ba} << "s3cr3ts3cr3t"_ba << "[MASKED][MASKED]"_ba;
    QTest::newRow("the longest of two")
        << QList {"pass"_ba, "password1"_ba} << "password1 pass passwo"_ba
        << "[MASKED] [MASKED] [MASKED]wo"_ba;
    QTest::newRow("overlapping: every byte of both")
        << QList {"abcd"_ba, "cdef"_ba} << "xabcdefx"_ba << "x[MASKED]x"_ba;
    QTest::newRow("a beginning alone is no secret")
        << QList {"s3cr3t"_ba} << "s3cr3"_ba << "s3cr3"_ba;
    QTest::newRow("a false start before the secret")
        << QList {"aab"_ba} << "aaab"_ba << "a[MASKED]"_ba;
    QTest::newRow("signs of patterns")
        << QList {".*[a]$"_ba} << "x .*[a]$ y"_ba << "x [MASKED] y"_ba;
    QTest::newRow("a token by its prefix")
        << QList<QByteArray> {} << "use glpat-Ab_1.2=x! now"_ba << "use glpat-[MASKED]! now"_ba;
    QTest::newRow("a prefix alone") << QList<QByteArray> {} << "glpat- x"_ba << "glpat- x"_ba;
    QTest::newRow("a value in an address")
        << QList<QByteArray> {} << "GET /a?x=1&private_token=abc%20d&y=2"_ba
        << "GET /a?x=1&private_token=[MASKED]&y=2"_ba;
    QTest::newRow("a secret that begins in a token")
        << QList {"tail end"_ba} << "glpat-atail end."_ba << "glpat-[MASKED]."_ba;
    QTest::newRow("several lines")
        << QList {"line one\nline two"_ba} << "> line one\nline two<"_ba << "> [MASKED]<"_ba;
}

// Cut in two at every place, and into single bytes: always the same.
void MaskerTest::hides()
{
    QFETCH(QList<QByteArray>, secrets);
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, shown);
    MaskRules rules;
    rules.tokenPrefixes = {"glpat-"};
    rules.secrets.assign(secrets.begin(), secrets.end());
    for (qsizetype cut = 0; cut <= text.size(); ++cut) {
        Masker masker(rules);
        QByteArray out = masker.mask(QByteArrayView(text).first(cut));
        out += masker.mask(QByteArrayView(text).sliced(cut));
        QCOMPARE(out + masker.finish(), shown);
    }
    Masker masker(rules);
    QByteArray out;
    for (const char c : text) {
        out += masker.mask(QByteArrayView(&c, 1));
    }
    QCOMPARE(out + masker.finish(), shown);
}

void MaskerTest::hidesDerivedForms_data()
{
    QTest::addColumn<QByteArray>("secret");
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("base64") << "correct horse"_ba << "correct horse"_ba.toBase64();
    QTest::newRow("percent-encoded") << "pa ss&wo/rd"_ba << "pa%20ss%26wo%2Frd"_ba;
    QTest::newRow("JSON") << "quo\"te\\back"_ba << R"(quo\"te\\back)"_ba;
    QTest::newRow("CRLF") << "first line\nsecond line"_ba << "first line\r\nsecond line"_ba;
    QTest::newRow("one line of several") << "first line\nsecond line\n"_ba << "second line"_ba;
    QTest::newRow("without the last newline") << "password1\n"_ba << "password1"_ba;
}

void MaskerTest::hidesDerivedForms()
{
    QFETCH(QByteArray, secret);
    QFETCH(QByteArray, text);
    MaskRules rules;
    rules.addSecret(secret);
    Masker masker(rules);
    const QByteArray out = masker.mask("<" + text + ">") + masker.finish();
    QVERIFY2(!out.contains(text.chopped(3)), out.constData());
    QVERIFY(out.startsWith("<[MASKED]"));
}

void MaskerTest::staysLinearOnRepetition()
{
    MaskRules rules;
    rules.secrets = {QByteArray(64, 'a')};
    Masker masker(rules);
    qsizetype shown = 0;
    for (int i = 0; i < 200; ++i) {
        shown += masker.mask(QByteArray(4096, 'a')).size();
    }
    shown += masker.finish().size();
    QCOMPARE(shown, qsizetype(8)); // One [MASKED]: all of it overlaps.
}

void MaskerTest::logKeepsChecksumAndAnyPart()
{
    LogStore store;
    QByteArray all;
    for (int i = 0; i < 400; ++i) { // Past the size where it goes to a file.
        const QByteArray piece = "line " + QByteArray::number(i) + QByteArray(1000, 'x') + '\n';
        store.append(piece);
        all += piece;
    }
    QCOMPARE(store.size(), qint64(all.size()));
    for (const qint64 offset : {0LL, 1LL, 200'000LL, 262'143LL, 262'144LL, 300'000LL, 400'000LL}) {
        QCOMPARE(store.read(offset, 50'000), all.mid(offset, 50'000));
    }
    QVERIFY(store.read(all.size(), 10).isEmpty());
    QVERIFY(store.read(-1, 10).isEmpty());
    const auto *bytes = reinterpret_cast<const Bytef *>(all.constData());
    QCOMPARE(store.checksum(), quint32(::crc32_z(0, bytes, static_cast<size_t>(all.size()))));
}

void MaskerTest::logEndsAtItsLimit()
{
    JobLog log({}, 100);
    for (int i = 0; i < 50; ++i) {
        log.write("0123456789");
    }
    log.finish();
    const QByteArray text = log.store().read(0, 1000);
    QVERIFY(text.startsWith("0123456789"));
    QCOMPARE(text.count("0123456789"), 10);
    QVERIFY(text.contains("Job's log exceeded limit of 100 bytes."));
    QVERIFY(log.isCut());
}

CAPSTAN_TEST(MaskerTest)
#include "tst_masker.moc"
