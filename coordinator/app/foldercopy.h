// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QDateTime>
#include <QString>

namespace ci::app {

/// Copies trees of files that somebody else may be changing: what vanishes meanwhile is left out,
/// what is there already and was not touched since `m_begin` is not copied again.
class FolderCopy
{
public:
    FolderCopy(QString from, QString to);

    /// A file or folder by its path below both. A name that is not there is no error.
    Result<void> add(const QString &name);
    /// The other things in a folder than those in `done`.
    Result<void> addRest(const QString &folder, const QStringList &done);

    qint64 files() const { return m_files; }
    qint64 bytes() const { return m_bytes; }

private:
    Result<void> addFile(const QString &name);
    bool isCurrent(const QString &source, const QString &target) const;

    QString m_from;
    QString m_to;
    QDateTime m_begin;
    qint64 m_files = 0;
    qint64 m_bytes = 0;
};

/// On the disk when it returns: all that was written below `folder`.
Result<void> syncFolder(const QString &folder);

} // namespace ci::app
