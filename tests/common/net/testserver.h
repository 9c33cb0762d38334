// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/exchange.h"
#include "common/net/httpserver.h"

#include <QElapsedTimer>
#include <QMutex>
#include <QTcpSocket>

#include <functional>
#include <memory>

namespace ci::net::test {

/// An application made of two functions.
class FunctionHandler final : public RequestHandler
{
public:
    using Handle = std::function<void(Request, ExchangePtr)>;
    using Policy = std::function<BodyPolicy(const RequestHead &)>;

    FunctionHandler(Handle handle = echo, Policy policy = {})
        : m_handle(std::move(handle))
        , m_policy(std::move(policy))
    {
    }

    BodyPolicy bodyPolicy(const RequestHead &head) const override
    {
        return m_policy ? m_policy(head) : BodyPolicy {};
    }
    void handle(Request request, ExchangePtr exchange) override
    {
        m_handle(std::move(request), std::move(exchange));
    }

    /// Says what came: "METHOD path body".
    static void echo(Request request, ExchangePtr exchange)
    {
        Response response;
        response.body = request.head.method + ' ' + request.head.path + ' ' + request.body;
        exchange->respond(std::move(response));
    }

private:
    Handle m_handle;
    Policy m_policy;
};

/// A server on a free port of the loopback.
class TestServer
{
public:
    explicit TestServer(FunctionHandler::Handle handle = FunctionHandler::echo,
                        FunctionHandler::Policy policy = {},
                        HttpServerSettings settings = {})
        : m_handler(std::move(handle), std::move(policy))
        , m_server(HttpServer::create(settings, m_handler).value())
    {
    }

    HttpServer &operator*() { return *m_server; }
    HttpServer *operator->() { return m_server.get(); }
    void stop() { m_server.reset(); }

private:
    FunctionHandler m_handler;
    std::unique_ptr<HttpServer> m_server;
};

/// A client that says exactly what it is told. Blocking: the server has its own threads.
class RawClient
{
public:
    explicit RawClient(quint16 port)
    {
        m_socket.connectToHost(QHostAddress(QHostAddress::LocalHost), port);
        m_socket.waitForConnected(5000);
    }

    void write(const QByteArray &bytes)
    {
        m_socket.write(bytes);
        while (m_socket.bytesToWrite() > 0 && m_socket.waitForBytesWritten(5000)) { }
    }

    /// Until the answer holds `text`, the connection ends, or five seconds pass.
    QByteArray readUntil(const QByteArray &text)
    {
        QElapsedTimer timer;
        timer.start();
        while (!m_received.contains(text) && timer.elapsed() < 5000 && isOpen()) {
            m_socket.waitForReadyRead(50);
            m_received += m_socket.readAll();
        }
        m_received += m_socket.readAll();
        return std::exchange(m_received, QByteArray());
    }

    /// Until the server closes, or eight seconds pass.
    QByteArray readAll()
    {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 8000 && isOpen()) {
            m_socket.waitForReadyRead(50);
            m_received += m_socket.readAll();
        }
        m_received += m_socket.readAll();
        return std::exchange(m_received, QByteArray());
    }

    bool isOpen() const { return m_socket.state() == QAbstractSocket::ConnectedState; }
    QTcpSocket &socket() { return m_socket; }

private:
    QTcpSocket m_socket;
    QByteArray m_received;
};

/// What the server says to `bytes` until it closes.
inline QByteArray talk(quint16 port, const QByteArray &bytes)
{
    RawClient client(port);
    client.write(bytes);
    return client.readAll();
}

inline QByteArray statusLine(const QByteArray &answer)
{
    return answer.first(std::max<qsizetype>(answer.indexOf("\r\n"), 0));
}

inline QByteArray bodyOf(const QByteArray &answer)
{
    const qsizetype end = answer.indexOf("\r\n\r\n");
    return end < 0 ? QByteArray() : answer.sliced(end + 4);
}

} // namespace ci::net::test
