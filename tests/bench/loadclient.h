// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ci::bench {

struct Answer
{
    int status = 0;
    std::string body;
};

/// A blocking HTTP/1.1 client on one kept connection: as little as a load needs, so that what is
/// measured is the server.
class LoadClient
{
public:
    LoadClient(std::string host, int port);
    ~LoadClient();
    LoadClient(const LoadClient &) = delete;
    LoadClient &operator=(const LoadClient &) = delete;

    /// `headers` are whole lines, each with its CRLF.
    std::optional<Answer> call(std::string_view method,
                               std::string_view path,
                               std::string_view headers,
                               std::string_view body);

    /// Sends and does not wait: a held long poll.
    bool send(std::string_view method,
              std::string_view path,
              std::string_view headers,
              std::string_view body);

private:
    std::optional<Answer> readAnswer();
    bool fill();

    std::string m_host;
    int m_port;
    int m_socket = -1;
    std::string m_buffer;
};

/// The value of `"key":` in flat JSON: a number's or string's text, without unescaping.
std::string jsonField(std::string_view json, std::string_view key);

/// `fraction` of the way through the sorted values; sorts them.
double percentile(std::vector<double> &values, double fraction);

} // namespace ci::bench
