// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/report.h"

#include "coordinator/ciconfig/limits.h"

#include <algorithm>

namespace ci::ciconfig {

int Report::addFile(const QString &path)
{
    const qsizetype known = m_files.indexOf(path);
    if (known >= 0) {
        return int(known);
    }
    m_files.append(path);
    return int(m_files.size() - 1);
}

void Report::error(Position position, const QString &text) { add(m_errors, position, text); }

void Report::warning(Position position, const QString &text) { add(m_warnings, position, text); }

void Report::add(std::vector<Message> &to, Position position, const QString &text) const
{
    if (to.size() >= size_t(limits::MaxMessages)) {
        return;
    }
    Message message;
    message.text = text.size() > limits::MaxMessageLength
        ? text.left(limits::MaxMessageLength) + QChar(u'…')
        : text;
    message.file = position.file >= 0 ? m_files.at(position.file) : QString();
    message.line = position.line;
    message.column = position.column;
    // One template used by many jobs would repeat itself.
    const bool known = std::any_of(to.begin(), to.end(), [&](const Message &other) {
        return other.text == message.text && other.line == message.line && other.file == message.file;
    });
    if (!known) {
        to.push_back(std::move(message));
    }
}

} // namespace ci::ciconfig
