// SPDX-License-Identifier: MIT
#include "common/base/linewriter.h"
#include "tests/testmain.h"

#include <QTest>

#include <fcntl.h>
#include <unistd.h>

using namespace ci;
using namespace std::chrono_literals;

namespace {

QByteArray readAvailable(int descriptor)
{
    QByteArray all;
    char bytes[65536];
    for (ssize_t n = 0; (n = ::read(descriptor, bytes, sizeof bytes)) > 0;) {
        all.append(bytes, n);
    }
    return all;
}

} // namespace

class LineWriterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { QCOMPARE(::pipe2(m_pipe, O_CLOEXEC), 0); }
    void cleanup();

    void writesLinesInOrder();
    void neverBlocksWhereNobodyReads();
    void waitsForADescriptorThatDoesNotBlock();

private:
    int m_pipe[2] {};
};

void LineWriterTest::cleanup()
{
    ::close(m_pipe[0]);
    ::close(m_pipe[1]);
}

void LineWriterTest::writesLinesInOrder()
{
    LineWriter writer(m_pipe[1]);
    writer.write("one\n");
    writer.write("two\n");
    QVERIFY(writer.flush(10s));
    char bytes[64];
    QCOMPARE(QByteArray(bytes, ::read(m_pipe[0], bytes, sizeof bytes)), QByteArray("one\ntwo\n"));
}

void LineWriterTest::neverBlocksWhereNobodyReads()
{
    constexpr int Lines = 20'000; // Of 100 bytes: more than the pipe and the queue take together.
    const QByteArray line = QByteArray(99, 'x') + '\n';
    QByteArray all;
    {
        LineWriter writer(m_pipe[1], 100'000);
        for (int i = 0; i < Lines; ++i) {
            writer.write(line);
        }
        QVERIFY(!writer.flush(1ms));
        QCOMPARE(::fcntl(m_pipe[0], F_SETFL, O_NONBLOCK), 0);
        QTRY_VERIFY((all += readAvailable(m_pipe[0]), writer.flush(1ms)));
        writer.write("after\n"); // The count comes with the next line.
        QVERIFY(writer.flush(10s));
    }
    all += readAvailable(m_pipe[0]);
    qsizetype lost = 0;
    for (const QByteArray &text : all.split('\n')) {
        if (text.startsWith('(')) {
            lost += text.mid(1).split(' ').first().toLongLong();
        }
    }
    QVERIFY(lost > 0);
    QCOMPARE(all.count(line) + lost, Lines);
}

void LineWriterTest::waitsForADescriptorThatDoesNotBlock()
{
    QCOMPARE(::fcntl(m_pipe[1], F_SETFL, O_NONBLOCK), 0);
    QCOMPARE(::fcntl(m_pipe[0], F_SETFL, O_NONBLOCK), 0);
    LineWriter writer(m_pipe[1]);
    const QByteArray line = QByteArray(200'000, 'y') + '\n'; // More than a pipe holds.
    writer.write(line);
    QByteArray all;
    QTRY_VERIFY((all += readAvailable(m_pipe[0]), all.size() == line.size()));
    QCOMPARE(all, line);
}

CAPSTAN_TEST(LineWriterTest)
#include "tst_linewriter.moc"
