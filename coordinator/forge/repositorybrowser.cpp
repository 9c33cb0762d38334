// SPDX-License-Identifier: MIT
#include "coordinator/forge/repositorybrowser.h"

#include "coordinator/forge/gitcommand.h"
#include "coordinator/forge/treepath.h"

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

/// "MODE TYPE ID\tPATH"
TreeEntry entryOf(const QByteArray &line, const QString &folder)
{
    const qsizetype tab = line.indexOf('\t');
    const QList<QByteArray> words = line.first(std::max<qsizetype>(tab, 0)).split(' ');
    const QString below = QString::fromUtf8(line.sliced(tab + 1));
    return {words.value(2),
            below.section(u'/', -1),
            folder.isEmpty() ? below : folder + u'/' + below,
            words.value(1),
            words.value(0)};
}

QString withoutEndSlash(QString path)
{
    while (path.endsWith(u'/')) {
        path.chop(1);
    }
    return path;
}

} // namespace

RepositoryBrowser::RepositoryBrowser(const Repositories &repositories, ProjectId project)
    : m_path(repositories.path(project)), m_reader(repositories, project)
{
}

Result<HistoryPart>
RepositoryBrowser::history(const QString &revision, const QString &path, db::Page page) const
{
    const Result<model::Commit> newest = m_reader.commit(revision);
    if (!newest) {
        return newest.error();
    }
    // One more than asked for tells whether there is a next page.
    QList<QByteArray> command = gitPrefix(m_path)
        + QList<QByteArray> {"rev-list"_ba,
                             "--skip="_ba + QByteArray::number(page.offset()),
                             "--max-count="_ba + QByteArray::number(page.perPage + 1),
                             newest->sha,
                             "--"_ba};
    const QString below = withoutEndSlash(path);
    if (!below.isEmpty()) {
        if (!isTreePath(below)) {
            return notFound(u"there is no %1"_s.arg(path));
        }
        command.append(below.toUtf8()); // As it is, without patterns (gitEnvironment).
    }
    const Result<QByteArray> lines = runGit(command);
    if (!lines) {
        return lines.error();
    }
    HistoryPart part;
    for (const QByteArray &sha : lines->split('\n')) {
        if (sha.isEmpty()) {
            continue;
        }
        if (part.commits.size() == static_cast<size_t>(page.perPage)) {
            part.hasMore = true;
            break;
        }
        Result<model::Commit> commit = m_reader.commit(QString::fromLatin1(sha));
        if (!commit) {
            return commit.error();
        }
        part.commits.push_back(*std::move(commit));
    }
    return part;
}

Result<std::vector<TreeEntry>>
RepositoryBrowser::tree(const QString &revision, const QString &path, bool recursive) const
{
    const Result<model::Commit> commit = m_reader.commit(revision);
    if (!commit) {
        return commit.error();
    }
    const QString folder = withoutEndSlash(path);
    if (!folder.isEmpty() && (!isTreePath(folder) || !m_reader.hasFolder(commit->sha, folder))) {
        return notFound(u"there is no folder %1"_s.arg(path));
    }
    QList<QByteArray> command = gitPrefix(m_path) + QList<QByteArray> {"ls-tree"_ba, "-z"_ba};
    if (recursive) {
        command += {"-r"_ba, "-t"_ba};
    }
    command.append(folder.isEmpty() ? commit->sha : commit->sha + ':' + folder.toUtf8());
    const Result<QByteArray> lines = runGit(command);
    if (!lines) {
        return lines.error();
    }
    std::vector<TreeEntry> entries;
    for (const QByteArray &line : lines->split('\0')) {
        if (!line.isEmpty()) {
            entries.push_back(entryOf(line, folder));
        }
    }
    return entries;
}

Result<FileEntry> RepositoryBrowser::file(const QString &revision, const QString &path) const
{
    const Result<model::Commit> commit = m_reader.commit(revision);
    if (!commit) {
        return commit.error();
    }
    Result<QByteArray> content = m_reader.file(commit->sha, path);
    if (!content) {
        return content.error();
    }
    return FileEntry {path,
                      *std::move(content),
                      m_reader.contentId(commit->sha, path).value_or(QByteArray()),
                      commit->sha,
                      m_reader.lastChange(commit->sha, path).value_or(QByteArray())};
}

} // namespace ci::forge
