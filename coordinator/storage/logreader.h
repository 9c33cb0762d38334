// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/bodystream.h"
#include "common/base/ids.h"
#include "common/base/result.h"

#include <QByteArray>
#include <QString>

#include <memory>

namespace ci::storage {

/// Reads logs while they are written. Stateless, so any thread may use it.
class LogReader
{
public:
    explicit LogReader(QString directory) : m_directory(std::move(directory)) { }

    Result<qint64> size(JobId job) const; ///< 0 where there is none.
    /// Bytes from `offset`, at most `maximum`; fewer at the end, empty behind it.
    Result<QByteArray> read(JobId job, qint64 offset, qint64 maximum) const;
    /// `length` bytes from `offset` as the body of an answer.
    Result<std::unique_ptr<BodySource>> open(JobId job, qint64 offset, qint64 length) const;

private:
    QString m_directory;
};

} // namespace ci::storage
