// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/bodystream.h"
#include "coordinator/storage/filedescriptor.h"

namespace ci::storage {

/// A part of a file as the body of an answer.
class FileSource final : public BodySource
{
public:
    FileSource(FileDescriptor file, qint64 offset, qint64 length)
        : m_file(std::move(file)), m_offset(offset), m_length(length), m_end(offset + length) { }

    std::optional<qint64> size() const override { return m_length; }
    Result<QByteArray> read(qint64 maximum) override;
    bool atEnd() const override { return m_offset >= m_end; }

private:
    FileDescriptor m_file;
    qint64 m_offset;
    qint64 m_length;
    qint64 m_end;
};

} // namespace ci::storage
