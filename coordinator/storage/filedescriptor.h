// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArrayView>
#include <QString>

#include <utility>

namespace ci::storage {

/// An open file that closes itself. The calls repeat after a signal and map errno to an Error: a
/// full disk is Unavailable, a missing file NotFound, all else Io.
class FileDescriptor
{
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int number) : m_number(number) { }
    FileDescriptor(FileDescriptor &&other) noexcept : m_number(std::exchange(other.m_number, -1)) { }
    FileDescriptor &operator=(FileDescriptor &&other) noexcept;
    ~FileDescriptor();

    static Result<FileDescriptor> openForReading(const QString &path);
    /// Creates the file and its folder where there is none.
    static Result<FileDescriptor> openForWriting(const QString &path);

    int number() const { return m_number; }
    Result<qint64> size() const;
    Result<void> writeAt(qint64 offset, QByteArrayView bytes) const;
    /// Fewer bytes than `maximum` only at the end of the file.
    Result<QByteArray> readAt(qint64 offset, qint64 maximum) const;
    Result<void> truncate(qint64 size) const;
    Result<void> sync() const; ///< fdatasync
    /// Has the kernel begin to write what is there, so that a later sync() has less to wait for.
    void startWriteback(qint64 offset, qint64 length) const;

private:
    int m_number = -1;
};

/// Makes the folder of `to` where there is none. Lasts through a power cut after syncFolder().
Result<void> renameFile(const QString &from, const QString &to);
Result<void> syncFolder(const QString &path);
Result<void> removeFile(const QString &path); ///< No error where there is none.

} // namespace ci::storage
