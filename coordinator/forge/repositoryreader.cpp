// SPDX-License-Identifier: MIT
#include "coordinator/forge/repositoryreader.h"

#include "coordinator/forge/commitobject.h"
#include "coordinator/forge/gitcommand.h"
#include "coordinator/forge/projectnames.h"
#include "coordinator/forge/treepath.h"

#include <algorithm>

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 MaxCommitBytes = 4 << 20;
constexpr qint64 MaxFileBytes = 4 << 20; ///< CI files end at 2 MiB.
constexpr GitChild::Limits BatchLimits {.time = std::chrono::minutes {2}, .maxOutputBytes = 1 << 30};
constexpr qsizetype FullSha = 40;
constexpr qsizetype MinimumSha = 7;

bool isHex(QByteArrayView text)
{
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

bool isFullSha(QByteArrayView text)
{
    return text.size() == FullSha && isHex(text);
}

bool isZeroSha(QByteArrayView text)
{
    return text.isEmpty() || std::all_of(text.begin(), text.end(), [](char c) { return c == '0'; });
}

QStringList pathsOf(const QByteArray &nulSeparated)
{
    QStringList paths;
    for (const QByteArray &path : nulSeparated.split('\0')) {
        if (!path.isEmpty()) {
            paths.append(QString::fromUtf8(path));
        }
    }
    return paths;
}

} // namespace

class RepositoryReader::Private
{
public:
    struct Object
    {
        QByteArray id;
        QByteArray type;
        QByteArray content;
    };

    Result<GitChild *> batch();
    /// nullopt: there is no such object.
    Result<std::optional<Object>> ask(const QByteArray &command, const QByteArray &name);
    Result<std::optional<Object>> exchange(GitChild &git, const QByteArray &command, const QByteArray &name);
    Result<QByteArray> run(const QList<QByteArray> &arguments) const;

    QString path;
    std::optional<GitChild> child;
};

Result<GitChild *> RepositoryReader::Private::batch()
{
    if (!child) {
        Result<GitChild> started = GitChild::start(
            gitPrefix(path) + QList<QByteArray> {"cat-file"_ba, "--batch-command"_ba}, BatchLimits);
        if (!started) {
            return started.error();
        }
        child.emplace(*std::move(started));
    }
    return &*child;
}

Result<std::optional<RepositoryReader::Private::Object>>
RepositoryReader::Private::ask(const QByteArray &command, const QByteArray &name)
{
    if (name.contains('\n') || name.contains('\0')) {
        return std::optional<Object>();
    }
    const Result<GitChild *> git = batch();
    if (!git) {
        return git.error();
    }
    Result<std::optional<Object>> object = exchange(**git, command, name);
    if (!object) {
        child.reset(); // Out of step, or dead: the next question starts another.
    }
    return object;
}

Result<std::optional<RepositoryReader::Private::Object>> RepositoryReader::Private::exchange(
    GitChild &git, const QByteArray &command, const QByteArray &name)
{
    if (const Result<void> asked = git.write(command + ' ' + name + '\n'); !asked) {
        return asked.error();
    }
    const Result<QByteArray> line = git.readLine();
    if (!line) {
        return line.error();
    }
    const QList<QByteArray> words = line->split(' ');
    if (words.size() != 3 || !isFullSha(words[0])) {
        return std::optional<Object>(); // "NAME missing", "NAME ambiguous".
    }
    Object object {words[0], words[1], {}};
    if (command == "contents") {
        const qint64 size = words[2].toLongLong();
        if (size > std::max(MaxCommitBytes, MaxFileBytes)) { // Rather than read it all.
            return tooLarge(u"%1 is larger than %2 MiB"_s.arg(QString::fromUtf8(name))
                                .arg(MaxFileBytes >> 20));
        }
        const Result<QByteArray> content = git.read(size + 1); // And a line break.
        if (!content) {
            return content.error();
        }
        object.content = content->chopped(1);
    }
    return std::optional(std::move(object));
}

Result<QByteArray> RepositoryReader::Private::run(const QList<QByteArray> &arguments) const
{
    return runGit(gitPrefix(path) + arguments);
}

RepositoryReader::RepositoryReader(const Repositories &repositories, ProjectId project)
    : d(std::make_unique<Private>())
{
    d->path = repositories.path(project);
}

RepositoryReader::~RepositoryReader() = default;
RepositoryReader::RepositoryReader(RepositoryReader &&) noexcept = default;

static QByteArray spaceOf(RefKind kind)
{
    return kind == RefKind::Branch ? "refs/heads"_ba : "refs/tags"_ba;
}

Result<std::vector<RefEntry>> RepositoryReader::refs(RefKind kind) const
{
    return refsBelow(kind, spaceOf(kind));
}

Result<RefEntry> RepositoryReader::ref(RefKind kind, const QString &name) const
{
    // Of "a" git tells "a" and "a/b", which cannot be both.
    Result<std::vector<RefEntry>> found = checkRefName(name)
        ? refsBelow(kind, spaceOf(kind) + '/' + name.toUtf8())
        : Result(std::vector<RefEntry>());
    if (!found) {
        return found.error();
    }
    if (found->empty() || found->front().name != name) {
        return notFound(kind == RefKind::Branch ? u"404 Branch Not Found"_s : u"404 Tag Not Found"_s);
    }
    return std::move(found->front());
}

Result<std::vector<RefEntry>> RepositoryReader::refsBelow(RefKind kind, const QByteArray &prefix) const
{
    const Result<QByteArray> output = d->run(
        {"for-each-ref"_ba, "--format=%(refname:lstrip=2)%00%(objecttype)%00%(contents)%00%00"_ba, prefix});
    if (!output) {
        return output.error();
    }
    std::vector<RefEntry> entries;
    qsizetype position = 0;
    while (position < output->size()) {
        const qsizetype end = output->indexOf(QByteArrayView("\0\0\n", 3), position);
        if (end < 0) {
            break;
        }
        const QList<QByteArray> parts = output->sliced(position, end - position).split('\0');
        position = end + 3;
        RefEntry entry;
        entry.name = QString::fromUtf8(parts.value(0));
        const Result<std::optional<Private::Object>> object = d->ask(
            "contents"_ba, spaceOf(kind) + '/' + parts.value(0) + "^{commit}");
        if (!object) {
            return object.error();
        }
        if (!*object) {
            continue; // A tag of a tree or blob.
        }
        entry.commit = commitOf((*object)->id, (*object)->content);
        if (parts.value(1) == "tag") {
            entry.message = messageText(parts.value(2));
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

Result<QHash<QString, QByteArray>> RepositoryReader::allRefs() const
{
    const Result<QByteArray> output = d->run({"for-each-ref"_ba, "--format=%(objectname) %(refname)"_ba,
                                              "refs/heads"_ba, "refs/tags"_ba, "refs/merge-requests"_ba});
    if (!output) {
        return output.error();
    }
    QHash<QString, QByteArray> refs;
    for (const QByteArray &line : output->split('\n')) {
        if (line.size() > FullSha + 1) {
            refs.insert(QString::fromUtf8(line.sliced(FullSha + 1)), line.first(FullSha));
        }
    }
    return refs;
}

bool RepositoryReader::isEmpty() const
{
    const Result<QByteArray> output
        = d->run({"for-each-ref"_ba, "--count=1"_ba, "--format=x"_ba, "refs/heads"_ba});
    return output && output->isEmpty();
}

Result<ResolvedRef> RepositoryReader::resolve(const QString &ref) const
{
    struct Space
    {
        QLatin1StringView prefix;
        bool isTag;
    };
    constexpr std::array Spaces {Space {"refs/heads/"_L1, false}, Space {"refs/tags/"_L1, true}};
    for (const Space &space : Spaces) {
        const bool isFull = ref.startsWith("refs/"_L1);
        if (isFull && !ref.startsWith(space.prefix)) {
            continue;
        }
        const QString name = isFull ? ref.sliced(space.prefix.size()) : ref;
        if (!checkRefName(name)) {
            continue;
        }
        const Result<std::optional<Private::Object>> object
            = d->ask("info"_ba, (space.prefix + name + "^{commit}"_L1).toUtf8());
        if (!object) {
            return object.error();
        }
        if (*object) {
            return ResolvedRef {name, space.isTag, (*object)->id};
        }
    }
    return notFound(u"Reference not found"_s);
}

Result<model::Commit> RepositoryReader::commit(const QString &revision) const
{
    const QByteArray name = revision.toLatin1().toLower();
    if (name.size() >= MinimumSha && name.size() <= FullSha && isHex(name)) {
        const Result<std::optional<Private::Object>> object
            = d->ask("contents"_ba, name + "^{commit}");
        if (!object) {
            return object.error();
        }
        if (*object) {
            return commitOf((*object)->id, (*object)->content);
        }
    }
    const Result<ResolvedRef> resolved = name.size() == FullSha && isHex(name)
        ? Result<ResolvedRef>(notFound(u"404 Commit Not Found"_s))
        : resolve(revision);
    if (!resolved) {
        return notFound(u"404 Commit Not Found"_s);
    }
    return commit(QString::fromLatin1(resolved->sha));
}

Result<QByteArray> RepositoryReader::file(const QByteArray &sha, const QString &path) const
{
    const Result<std::optional<Private::Object>> object = isTreePath(path)
        ? d->ask("contents"_ba, sha + ':' + path.toUtf8())
        : Result(std::optional<Private::Object>());
    if (!object) {
        return object.error();
    }
    if (!*object || (*object)->type != "blob") {
        return notFound(u"there is no file %1"_s.arg(path));
    }
    return (*object)->content;
}

bool RepositoryReader::hasFolder(const QByteArray &sha, const QString &path) const
{
    const Result<std::optional<Private::Object>> object = d->ask("info"_ba, sha + ':' + path.toUtf8());
    return object && *object && (*object)->type == "tree";
}

std::optional<QByteArray> RepositoryReader::contentId(const QByteArray &sha, const QString &path) const
{
    if (!isTreePath(path)) {
        return std::nullopt;
    }
    const Result<std::optional<Private::Object>> object = d->ask("info"_ba, sha + ':' + path.toUtf8());
    if (!object || !*object || (*object)->type != "blob") {
        return std::nullopt;
    }
    return (*object)->id;
}

std::optional<QByteArray> RepositoryReader::lastChange(const QByteArray &sha, const QString &path) const
{
    if (!contentId(sha, path)) {
        return std::nullopt;
    }
    // The name as it is (gitEnvironment): git would read "*" and ":(…)" as patterns.
    const Result<QByteArray> output
        = d->run({"log"_ba, "-1"_ba, "--format=%H"_ba, sha, "--"_ba, path.toUtf8()});
    return output && isFullSha(output->trimmed()) ? std::optional(output->trimmed()) : std::nullopt;
}

Result<QStringList> RepositoryReader::allFiles(const QByteArray &sha) const
{
    const Result<QByteArray> output = d->run({"ls-tree"_ba, "-r"_ba, "-z"_ba, "--name-only"_ba, sha});
    return output ? Result<QStringList>(pathsOf(*output)) : Result<QStringList>(output.error());
}

Result<std::optional<QStringList>> RepositoryReader::changedFiles(const QByteArray &before,
                                                                  const QByteArray &sha) const
{
    if (isZeroSha(before) || !isFullSha(before)) {
        return std::optional<QStringList>();
    }
    const Result<std::optional<Private::Object>> object = d->ask("info"_ba, before + "^{commit}");
    if (!object) {
        return object.error();
    }
    if (!*object) {
        return std::optional<QStringList>();
    }
    const Result<QByteArray> output = d->run({"diff-tree"_ba, "-r"_ba, "-z"_ba, "--name-only"_ba,
                                              "--no-renames"_ba, (*object)->id, sha});
    return output ? Result(std::optional(pathsOf(*output)))
                  : Result<std::optional<QStringList>>(output.error());
}

Result<QByteArray> RepositoryReader::mergeBase(const QString &ref, const QByteArray &sha) const
{
    const Result<model::Commit> other = commit(ref);
    if (!other) {
        return other.error();
    }
    const Result<QByteArray> base = d->run({"merge-base"_ba, other->sha, sha});
    return base ? Result(base->trimmed())
                : Result<QByteArray>(
                      notFound(u"%1 and this commit have no common history"_s.arg(ref)));
}

Result<QByteArray> RepositoryReader::mergeRequestHead(qint64 number) const
{
    const Result<std::optional<Private::Object>> object = d->ask(
        "info"_ba, "refs/merge-requests/" + QByteArray::number(number) + "/head^{commit}");
    if (!object) {
        return object.error();
    }
    return *object ? Result((*object)->id)
                   : Result<QByteArray>(notFound(u"there is no merge request !%1"_s.arg(number)));
}

Result<QStringList> RepositoryReader::changedSinceMergeBase(const QString &ref,
                                                            const QByteArray &sha) const
{
    const Result<QByteArray> base = mergeBase(ref, sha);
    if (!base) {
        return base.error();
    }
    const Result<QByteArray> output = d->run({"diff-tree"_ba, "-r"_ba, "-z"_ba, "--name-only"_ba,
                                              "--no-renames"_ba, *base, sha});
    return output ? Result(pathsOf(*output)) : Result<QStringList>(output.error());
}

} // namespace ci::forge
