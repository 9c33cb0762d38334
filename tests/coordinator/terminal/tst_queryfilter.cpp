// SPDX-License-Identifier: MIT
#include "coordinator/terminal/queryfilter.h"
#include "tests/testmain.h"

#include <QRandomGenerator>
#include <QTest>

using namespace ci;

class QueryFilterTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void blanks_data();
    void blanks();
    void keepsLengthOfAnything();
};

void QueryFilterTest::blanks_data()
{
    QTest::addColumn<QByteArray>("sequence");
    QTest::addColumn<bool>("isBlanked");
    QTest::newRow("DA1") << QByteArray("\x1b[c") << true;
    QTest::newRow("DA1 with a zero") << QByteArray("\x1b[0c") << true;
    QTest::newRow("DA2") << QByteArray("\x1b[>c") << true;
    QTest::newRow("DA3") << QByteArray("\x1b[=c") << true;
    QTest::newRow("DECID") << QByteArray("\x1bZ") << true;
    QTest::newRow("cursor position") << QByteArray("\x1b[6n") << true;
    QTest::newRow("DEC status") << QByteArray("\x1b[?6n") << true;
    QTest::newRow("DECRQM") << QByteArray("\x1b[?2026$p") << true;
    QTest::newRow("XTVERSION") << QByteArray("\x1b[>0q") << true;
    QTest::newRow("kitty keyboard") << QByteArray("\x1b[?u") << true;
    QTest::newRow("window report") << QByteArray("\x1b[18t") << true;
    QTest::newRow("background colour, BEL") << QByteArray("\x1b]11;?\a") << true;
    QTest::newRow("background colour, ST") << QByteArray("\x1b]11;?\x1b\\") << true;
    QTest::newRow("palette") << QByteArray("\x1b]4;1;?\a") << true;
    QTest::newRow("clipboard read") << QByteArray("\x1b]52;c;?\a") << true;
    QTest::newRow("DECRQSS") << QByteArray("\x1bP$qm\x1b\\") << true;
    QTest::newRow("XTGETTCAP") << QByteArray("\x1bP+q544e\x1b\\") << true;
    QTest::newRow("enquiry") << QByteArray("\x05") << true;
    QTest::newRow("colour") << QByteArray("\x1b[1;31m") << false;
    QTest::newRow("cursor move") << QByteArray("\x1b[10;20H") << false;
    QTest::newRow("cursor restore") << QByteArray("\x1b[u") << false;
    QTest::newRow("cursor shape") << QByteArray("\x1b[2 q") << false;
    QTest::newRow("scroll up") << QByteArray("\x1b[3S") << false;
    QTest::newRow("title with a question") << QByteArray("\x1b]0;why?\a") << false;
    QTest::newRow("hyperlink") << QByteArray("\x1b]8;;https://example.com/?q\a") << false;
    QTest::newRow("colour set") << QByteArray("\x1b]11;#ffffff\a") << false;
    QTest::newRow("sixel") << QByteArray("\x1bPq#0~~\x1b\\") << false;
    QTest::newRow("cut CSI") << QByteArray("\x1b[6") << false;
    QTest::newRow("cut OSC") << QByteArray("\x1b]11;?") << false;
    QTest::newRow("lone escape") << QByteArray("\x1b") << false;
    QTest::newRow("CSI broken off by a line") << QByteArray("\x1b[6\nn") << false;
}

void QueryFilterTest::blanks()
{
    QFETCH(QByteArray, sequence);
    QFETCH(bool, isBlanked);
    QByteArray alone = sequence;
    terminal::blankQueries(alone);
    QCOMPARE(alone, isBlanked ? QByteArray(sequence.size(), '\0') : sequence);
    if (!sequence.endsWith('?') && !sequence.endsWith('6') && !sequence.endsWith('\x1b')) {
        QByteArray amid = "before" + sequence + "\x1b[0mafter";
        terminal::blankQueries(amid);
        QCOMPARE(amid, "before" + alone + "\x1b[0mafter");
    }
}

void QueryFilterTest::keepsLengthOfAnything()
{
    const QByteArray alphabet = "\x1b[]P\\;?$+qcn0\a\x05Z\nx";
    QRandomGenerator random(7);
    for (int round = 0; round < 2000; ++round) {
        QByteArray text;
        for (int i = random.bounded(60); i > 0; --i) {
            text += alphabet.at(random.bounded(static_cast<int>(alphabet.size())));
        }
        QByteArray once = text;
        terminal::blankQueries(once);
        QCOMPARE(once.size(), text.size());
        for (qsizetype i = 0; i < text.size(); ++i) {
            QVERIFY(once.at(i) == text.at(i) || once.at(i) == '\0');
        }
    }
}

CAPSTAN_TEST(QueryFilterTest)
#include "tst_queryfilter.moc"
