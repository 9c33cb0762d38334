// SPDX-License-Identifier: MIT
#include "common/net/httpclient.h"
#include "common/net/multipart.h"
#include "tests/common/net/testserver.h"
#include "tests/testmain.h"

#include <QFile>
#include <QTest>
#include <QTimer>

using namespace ci;
using namespace ci::net;
using namespace ci::net::test;
using namespace Qt::StringLiterals;

namespace {

BodyPolicy streamAll(const RequestHead &)
{
    return {BodyPolicy::Kind::Stream, 0};
}

struct CountingSink final : BodySink
{
    Result<void> write(QByteArrayView bytes) override
    {
        if (failsAt >= 0 && count + bytes.size() > failsAt) {
            return ioError(u"full disk"_s);
        }
        count += bytes.size();
        return {};
    }
    Result<void> finish() override
    {
        finished = true;
        return {};
    }
    bool isFull() const override { return full; }
    void open()
    {
        full = false;
        wake();
    }

    std::atomic<qint64> count {0};
    std::atomic<bool> finished {false};
    std::atomic<bool> full {false};
    qint64 failsAt = -1;
};

/// Gives what a test hands over, when it does. `given` is of the connection's thread.
class PatientSource final : public BodySource
{
public:
    Result<QByteArray> read(qint64 maximum) override
    {
        const QMutexLocker lock(&m_mutex);
        const QByteArray piece = m_bytes.first(std::min<qint64>(maximum, m_bytes.size()));
        m_bytes.remove(0, piece.size());
        return piece;
    }
    bool atEnd() const override
    {
        const QMutexLocker lock(&m_mutex);
        return m_ended && m_bytes.isEmpty();
    }
    void give(const QByteArray &bytes, bool last)
    {
        {
            const QMutexLocker lock(&m_mutex);
            m_bytes += bytes;
            m_ended = last;
        }
        wake();
    }

private:
    mutable QMutex m_mutex;
    QByteArray m_bytes;
    bool m_ended = false;
};

/// So many bytes without having them, counting what was asked.
class EndlessSource final : public BodySource
{
public:
    EndlessSource(qint64 size, bool lies)
        : m_left(size)
        , m_told(lies ? size + 1 : size)
    {
    }
    ~EndlessSource() override { ++destroyed; }
    std::optional<qint64> size() const override { return m_told; }
    Result<QByteArray> read(qint64 maximum) override
    {
        const qint64 size = std::min(maximum, m_left);
        m_left -= size;
        given += size;
        return QByteArray(size, 'e');
    }
    bool atEnd() const override { return m_left == 0; }

    static inline std::atomic<int> destroyed {0};
    std::atomic<qint64> given {0};

private:
    qint64 m_left;
    const qint64 m_told;
};

qint64 residentKiB()
{
    QFile status(u"/proc/self/status"_s);
    const bool opened = status.open(QIODevice::ReadOnly);
    const QByteArray text = opened ? status.readAll() : QByteArray();
    const qsizetype at = text.indexOf("VmRSS:");
    return text.sliced(at + 6, 12).simplified().split(' ').first().toLongLong();
}

} // namespace

/// Bodies on their way through a server: streamed, held back, cut.
class HttpBodiesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void streamsABodyToASink_data();
    void streamsABodyToASink();
    void continueIsSentOnlyWhenTheBodyIsWanted();
    void aBodyPastTheMaximumIsTooLarge_data();
    void aBodyPastTheMaximumIsTooLarge();
    void aFullSinkStopsTheClient();
    void aFailingSinkIsTold();
    void aClientThatLeavesInTheMiddleIsTold();
    void aBrokenBodyIsTold();
    void anEarlyAnswerEndsTheReception();
    void sendsFromASource_data();
    void sendsFromASource();
    void aPatientSourceIsWoken();
    void aSourceThatLiesCutsTheConnection();
    void aSlowReaderHoldsTheSourceBack();
    void aClientThatLeavesEndsTheSource();
    void memoryStaysFlat();
};

void HttpBodiesTest::streamsABodyToASink_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::newRow("a length") << "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789"_ba;
    QTest::newRow("chunks") << "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n6\r\n456789\r\n0\r\n\r\n"_ba;
}

void HttpBodiesTest::streamsABodyToASink()
{
    QFETCH(QByteArray, request);
    auto sink = std::make_shared<CountingSink>();
    TestServer server(
        [sink](const Request &, const ExchangePtr &exchange) {
            exchange->receive(sink, 10, [exchange, sink](const Result<qint64> &received) {
                Response response;
                response.body = QByteArray::number(*received) + (sink->finished ? " finished" : " cut");
                exchange->respond(std::move(response));
            });
        },
        streamAll);
    RawClient client(server->port());
    for (int i = 0; i < 3; ++i) { // The connection stays good.
        client.write(request);
        QVERIFY(client.readUntil("finished").endsWith("10 finished"));
    }
    QCOMPARE(sink->count.load(), 30);
}

void HttpBodiesTest::continueIsSentOnlyWhenTheBodyIsWanted()
{
    TestServer server(
        [](const Request &request, const ExchangePtr &exchange) {
            if (request.head.path == "/no") {
                Response response;
                response.status = 401;
                exchange->respond(std::move(response));
                return;
            }
            exchange->receive(std::make_shared<CountingSink>(), 100, [exchange](const Result<qint64> &) {
                exchange->respond({});
            });
        },
        streamAll);
    RawClient refused(server->port());
    refused.write("POST /no HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    const QByteArray refusal = refused.readAll();
    QVERIFY(refusal.startsWith("HTTP/1.1 401 "));
    QVERIFY(refusal.contains("Connection: close"));
    RawClient wanted(server->port());
    wanted.write("POST /yes HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    QCOMPARE(wanted.readUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n"_ba);
    wanted.write("abc");
    QVERIFY(wanted.readUntil("\r\n\r\n").startsWith("HTTP/1.1 200 OK\r\n"));
}

void HttpBodiesTest::aBodyPastTheMaximumIsTooLarge_data()
{
    QTest::addColumn<QByteArray>("request");
    QTest::newRow("said before") << "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n01234567890"_ba;
    QTest::newRow("found out") << "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n7\r\n4567890\r\n0\r\n\r\n"_ba;
}

void HttpBodiesTest::aBodyPastTheMaximumIsTooLarge()
{
    QFETCH(QByteArray, request);
    auto sink = std::make_shared<CountingSink>();
    TestServer server(
        [sink](const Request &, const ExchangePtr &exchange) {
            exchange->receive(sink, 10, [exchange](const Result<qint64> &received) {
                Response response;
                response.status = !received && received.error().kind == ErrorKind::TooLarge ? 413 : 200;
                exchange->respond(std::move(response));
            });
        },
        streamAll);
    const QByteArray answer = talk(server->port(), request);
    QVERIFY(answer.startsWith("HTTP/1.1 413 "));
    QVERIFY(!sink->finished);
}

void HttpBodiesTest::aFullSinkStopsTheClient()
{
    auto sink = std::make_shared<CountingSink>();
    sink->full = true;
    TestServer server(
        [sink](const Request &, const ExchangePtr &exchange) {
            exchange->receive(sink, 1 << 30, [exchange](const Result<qint64> &received) {
                Response response;
                response.body = QByteArray::number(received ? *received : -1);
                exchange->respond(std::move(response));
            });
        },
        streamAll);
    HttpClient client;
    ClientRequest request;
    request.method = "PUT";
    request.url = QUrl(u"http://127.0.0.1:%1/"_s.arg(server->port()));
    auto source = std::make_shared<EndlessSource>(100'000'000, false);
    request.source = source;
    QByteArray answer;
    client.send(std::move(request), this, [&answer](const Result<ClientResponse> &result) { answer = result->body; });
    QTRY_VERIFY(source->given > 1'000'000); // What the kernel's buffers take.
    QTest::qWait(100);
    QVERIFY(source->given < 50'000'000);
    QCOMPARE(sink->count.load(), 0);
    sink->open();
    QTRY_COMPARE_WITH_TIMEOUT(answer, "100000000"_ba, 20'000);
}

void HttpBodiesTest::aFailingSinkIsTold()
{
    auto sink = std::make_shared<CountingSink>();
    sink->failsAt = 5;
    TestServer server(
        [sink](const Request &, const ExchangePtr &exchange) {
            exchange->receive(sink, 1000, [exchange](const Result<qint64> &received) {
                Response response;
                response.status = received ? 200 : 507;
                exchange->respond(std::move(response));
            });
        },
        streamAll);
    const QByteArray answer = talk(server->port(), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123456789");
    QVERIFY(answer.startsWith("HTTP/1.1 507 "));
    QVERIFY(!sink->finished);
}

void HttpBodiesTest::aClientThatLeavesInTheMiddleIsTold()
{
    std::weak_ptr<CountingSink> watched;
    std::atomic<int> told = 0;
    std::atomic<int> gone = 0;
    TestServer server(
        [&](const Request &, const ExchangePtr &exchange) {
            auto sink = std::make_shared<CountingSink>();
            watched = sink;
            exchange->setGone([&gone] { ++gone; });
            exchange->receive(sink, 1000, [&told, exchange](const Result<qint64> &received) {
                told += received ? 100 : 1;
                exchange->respond({});
            });
        },
        streamAll);
    {
        RawClient client(server->port());
        client.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123");
        QTRY_VERIFY([&] { const auto sink = watched.lock(); return sink && sink->count == 4; }());
    }
    QTRY_COMPARE(told.load(), 1);
    QTRY_COMPARE(gone.load(), 1);
    QTRY_VERIFY(watched.expired()); // Destroyed unfinished.
}

void HttpBodiesTest::aBrokenBodyIsTold()
{
    TestServer server(
        [](const Request &, const ExchangePtr &exchange) {
            exchange->receive(std::make_shared<CountingSink>(), 1000, [exchange](const Result<qint64> &received) {
                Response response;
                response.status = !received && received.error().kind == ErrorKind::Invalid ? 400 : 200;
                exchange->respond(std::move(response));
            });
        },
        streamAll);
    const QByteArray answer = talk(server->port(), "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
    QVERIFY(answer.startsWith("HTTP/1.1 400 "));
    QVERIFY(answer.contains("Connection: close"));
}

void HttpBodiesTest::anEarlyAnswerEndsTheReception()
{
    std::atomic<int> told = 0;
    TestServer server(
        [&told](const Request &, const ExchangePtr &exchange) {
            exchange->receive(std::make_shared<CountingSink>(), 1000, [&told](const Result<qint64> &received) {
                told += received ? 100 : 1;
            });
            Response response;
            response.status = 403;
            exchange->respond(std::move(response));
        },
        streamAll);
    const QByteArray answer = talk(server->port(), "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n0123");
    QVERIFY(answer.startsWith("HTTP/1.1 403 "));
    QTRY_COMPARE(told.load(), 1);
}

void HttpBodiesTest::sendsFromASource_data()
{
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<bool>("sized");
    QTest::newRow("with a length") << "1.1"_ba << true;
    QTest::newRow("chunked") << "1.1"_ba << false;
    QTest::newRow("until the end, for HTTP/1.0") << "1.0"_ba << false;
}

void HttpBodiesTest::sendsFromASource()
{
    QFETCH(QByteArray, version);
    QFETCH(bool, sized);
    TestServer server([sized](const Request &, const ExchangePtr &exchange) {
        Response response;
        if (sized) {
            response.source = std::make_shared<EndlessSource>(200'000, false);
        } else {
            auto source = std::make_shared<PatientSource>();
            source->give(QByteArray(200'000, 'e'), true);
            response.source = source;
        }
        exchange->respond(std::move(response));
    });
    const QByteArray answer = talk(server->port(), "GET / HTTP/" + version + "\r\nHost: h\r\nConnection: close\r\n\r\n");
    if (sized) {
        QVERIFY(answer.contains("Content-Length: 200000"));
    }
    QCOMPARE(answer.contains("Transfer-Encoding: chunked"), version == "1.1" && !sized);
    QCOMPARE(bodyOf(answer).count('e'), 200'000);
    QCOMPARE(answer.endsWith("\r\n0\r\n\r\n"), version == "1.1" && !sized);
    const QByteArray head = talk(server->port(), "HEAD / HTTP/" + version + "\r\nHost: h\r\nConnection: close\r\n\r\n");
    QVERIFY(bodyOf(head).isEmpty());
}

void HttpBodiesTest::aPatientSourceIsWoken()
{
    auto source = std::make_shared<PatientSource>();
    TestServer server([source](const Request &, const ExchangePtr &exchange) {
        Response response;
        response.source = source;
        exchange->respond(std::move(response));
    });
    RawClient client(server->port());
    client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    QVERIFY(client.readUntil("\r\n\r\n").startsWith("HTTP/1.1 200"));
    source->give("one", false);
    QCOMPARE(client.readUntil("one\r\n"), "3\r\none\r\n"_ba);
    source->give("twice", true);
    QCOMPARE(client.readUntil("\r\n0\r\n\r\n"), "5\r\ntwice\r\n0\r\n\r\n"_ba);
}

void HttpBodiesTest::aSourceThatLiesCutsTheConnection()
{
    TestServer server([](const Request &, const ExchangePtr &exchange) {
        Response response;
        response.source = std::make_shared<EndlessSource>(100, true);
        exchange->respond(std::move(response));
    });
    QTest::ignoreMessage(QtWarningMsg, "body source gave less than it said missing=1");
    const QByteArray answer = talk(server->port(), "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    QVERIFY(answer.contains("Content-Length: 101"));
    QVERIFY(bodyOf(answer).size() <= 100);
}

void HttpBodiesTest::aSlowReaderHoldsTheSourceBack()
{
    auto source = std::make_shared<EndlessSource>(200'000'000, false);
    TestServer server([source](const Request &, const ExchangePtr &exchange) {
        Response response;
        response.source = source;
        exchange->respond(std::move(response));
    });
    RawClient client(server->port());
    client.socket().setReadBufferSize(1000);
    client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    QTRY_VERIFY(source->given > 1'000'000);
    QTest::qWait(100);
    QVERIFY(source->given < 100'000'000); // Kernel buffers and 256 KiB.
}

void HttpBodiesTest::aClientThatLeavesEndsTheSource()
{
    EndlessSource::destroyed = 0;
    TestServer server([](const Request &, const ExchangePtr &exchange) {
        Response response;
        response.source = std::make_shared<EndlessSource>(200'000'000, false);
        exchange->respond(std::move(response));
    });
    {
        RawClient client(server->port());
        client.write("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        QVERIFY(!client.readUntil("e").isEmpty());
    }
    QTRY_COMPARE(EndlessSource::destroyed.load(), 1);
    QTRY_COMPARE(server->counts().connections, 0);
}

void HttpBodiesTest::memoryStaysFlat()
{
    // A file of 256 MiB in a chunked form without a length, as runners send artifacts.
    constexpr qint64 Size = 256 << 20;
    auto file = std::make_shared<CountingSink>();
    TestServer server(
        [file](const Request &request, const ExchangePtr &exchange) {
            const auto form = MultipartSink::create(
                request.head.headers.value("Content-Type", {}),
                "file",
                [file](const QByteArray &) -> Result<std::shared_ptr<BodySink>> {
                    return std::shared_ptr<BodySink>(file);
                });
            exchange->receive(*form, Size * 2, [exchange](const Result<qint64> &received) {
                Response response;
                response.status = received ? 201 : 400;
                exchange->respond(std::move(response));
            });
        },
        streamAll);
    RawClient client(server->port());
    const qint64 before = residentKiB();
    client.write("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n"
                 "Content-Type: multipart/form-data; boundary=abcdefghijkl\r\n\r\n");
    const auto chunk = [](const QByteArray &bytes) { return QByteArray::number(bytes.size(), 16) + "\r\n" + bytes + "\r\n"; };
    client.write(chunk("--abcdefghijkl\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\n"));
    const QByteArray piece = chunk(QByteArray(1 << 20, '-'));
    for (qint64 sent = 0; sent < Size; sent += 1 << 20) {
        client.write(piece);
    }
    client.write(chunk("\r\n--abcdefghijkl--\r\n") + "0\r\n\r\n");
    QVERIFY(client.readUntil("\r\n\r\n").startsWith("HTTP/1.1 201"));
    QCOMPARE(file->count.load(), Size);
    QVERIFY(file->finished);
    QVERIFY2(residentKiB() - before < 20'000, qPrintable(QString::number(residentKiB() - before)));
}

CAPSTAN_TEST(HttpBodiesTest)
#include "tst_httpbodies.moc"
