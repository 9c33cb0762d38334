// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/compiler.h"
#include "coordinator/ciconfig/node.h"

namespace ci::ciconfig {

/// Collects what is wrong while one configuration is read, and knows the files by number.
class Report final
{
public:
    /// The number for Position::file.
    int addFile(const QString &path);
    const QString &file(int number) const { return m_files.at(number); }

    /// An empty report that knows the same files.
    Report sameFiles() const
    {
        Report report;
        report.m_files = m_files;
        return report;
    }

    void error(Position position, const QString &text);
    void warning(Position position, const QString &text);
    bool failed() const { return !m_errors.empty(); }

    const std::vector<Message> &errors() const { return m_errors; }
    const std::vector<Message> &warnings() const { return m_warnings; }

private:
    void add(std::vector<Message> &to, Position position, const QString &text) const;

    QStringList m_files;
    std::vector<Message> m_errors;
    std::vector<Message> m_warnings;
};

} // namespace ci::ciconfig
