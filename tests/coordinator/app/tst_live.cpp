// SPDX-License-Identifier: MIT
#include "common/net/websocket.h"
#include "common/protocol/liveevent.h"
#include "tests/coordinator/app/coordinatorfixture.h"
#include "tests/testmain.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci;
using namespace ci::test;

namespace {

/// A program that follows live events with a token.
class LivePage final : public QObject
{
    Q_OBJECT

public:
    LivePage(const CoordinatorFixture &fixture, const QByteArray &token)
    {
        m_client.openWebSocket(
            QUrl::fromEncoded(fixture.url().toEncoded() + "/-/live"),
            tokenHeader(token),
            {protocol::LiveV1.toByteArray()},
            this,
            [this](const Result<net::WebSocket *> &opened) {
                if (!opened) {
                    isClosed = true;
                    return;
                }
                m_socket.reset(*opened);
                connect(m_socket.get(), &net::WebSocket::textReceived, this, [this](const QByteArray &text) {
                    messages.append(QJsonDocument::fromJson(text).object());
                });
                connect(m_socket.get(), &net::WebSocket::closed, this, [this] { isClosed = true; });
                isConnected = true;
            });
    }

    void subscribe(const QByteArray &topic)
    {
        m_socket->sendText(protocol::encode(protocol::LiveSubscribe {topic}));
    }
    QString lastType() const
    {
        return messages.isEmpty() ? QString() : messages.last().value("type"_L1).toString();
    }

    QList<QJsonObject> messages;
    bool isConnected = false;
    bool isClosed = false;

private:
    net::HttpClient m_client;
    std::unique_ptr<net::WebSocket> m_socket;
};

} // namespace

class LiveTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPageEndsWithItsToken();
};

void LiveTest::aPageEndsWithItsToken()
{
    CoordinatorFixture fixture;
    QVERIFY(fixture.isUp());
    const qint64 project = fixture.newProject(u"watched"_s);
    const QByteArray token = fixture.newUser(u"watcher"_s);
    const QByteArray path = "/projects/" + QByteArray::number(project);
    QCOMPARE(fixture
                 .api("POST",
                      path + "/members",
                      {{u"username"_s, u"watcher"_s}, {u"access_level"_s, 30}})
                 .status,
             201);
    LivePage page(fixture, token);
    QTRY_VERIFY(page.isConnected);
    page.subscribe("project:" + QByteArray::number(project));
    QTRY_COMPARE(page.lastType(), u"subscribed"_s);
    QCOMPARE(fixture.with(token, "DELETE", "/api/v4/personal_access_tokens/self").status, 204);
    QTRY_VERIFY(page.isClosed);
    QCOMPARE(page.lastType(), u"bye"_s);
}

CAPSTAN_TEST(LiveTest)
#include "tst_live.moc"
