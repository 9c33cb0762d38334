// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/forge/repositories.h"
#include "coordinator/model/pipeline.h"

#include <QHash>
#include <QStringList>

#include <memory>
#include <optional>
#include <vector>

namespace ci::forge {

struct RefEntry
{
    QString name; ///< Without refs/heads/ or refs/tags/.
    model::Commit commit;
    QString message; ///< Of an annotated tag.
};

struct ResolvedRef
{
    QString name;
    bool isTag = false;
    QByteArray sha; ///< Of the commit.
};

enum class RefKind : quint8 { Branch, Tag };

/// Reads one repository through the system's git. Workers only: every call blocks for the
/// milliseconds a git process takes, with a deadline and a bound on its output.
class RepositoryReader
{
public:
    RepositoryReader(const Repositories &repositories, ProjectId project);
    ~RepositoryReader();
    RepositoryReader(RepositoryReader &&) noexcept;

    Result<std::vector<RefEntry>> refs(RefKind kind) const;
    Result<RefEntry> ref(RefKind kind, const QString &name) const;
    /// Full name → sha (of the tag object for annotated tags): branches, tags, merge requests.
    Result<QHash<QString, QByteArray>> allRefs() const;
    bool isEmpty() const; ///< No branch at all.

    /// A branch, else a tag, of that name; "refs/heads/x" and "refs/tags/x" are taken too.
    Result<ResolvedRef> resolve(const QString &ref) const;
    /// The commit of "refs/merge-requests/N/head"; NotFound: there is no such ref.
    Result<QByteArray> mergeRequestHead(qint64 number) const;
    /// By branch, tag, or sha (7…40 hex digits, unambiguous).
    Result<model::Commit> commit(const QString &revision) const;

    Result<QByteArray> file(const QByteArray &sha, const QString &path) const;
    Result<QStringList> allFiles(const QByteArray &sha) const;
    /// Against an absent `before` (zeros, or gone): nullopt.
    Result<std::optional<QStringList>> changedFiles(const QByteArray &before,
                                                    const QByteArray &sha) const;
    /// Where the history of `sha` left that of `ref`; NotFound: they have none in common.
    Result<QByteArray> mergeBase(const QString &ref, const QByteArray &sha) const;
    Result<QStringList> changedSinceMergeBase(const QString &ref, const QByteArray &sha) const;

    bool hasFolder(const QByteArray &sha, const QString &path) const;
    /// The blob of a file; nullopt: there is none.
    std::optional<QByteArray> contentId(const QByteArray &sha, const QString &path) const;
    /// The newest commit up to `sha` that changed a file; nullopt: there is none.
    std::optional<QByteArray> lastChange(const QByteArray &sha, const QString &path) const;

private:
    Result<std::vector<RefEntry>> refsBelow(RefKind kind, const QByteArray &prefix) const;

    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ci::forge
