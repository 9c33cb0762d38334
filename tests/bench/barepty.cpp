// SPDX-License-Identifier: MIT
#include "tests/bench/barepty.h"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace ci::bench {

BarePty::BarePty()
{
    m_child = ::forkpty(&m_master, nullptr, nullptr, nullptr);
    if (m_child == 0) {
        ::execl("/bin/bash", "bash", "--norc", nullptr);
        ::_exit(127);
    }
}

BarePty::~BarePty()
{
    ::close(m_master);
    ::kill(m_child, SIGKILL);
    ::waitpid(m_child, nullptr, 0);
}

void BarePty::send(const QByteArray &bytes)
{
    (void)!::write(m_master, bytes.data(), static_cast<size_t>(bytes.size()));
}

QByteArrayView BarePty::receive()
{
    pollfd waiting {m_master, POLLIN, 0};
    ::poll(&waiting, 1, -1);
    const ssize_t size = ::read(m_master, m_buffer.data(), m_buffer.size());
    return {m_buffer.data(), std::max<ssize_t>(size, 0)};
}

void BarePty::waitFor(const QByteArray &text)
{
    QByteArray seen;
    while (!seen.contains(text)) {
        seen = seen.last(std::min(seen.size(), text.size())) + receive().toByteArray();
    }
}

} // namespace ci::bench
