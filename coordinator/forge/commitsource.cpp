// SPDX-License-Identifier: MIT
#include "coordinator/forge/commitsource.h"

namespace ci::forge {

using namespace Qt::StringLiterals;

CommitSource::CommitSource(std::shared_ptr<RepositoryReader> reader,
                           QByteArray sha,
                           QByteArray before,
                           const ForeignFiles *foreign,
                           Extras extras)
    : m_reader(std::move(reader)), m_sha(std::move(sha)), m_before(std::move(before)), m_foreign(foreign),
      m_extras(std::move(extras))
{
}

Result<QByteArray> CommitSource::localFile(const QString &path) const
{
    if (const auto extra = m_extras.files.constFind(path); extra != m_extras.files.constEnd()) {
        return *extra;
    }
    return m_reader ? m_reader->file(m_sha, path)
                    : Result<QByteArray>(notFound(u"there is no file %1"_s.arg(path)));
}

QStringList CommitSource::allFiles() const
{
    if (!m_allFiles) {
        const Result<QStringList> files = m_reader ? m_reader->allFiles(m_sha) : QStringList();
        m_allFiles = files ? *files : QStringList();
    }
    return *m_allFiles;
}

std::optional<QStringList> CommitSource::changedFiles() const
{
    if (!m_reader) {
        return std::nullopt;
    }
    if (!m_extras.target.isEmpty()) {
        const Result<QStringList> since = m_reader->changedSinceMergeBase(m_extras.target, m_sha);
        return since ? std::optional(*since) : std::nullopt;
    }
    const Result<std::optional<QStringList>> files = m_reader->changedFiles(m_before, m_sha);
    // What cannot be compared counts as changed: a job too many rather than one too few.
    return files ? *files : std::nullopt;
}

Result<QStringList> CommitSource::changedSince(const QString &ref) const
{
    return m_reader ? m_reader->changedSinceMergeBase(ref, m_sha)
                    : Result<QStringList>(notFound(u"there is no %1"_s.arg(ref)));
}

std::optional<QByteArray> CommitSource::contentId(const QString &path) const
{
    return m_reader ? m_reader->contentId(m_sha, path) : std::nullopt;
}

std::optional<QByteArray> CommitSource::lastChange(const QString &path) const
{
    return m_reader ? m_reader->lastChange(m_sha, path) : std::nullopt;
}

Result<ciconfig::TreePtr> CommitSource::projectTree(const QString &project, const QString &ref,
                                                    ciconfig::Eyes eyes) const
{
    return m_foreign ? m_foreign->projectTree(project, ref, eyes) : Source::projectTree(project, ref, eyes);
}

Result<ciconfig::ComponentPlace> CommitSource::component(const ciconfig::ComponentAddress &address,
                                                         ciconfig::Eyes eyes) const
{
    return m_foreign ? m_foreign->component(address, eyes) : Source::component(address, eyes);
}

Result<ciconfig::TreePtr> CommitSource::templates() const
{
    return m_foreign ? m_foreign->templates() : Source::templates();
}

Result<QByteArray> CommitSource::remoteFile(const QString &url) const
{
    return m_foreign ? m_foreign->remoteFile(url) : Source::remoteFile(url);
}

} // namespace ci::forge
