// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

#include <sys/types.h>

#include <vector>

namespace ci::bench {

/// The floor of every terminal: bash on a pty, and a loop that polls it.
class BarePty
{
public:
    BarePty();
    ~BarePty();
    BarePty(const BarePty &) = delete;
    BarePty &operator=(const BarePty &) = delete;

    void send(const QByteArray &bytes);
    QByteArrayView receive();
    void waitFor(const QByteArray &text);

private:
    int m_master = -1;
    pid_t m_child = -1;
    std::vector<char> m_buffer = std::vector<char>(64 * 1024);
};

} // namespace ci::bench
