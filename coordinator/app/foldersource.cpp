// SPDX-License-Identifier: MIT
#include "coordinator/app/foldersource.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace ci::app {

// Where `exists` and include patterns stop looking: the walk of a huge folder must end.
constexpr qsizetype MaxListedFiles = 200'000;

FolderSource::FolderSource(QString folder, std::optional<QStringList> changedFiles)
    : m_folder(QFileInfo(folder).canonicalFilePath()), m_changedFiles(std::move(changedFiles))
{
}

Result<QByteArray> FolderSource::localFile(const QString &path) const
{
    const QString real = QFileInfo(m_folder + u'/' + path).canonicalFilePath();
    QFile file(real);
    if (!real.startsWith(m_folder + u'/') || !file.open(QIODevice::ReadOnly)) {
        return notFound(u"%1: no such file"_s.arg(path));
    }
    return file.readAll();
}

QStringList FolderSource::allFiles() const
{
    QStringList files;
    QDirIterator walk(m_folder, QDir::Files | QDir::Hidden | QDir::NoDotAndDotDot, QDirIterator::Subdirectories);
    while (walk.hasNext() && files.size() < MaxListedFiles) {
        const QString path = walk.next().sliced(m_folder.size() + 1);
        if (!path.startsWith(".git/"_L1)) {
            files.append(path);
        }
    }
    files.sort();
    return files;
}

Result<QStringList> FolderSource::changedSince(const QString &) const
{
    // There is no history here: the same files as for any other `changes`.
    return m_changedFiles ? *m_changedFiles : allFiles();
}

} // namespace ci::app
