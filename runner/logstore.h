// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace ci::runner {

/// A job's whole log as it is sent, kept because a coordinator may ask for any part of it again.
/// Small logs stay in memory; a longer one goes to a file without a name, so that many long logs
/// do not fill the memory. Where that file cannot be made or written, the rest stays in memory.
class LogStore final
{
public:
    static constexpr qsizetype MaxMemoryBytes = 256 * 1024;

    LogStore() = default;
    ~LogStore();
    LogStore(const LogStore &) = delete;
    LogStore &operator=(const LogStore &) = delete;

    void append(QByteArrayView bytes);
    /// At most `maximum` bytes from `offset` on; less only at the end.
    QByteArray read(qint64 offset, qint64 maximum) const;
    qint64 size() const { return m_inFile + m_memory.size(); }
    /// CRC-32 (IEEE) of everything.
    quint32 checksum() const { return m_checksum; }

private:
    void spill();

    QByteArray m_memory; ///< What comes after the file's part.
    qint64 m_inFile = 0;
    int m_file = -1;
    bool m_fileFailed = false;
    quint32 m_checksum = 0;
};

} // namespace ci::runner
