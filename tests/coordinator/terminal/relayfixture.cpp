// SPDX-License-Identifier: MIT
#include "tests/coordinator/terminal/relayfixture.h"

#include <QNetworkRequest>
#include <QUrlQuery>
#include <QWebSocketHandshakeOptions>

using namespace Qt::StringLiterals;

namespace ci::test {

void RecordingHost::openAtRunner(const terminal::RunnerOpen &open)
{
    const QMutexLocker lock(&m_mutex);
    m_opened.push_back(open);
}

void RecordingHost::closeAtRunner(const terminal::SessionOwner &owner)
{
    const QMutexLocker lock(&m_mutex);
    m_closed.push_back(owner.session);
}

void RecordingHost::mayStay(const terminal::SessionOwner &, std::function<void(bool)> answer)
{
    const QMutexLocker lock(&m_mutex);
    answer(m_mayStay);
}

std::vector<terminal::RunnerOpen> RecordingHost::opened() const
{
    const QMutexLocker lock(&m_mutex);
    return m_opened;
}

std::vector<QByteArray> RecordingHost::closed() const
{
    const QMutexLocker lock(&m_mutex);
    return m_closed;
}

void RecordingHost::setMayStay(bool may)
{
    const QMutexLocker lock(&m_mutex);
    m_mayStay = may;
}

RelayFixture::RelayFixture(terminal::RelayLimits limits, Secret key) : m_settings {limits, key}
{
    m_relay = std::make_unique<terminal::TerminalRelay>(m_clock, m_host, m_settings);
    net::HttpServerSettings settings;
    settings.threads = 1;
    m_server = std::move(*net::HttpServer::create(settings, *this));
}

RelayFixture::~RelayFixture()
{
    m_server.reset();
}

void RelayFixture::restartRelay()
{
    const QMutexLocker lock(&m_mutex);
    m_relay.reset();
    m_relay = std::make_unique<terminal::TerminalRelay>(m_clock, m_host, m_settings);
}

net::BodyPolicy RelayFixture::bodyPolicy(const net::RequestHead &) const
{
    return {};
}

void RelayFixture::handle(net::Request request, net::ExchangePtr exchange)
{
    const QMutexLocker lock(&m_mutex); // Against a restart in the middle.
    const QUrlQuery query(QString::fromLatin1(request.head.query));
    const auto number = [&query](const QString &key) { return query.queryItemValue(key).toLongLong(); };
    if (request.head.path == "/runner" || request.head.path == "/api/v4/runners/terminal") {
        const qint64 runner = query.hasQueryItem(u"runner"_s) ? number(u"runner"_s) : 7;
        m_relay->attachRunner({RunnerId {runner},
                               request.head.headers.value("X-Terminal-Session", {}),
                               Secret {request.head.headers.value("X-Terminal-Secret", {})}},
                              exchange);
        return;
    }
    terminal::ViewerRequest viewer;
    viewer.job = JobId {number(u"job"_s)};
    viewer.user = UserId {number(u"user"_s)};
    viewer.runner = RunnerId {7};
    viewer.login = SessionId {number(u"login"_s)};
    viewer.token = AccessTokenId {number(u"token"_s)};
    viewer.session = query.queryItemValue(u"session"_s).toLatin1();
    if (query.queryItemValue(u"role"_s) == "observer"_L1) {
        viewer.role = protocol::ViewerRole::Observer;
    }
    if (query.hasQueryItem(u"offset"_s)) {
        viewer.offset = number(u"offset"_s);
    }
    const QByteArray asked = request.head.headers.value("Sec-WebSocket-Protocol", {});
    for (const QByteArray &name : asked.split(',')) {
        viewer.subprotocols.append(name.trimmed());
    }
    m_relay->attachViewer(viewer, exchange);
}

TestViewer::TestViewer(const RelayFixture &fixture,
                       const QString &query,
                       const QByteArrayList &subprotocols)
{
    QObject::connect(&socket, &QWebSocket::connected, this, [this] { isConnected = true; });
    QObject::connect(&socket, &QWebSocket::disconnected, this, [this] { isClosed = true; });
    // A refused handshake.
    QObject::connect(&socket, QOverload<QAbstractSocket::SocketError>::of(&QWebSocket::error), this, [this] {
        isClosed = true;
    });
    QObject::connect(&socket, &QWebSocket::binaryMessageReceived, this, [this](const QByteArray &bytes) {
        output += bytes;
    });
    QObject::connect(&socket, &QWebSocket::textMessageReceived, this, [this](const QString &text) {
        const auto message = protocol::decodeTerminalNews(text.toUtf8());
        if (!message) {
            output += text.toUtf8(); // base64 of the GitLab subprotocol
            return;
        }
        if (std::holds_alternative<protocol::TerminalSessionNews>(*message)) {
            output.clear();
        }
        news.push_back(*message);
    });
    QStringList names;
    for (const QByteArray &name : subprotocols) {
        names.append(QString::fromLatin1(name));
    }
    QWebSocketHandshakeOptions options;
    options.setSubprotocols(names);
    socket.open(QNetworkRequest(QUrl(u"ws://127.0.0.1:%1/viewer?%2"_s.arg(fixture.port()).arg(query))),
                options);
}

void TestViewer::send(const protocol::ViewerMessage &message)
{
    socket.sendTextMessage(QString::fromUtf8(protocol::encode(message)));
}

void TestViewer::hello(qint64 credit)
{
    send(protocol::ViewerHello {{100, 30}, credit});
}

protocol::TerminalStateNews TestViewer::state() const
{
    for (auto it = news.rbegin(); it != news.rend(); ++it) {
        if (const auto *found = std::get_if<protocol::TerminalStateNews>(&*it)) {
            return *found;
        }
    }
    return {};
}

protocol::TerminalSessionNews TestViewer::session() const
{
    for (auto it = news.rbegin(); it != news.rend(); ++it) {
        if (const auto *found = std::get_if<protocol::TerminalSessionNews>(&*it)) {
            return *found;
        }
    }
    return {};
}

std::optional<protocol::ViewerRole> TestViewer::role() const
{
    for (auto it = news.rbegin(); it != news.rend(); ++it) {
        if (const auto *found = std::get_if<protocol::TerminalRoleNews>(&*it)) {
            return found->role;
        }
    }
    return std::nullopt;
}

TestRunner::TestRunner(const RelayFixture &fixture, const terminal::RunnerOpen &open, qint64 runner)
{
    QObject::connect(&socket, &QWebSocket::connected, this, [this] { isConnected = true; });
    QObject::connect(&socket, &QWebSocket::disconnected, this, [this] { isClosed = true; });
    // A refused handshake.
    QObject::connect(&socket, QOverload<QAbstractSocket::SocketError>::of(&QWebSocket::error), this, [this] {
        isClosed = true;
    });
    QObject::connect(&socket, &QWebSocket::binaryMessageReceived, this, [this](const QByteArray &bytes) {
        input += bytes;
    });
    QObject::connect(&socket, &QWebSocket::textMessageReceived, this, [this](const QString &text) {
        orders.push_back(*protocol::decodeStreamOrder(text.toUtf8()));
        if (const auto *credit = std::get_if<protocol::StreamCredit>(&orders.back())) {
            limit += credit->bytes;
        }
    });
    QNetworkRequest request(QUrl(u"ws://127.0.0.1:%1/runner?runner=%2"_s.arg(fixture.port())
                                     .arg(runner == 0 ? open.owner.runner.value() : runner)));
    request.setRawHeader("X-Terminal-Session", open.owner.session);
    request.setRawHeader("X-Terminal-Secret", open.secret.reveal());
    QWebSocketHandshakeOptions options;
    options.setSubprotocols({QString::fromLatin1(protocol::TerminalStreamV1)});
    socket.open(request, options);
}

void TestRunner::say(const protocol::StreamNews &news)
{
    socket.sendTextMessage(QString::fromUtf8(protocol::encode(news)));
}

void TestRunner::start(qint64 offset)
{
    m_start = offset;
    limit = offset + resume()->credit;
    say(protocol::StreamStart {offset});
}

const protocol::StreamResume *TestRunner::resume() const
{
    return orders.empty() ? nullptr : std::get_if<protocol::StreamResume>(&orders.front());
}

} // namespace ci::test
