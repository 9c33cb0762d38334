// SPDX-License-Identifier: MIT
#include "common/net/bodydecoder.h"
#include "common/net/multipart.h"
#include "tests/testmain.h"

#include <QTest>

namespace ci::net::test {

struct MemorySink final : BodySink
{
    Result<void> write(QByteArrayView piece) override
    {
        bytes += piece;
        return {};
    }
    Result<void> finish() override
    {
        finished = true;
        return {};
    }
    using BodySink::wake;
    QByteArray bytes;
    bool finished = false;
};

} // namespace ci::net::test

using namespace ci;
using namespace ci::net;
using namespace ci::net::test;
using namespace Qt::StringLiterals;

namespace {

QByteArray part(const QByteArray &disposition, const QByteArray &value)
{
    return "--XX\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + value + "\r\n";
}

} // namespace

class MultipartTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesAFormApartWhereverItIsCut();
    void refusesBrokenForms_data();
    void refusesBrokenForms();
    void refusesBrokenTypes_data();
    void refusesBrokenTypes();
    void fieldsAreBounded();
    void aRefusedFileEndsTheForm();
    void aFileMayOutliveItsForm();
    void chunksAreTheSameWhereverTheyAreCut();

private:
    Result<std::shared_ptr<MultipartSink>> makeForm(const MultipartLimits &limits = {});

    std::shared_ptr<MemorySink> m_file;
    QByteArray m_fileName;
};

Result<std::shared_ptr<MultipartSink>> MultipartTest::makeForm(const MultipartLimits &limits)
{
    m_file = std::make_shared<MemorySink>();
    return MultipartSink::create(
        "multipart/form-data; boundary=\"XX\"",
        "file",
        [this](const QByteArray &name) -> Result<std::shared_ptr<BodySink>> {
            m_fileName = name;
            if (name == "forbidden") {
                return forbidden(u"no"_s);
            }
            return std::shared_ptr<BodySink>(m_file);
        },
        limits);
}

void MultipartTest::takesAFormApartWhereverItIsCut()
{
    // A file that holds what looks like boundaries.
    const QByteArray content = "a\r\n--X\r\n--XY\r\n\r\n--\r\n--"_ba + '\0' + "XX\r\n-";
    const QByteArray form = "a preamble\r\n" + part("name=\"artifact_format\"", "zip")
        + part("name=\"file\"; filename=\"../a.zip\"", content) + part("name=empty", "") + "--XX--\r\nan epilogue";
    for (qsizetype cut = 0; cut <= form.size(); ++cut) {
        const auto sink = makeForm();
        QVERIFY(sink);
        QVERIFY((*sink)->write(QByteArrayView(form).first(cut)));
        QVERIFY((*sink)->write(QByteArrayView(form).sliced(cut)));
        QVERIFY((*sink)->finish());
        QCOMPARE(m_file->bytes, content);
        QVERIFY(m_file->finished);
        QCOMPARE(m_fileName, "../a.zip"_ba);
        QCOMPARE((*sink)->field("artifact_format").value_or("none"), "zip"_ba);
        QCOMPARE((*sink)->field("empty").value_or("none"), ""_ba);
        QVERIFY(!(*sink)->field("file"));
    }
    const auto slow = makeForm();
    for (const char byte : form) {
        QVERIFY((*slow)->write(QByteArrayView(&byte, 1)));
    }
    QVERIFY((*slow)->finish());
    QCOMPARE(m_file->bytes, content);
}

void MultipartTest::refusesBrokenForms_data()
{
    QTest::addColumn<QByteArray>("form");
    QTest::newRow("nothing") << ""_ba;
    QTest::newRow("no boundary") << "hello"_ba;
    QTest::newRow("no end") << part("name=a", "b");
    QTest::newRow("an end in the middle of the file") << "--XX\r\nContent-Disposition: form-data; name=file\r\n\r\nabc"_ba;
    QTest::newRow("a part without a name") << part("x=y", "b") + "--XX--";
    QTest::newRow("a part without a disposition") << "--XX\r\nContent-Type: a/b\r\n\r\nx\r\n--XX--"_ba;
    QTest::newRow("another disposition") << "--XX\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--XX--"_ba;
    QTest::newRow("two files") << part("name=file", "b") + part("name=file", "c") + "--XX--";
    QTest::newRow("rubbish behind a boundary") << "--XXrubbish\r\n"_ba;
    QTest::newRow("a bare LF in a part's head") << "--XX\r\nContent-Disposition: form-data; name=a\nX: y\r\n\r\nx\r\n--XX--"_ba;
    QTest::newRow("a part's head without end") << "--XX\r\n"_ba + QByteArray(10'000, 'x');
    QTest::newRow("an open quote") << part("name=\"a", "b") + "--XX--";
}

void MultipartTest::refusesBrokenForms()
{
    QFETCH(QByteArray, form);
    for (const qsizetype step : {qsizetype(1), qsizetype(7), std::max<qsizetype>(form.size(), 1)}) {
        const auto sink = makeForm();
        bool ok = true;
        for (qsizetype at = 0; ok && at < form.size(); at += step) {
            ok = (*sink)->write(form.mid(at, step)).isOk();
        }
        QVERIFY(!ok || !(*sink)->finish());
        QVERIFY(!m_file->finished || form.count("name=file") > 1);
    }
}

void MultipartTest::refusesBrokenTypes_data()
{
    QTest::addColumn<QByteArray>("type");
    QTest::newRow("none") << ""_ba;
    QTest::newRow("another") << "application/json; boundary=a"_ba;
    QTest::newRow("no boundary") << "multipart/form-data"_ba;
    QTest::newRow("an empty boundary") << "multipart/form-data; boundary=\"\""_ba;
    QTest::newRow("a long boundary") << "multipart/form-data; boundary="_ba + QByteArray(71, 'x');
}

void MultipartTest::refusesBrokenTypes()
{
    QFETCH(QByteArray, type);
    QVERIFY(!MultipartSink::create(type, "file", {}));
}

void MultipartTest::fieldsAreBounded()
{
    MultipartLimits limits;
    limits.maxFields = 2;
    limits.maxFieldBytes = 10;
    const auto many = makeForm(limits);
    QCOMPARE((*many)->write(part("name=a", "1") + part("name=b", "2") + part("name=c", "3")).error().kind,
             ErrorKind::TooLarge);
    const auto large = makeForm(limits);
    QCOMPARE((*large)->write(part("name=a", QByteArray(100, 'x'))).error().kind, ErrorKind::TooLarge);
}

void MultipartTest::aRefusedFileEndsTheForm()
{
    const auto sink = makeForm();
    const auto written = (*sink)->write(part("name=file; filename=forbidden", "x"));
    QCOMPARE(written.error().kind, ErrorKind::Forbidden);
}

void MultipartTest::aFileMayOutliveItsForm()
{
    std::shared_ptr<MultipartSink> form = makeForm().value();
    int woken = 0;
    form->setWake([&woken] { ++woken; });
    QVERIFY(form->write("--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\nhalf of it"));
    m_file->wake();
    QCOMPARE(woken, 1);
    form.reset();
    m_file->wake();
    QCOMPARE(woken, 1);
}

void MultipartTest::chunksAreTheSameWhereverTheyAreCut()
{
    const QByteArray stream = "1\r\na\r\n000b;x=\"y\"\r\nhello world\r\n0;z\r\nA: b\r\nC: d\r\n\r\nNEXT";
    for (qsizetype first = 0; first <= stream.size(); ++first) {
        for (qsizetype second = first; second <= stream.size(); ++second) {
            BodyDecoder decoder = BodyDecoder::chunked();
            QByteArray body;
            qsizetype consumed = 0;
            for (const qsizetype end : {first, second, stream.size()}) {
                while (consumed < end && !decoder.isDone()) {
                    const auto step = decoder.next(QByteArrayView(stream).sliced(consumed, end - consumed));
                    consumed += step.consumed;
                    body += step.payload;
                }
            }
            QVERIFY(decoder.isDone() && !decoder.error());
            QCOMPARE(body, "ahello world"_ba);
            QCOMPARE(stream.sliced(consumed), "NEXT"_ba);
        }
    }
}

CAPSTAN_TEST(MultipartTest)
#include "tst_multipart.moc"
