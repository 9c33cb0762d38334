// SPDX-License-Identifier: MIT
#include "tests/bench/blockingviewer.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace ci::bench {

namespace {

constexpr qint64 GrantBytes = 64 * 1024;

[[noreturn]] void giveUp(const char *what)
{
    std::perror(what);
    std::exit(1);
}

} // namespace

BlockingViewer::BlockingViewer(quint16 port, const QByteArray &path, const QByteArray &token)
{
    m_socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int on = 1;
    setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(m_socket, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0) {
        giveUp("connect");
    }
    const QByteArray head = "GET " + path
        + " HTTP/1.1\r\nHost: 127.0.0.1:" + QByteArray::number(port) + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
          "Sec-WebSocket-Protocol: capstan.terminal.v1\r\n"
        + (token.isEmpty() ? QByteArray() : "PRIVATE-TOKEN: " + token + "\r\n") + "\r\n";
    if (::send(m_socket, head.data(), static_cast<size_t>(head.size()), 0) != head.size()) {
        giveUp("send");
    }
    while (!m_buffer.contains("\r\n\r\n")) {
        if (!fill(m_buffer.size() - m_used + 1)) {
            giveUp("handshake");
        }
    }
    if (!m_buffer.startsWith("HTTP/1.1 101")) {
        std::fprintf(stderr, "%s\n", m_buffer.constData());
        std::exit(1);
    }
    m_used = m_buffer.indexOf("\r\n\r\n") + 4;
    sendText(R"({"type":"hello","columns":80,"rows":24,"credit":262144})");
}

BlockingViewer::~BlockingViewer()
{
    ::close(m_socket);
}

void BlockingViewer::sendFrame(int opcode, const QByteArray &payload)
{
    QByteArray frame;
    frame.append(static_cast<char>(0x80 | opcode));
    if (payload.size() < 126) {
        frame.append(static_cast<char>(0x80 | payload.size()));
    } else {
        frame.append(static_cast<char>(0x80 | 126));
        frame.append(static_cast<char>(payload.size() >> 8));
        frame.append(static_cast<char>(payload.size() & 0xff));
    }
    frame.append(4, '\0'); // A mask of zeros leaves the payload as it is.
    frame.append(payload);
    if (::send(m_socket, frame.data(), static_cast<size_t>(frame.size()), MSG_NOSIGNAL) != frame.size()) {
        giveUp("send");
    }
}

bool BlockingViewer::fill(qsizetype size)
{
    while (m_buffer.size() - m_used < size) {
        if (m_used > 0) {
            m_buffer.remove(0, m_used);
            m_used = 0;
        }
        const qsizetype before = m_buffer.size();
        m_buffer.resize(before + 256 * 1024);
        const ssize_t count = ::recv(m_socket, m_buffer.data() + before, 256 * 1024, 0);
        m_buffer.resize(before + std::max<ssize_t>(count, 0));
        if (count <= 0) {
            return false;
        }
    }
    return true;
}

QByteArray BlockingViewer::take(qsizetype size)
{
    const QByteArray bytes = m_buffer.mid(m_used, size);
    m_used += size;
    return bytes;
}

QByteArray BlockingViewer::readOutput()
{
    for (;;) {
        if (!fill(2)) {
            return {};
        }
        const int opcode = m_buffer.at(m_used) & 0x0f;
        qsizetype size = m_buffer.at(m_used + 1) & 0x7f;
        const qsizetype extra = size == 126 ? 2 : size == 127 ? 8 : 0;
        if (!fill(2 + extra)) {
            return {};
        }
        take(2);
        if (extra > 0) {
            size = 0;
            for (const char byte : take(extra)) {
                size = size << 8 | static_cast<unsigned char>(byte);
            }
        }
        if (!fill(size)) {
            return {};
        }
        const QByteArray payload = take(size);
        if (opcode == 0x8) {
            return {};
        }
        if (opcode == 0x2) {
            grant(payload.size());
            return payload;
        }
    }
}

void BlockingViewer::grant(qint64 bytes)
{
    m_ungranted += bytes;
    if (m_ungranted >= GrantBytes) {
        sendText(R"({"type":"credit","bytes":)" + QByteArray::number(m_ungranted) + '}');
        m_ungranted = 0;
    }
}

void BlockingViewer::waitFor(const QByteArray &text)
{
    QByteArray seen;
    while (!seen.contains(text)) {
        const QByteArray piece = readOutput();
        if (piece.isEmpty()) {
            giveUp("output");
        }
        seen = seen.last(std::min(seen.size(), text.size())) + piece;
    }
}

} // namespace ci::bench
