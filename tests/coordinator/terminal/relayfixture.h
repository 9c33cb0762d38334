// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/httpserver.h"
#include "common/protocol/terminalmessage.h"
#include "common/protocol/terminalstream.h"
#include "coordinator/terminal/relay.h"

#include <QMutex>
#include <QObject>
#include <QWebSocket>

#include <memory>
#include <vector>

namespace ci::test {

/// The outside of a relay: remembers what it asked, and answers mayStay() as told.
class RecordingHost final : public terminal::RelayHost
{
public:
    void openAtRunner(const terminal::RunnerOpen &open) override;
    void closeAtRunner(const terminal::SessionOwner &owner) override;
    void mayStay(const terminal::SessionOwner &owner, std::function<void(bool)> answer) override;

    std::vector<terminal::RunnerOpen> opened() const;
    std::vector<QByteArray> closed() const;
    void setMayStay(bool may);

private:
    mutable QMutex m_mutex;
    std::vector<terminal::RunnerOpen> m_opened;
    std::vector<QByteArray> m_closed;
    bool m_mayStay = true;
};

/// A relay behind a real server. Paths: /viewer?job=&user=&role=&session=&offset=, with everything
/// decided as the API would have, and /runner?runner= with the headers of docs/api.md; the address
/// that a real runner dials is runner 7's.
class RelayFixture final : private net::RequestHandler
{
public:
    explicit RelayFixture(terminal::RelayLimits limits = {}, Secret key = {});
    ~RelayFixture() override;

    terminal::TerminalRelay &relay() { return *m_relay; }
    RecordingHost &host() { return m_host; }
    quint16 port() const { return m_server->port(); }
    /// A new relay with the same key, as after a restart.
    void restartRelay();

private:
    net::BodyPolicy bodyPolicy(const net::RequestHead &head) const override;
    void handle(net::Request request, net::ExchangePtr exchange) override;

    QMutex m_mutex;
    SystemClock m_clock;
    RecordingHost m_host;
    terminal::RelaySettings m_settings;
    std::unique_ptr<terminal::TerminalRelay> m_relay;
    std::unique_ptr<net::HttpServer> m_server;
};

/// A browser's side, on Qt's own WebSocket.
class TestViewer final : public QObject
{
    Q_OBJECT

public:
    TestViewer(const RelayFixture &fixture,
               const QString &query,
               const QByteArrayList &subprotocols = {protocol::TerminalV1.toByteArray()});

    QWebSocket socket;
    QByteArray output; ///< Since the last session news.
    std::vector<protocol::TerminalNews> news;
    bool isConnected = false;
    bool isClosed = false;

    void send(const protocol::ViewerMessage &message);
    void hello(qint64 credit = 256 * 1024);
    /// The last news of a kind; a default one where there was none.
    protocol::TerminalStateNews state() const;
    protocol::TerminalSessionNews session() const;
    std::optional<protocol::ViewerRole> role() const;
    qint64 offset() const { return session().offset + output.size(); }
};

/// A runner's end that does as a test says.
class TestRunner final : public QObject
{
    Q_OBJECT

public:
    TestRunner(const RelayFixture &fixture, const terminal::RunnerOpen &open, qint64 runner = 0);

    QWebSocket socket;
    QByteArray input;
    std::vector<protocol::StreamOrder> orders;
    bool isConnected = false;
    bool isClosed = false;
    qint64 limit = 0; ///< From the orders: the offset up to which output is allowed.

    void say(const protocol::StreamNews &news);
    void start(qint64 offset);
    void output(const QByteArray &bytes) { socket.sendBinaryMessage(bytes); }
    const protocol::StreamResume *resume() const;
    template<typename Order>
    int count() const
    {
        int found = 0;
        for (const protocol::StreamOrder &order : orders) {
            found += std::holds_alternative<Order>(order) ? 1 : 0;
        }
        return found;
    }

private:
    qint64 m_start = 0;
};

} // namespace ci::test
