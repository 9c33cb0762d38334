// SPDX-License-Identifier: MIT
#include "runner/logstore.h"

#include <QDir>
#include <QFile>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>

using namespace Qt::StringLiterals;

namespace ci::runner {

LogStore::~LogStore()
{
    if (m_file >= 0) {
        ::close(m_file);
    }
}

void LogStore::append(QByteArrayView bytes)
{
    m_checksum = static_cast<quint32>(
        ::crc32_z(m_checksum, reinterpret_cast<const Bytef *>(bytes.data()),
                  static_cast<size_t>(bytes.size())));
    m_memory.append(bytes);
    if (m_memory.size() > MaxMemoryBytes && !m_fileFailed) {
        spill();
    }
}

void LogStore::spill()
{
    if (m_file < 0) {
        QByteArray path = QFile::encodeName(QDir::tempPath() + u"/capstan-log-XXXXXX"_s);
        m_file = ::mkostemp(path.data(), O_CLOEXEC);
        if (m_file >= 0) {
            ::unlink(path.constData());
        }
    }
    qsizetype done = 0;
    while (m_file >= 0 && done < m_memory.size()) {
        const ssize_t put = ::pwrite(m_file, m_memory.constData() + done,
                                     static_cast<size_t>(m_memory.size() - done), m_inFile);
        if (put <= 0) {
            break;
        }
        done += put;
        m_inFile += put;
    }
    m_memory.remove(0, done);
    m_fileFailed = !m_memory.isEmpty();
}

QByteArray LogStore::read(qint64 offset, qint64 maximum) const
{
    const qint64 wanted = std::min(maximum, size() - offset);
    if (offset < 0 || wanted <= 0) {
        return {};
    }
    QByteArray bytes;
    if (offset < m_inFile) {
        bytes.resize(std::min(wanted, m_inFile - offset));
        const ssize_t got
            = ::pread(m_file, bytes.data(), static_cast<size_t>(bytes.size()), offset);
        bytes.truncate(std::max<ssize_t>(got, 0));
        if (bytes.size() < std::min(wanted, m_inFile - offset)) {
            return bytes;
        }
    }
    const qint64 inMemory = offset + bytes.size() - m_inFile;
    bytes.append(m_memory.mid(inMemory, wanted - bytes.size()));
    return bytes;
}

} // namespace ci::runner
