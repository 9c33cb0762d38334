// SPDX-License-Identifier: MIT
#include "tests/bench/loadclient.h"

#include <algorithm>
#include <arpa/inet.h>
#include <cstdlib>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ci::bench {

LoadClient::LoadClient(std::string host, int port)
    : m_host(std::move(host))
    , m_port(port)
    , m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    ::inet_pton(AF_INET, m_host.c_str(), &address.sin_addr);
    const int on = 1;
    ::setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(m_socket, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        ::close(m_socket);
        m_socket = -1;
    }
}

LoadClient::~LoadClient()
{
    if (m_socket >= 0) {
        ::close(m_socket);
    }
}

bool LoadClient::send(std::string_view method,
                      std::string_view path,
                      std::string_view headers,
                      std::string_view body)
{
    std::string request;
    request.reserve(512 + body.size());
    request.append(method).append(" ").append(path).append(" HTTP/1.1\r\nHost: ");
    request.append(m_host).append(":").append(std::to_string(m_port)).append("\r\n");
    request.append(headers);
    request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n\r\n");
    request.append(body);
    size_t sent = 0;
    while (sent < request.size()) {
        const ssize_t n
            = ::send(m_socket, request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
        if (n <= 0) {
            return false;
        }
        sent += static_cast<size_t>(n);
    }
    return true;
}

bool LoadClient::fill()
{
    char bytes[65536];
    const ssize_t n = ::recv(m_socket, bytes, sizeof bytes, 0);
    if (n <= 0) {
        return false;
    }
    m_buffer.append(bytes, static_cast<size_t>(n));
    return true;
}

std::optional<Answer> LoadClient::readAnswer()
{
    size_t end = 0;
    while ((end = m_buffer.find("\r\n\r\n")) == std::string::npos) {
        if (!fill()) {
            return std::nullopt;
        }
    }
    Answer answer;
    answer.status = std::atoi(m_buffer.c_str() + 9);
    std::string head = m_buffer.substr(0, end + 2);
    std::transform(head.begin(), head.end(), head.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    size_t length = 0;
    if (const size_t at = head.find("\r\ncontent-length:"); at != std::string::npos) {
        length = std::strtoul(head.c_str() + at + 17, nullptr, 10);
    }
    while (m_buffer.size() < end + 4 + length) {
        if (!fill()) {
            return std::nullopt;
        }
    }
    answer.body = m_buffer.substr(end + 4, length);
    m_buffer.erase(0, end + 4 + length);
    return answer;
}

std::optional<Answer> LoadClient::call(std::string_view method,
                                       std::string_view path,
                                       std::string_view headers,
                                       std::string_view body)
{
    return send(method, path, headers, body) ? readAnswer() : std::nullopt;
}

std::string jsonField(std::string_view json, std::string_view key)
{
    const std::string quoted = '"' + std::string(key) + "\":";
    size_t at = json.find(quoted);
    if (at == std::string_view::npos) {
        return {};
    }
    at += quoted.size();
    while (at < json.size() && (json[at] == ' ' || json[at] == '"')) {
        ++at;
    }
    const size_t end = json.find_first_of("\",}", at);
    return std::string(json.substr(at, end - at));
}

double percentile(std::vector<double> &values, double fraction)
{
    if (values.empty()) {
        return 0;
    }
    std::sort(values.begin(), values.end());
    return values[static_cast<size_t>(fraction * static_cast<double>(values.size() - 1))];
}

} // namespace ci::bench
