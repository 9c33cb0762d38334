// SPDX-License-Identifier: MIT
#include "coordinator/forge/componentversion.h"

#include <QRegularExpression>

#include <array>

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

using Numbers = std::array<qint64, 3>;

constexpr QLatin1StringView LatestVersion {"~latest"};

/// "1.2.3" or "v1.2.3", without a pre-release part.
std::optional<Numbers> releaseNumbers(const QString &tag)
{
    static const QRegularExpression shape(u"\\Av?(\\d{1,9})\\.(\\d{1,9})\\.(\\d{1,9})(\\+[0-9A-Za-z.-]+)?\\z"_s);
    const auto match = shape.match(tag);
    if (!match.hasMatch()) {
        return std::nullopt;
    }
    return Numbers {match.captured(1).toLongLong(), match.captured(2).toLongLong(), match.captured(3).toLongLong()};
}

/// "1" and "1.2": the numbers that a version must begin with. "~latest": none.
std::optional<std::vector<qint64>> wantedStart(const QString &asked)
{
    static const QRegularExpression shape(u"\\A\\d{1,9}(\\.\\d{1,9})?\\z"_s);
    if (asked == LatestVersion) {
        return std::vector<qint64>();
    }
    if (!shape.match(asked).hasMatch()) {
        return std::nullopt;
    }
    std::vector<qint64> numbers;
    for (const QString &part : asked.split(u'.')) {
        numbers.push_back(part.toLongLong());
    }
    return numbers;
}

constexpr QLatin1StringView TagSpace {"refs/tags/"};

Result<ComponentVersion> newest(const RepositoryReader &reader, const QString &asked)
{
    const Result<QHash<QString, QByteArray>> refs = reader.allRefs();
    if (!refs) {
        return refs.error();
    }
    QStringList tags;
    for (auto ref = refs->begin(); ref != refs->end(); ++ref) {
        if (ref.key().startsWith(TagSpace)) {
            tags.append(ref.key().sliced(TagSpace.size()));
        }
    }
    const QString tag = highestVersion(tags, asked);
    if (tag.isEmpty()) {
        return notFound(u"content not found: no tag is such a version"_s);
    }
    const Result<ResolvedRef> resolved = reader.resolve(TagSpace + tag);
    return resolved ? Result(ComponentVersion {resolved->sha, tag})
                    : Result<ComponentVersion>(resolved.error());
}

} // namespace

QString highestVersion(const QStringList &tags, const QString &asked)
{
    const auto start = wantedStart(asked);
    QString best;
    Numbers bestNumbers {-1, -1, -1};
    for (const QString &tag : start ? tags : QStringList()) {
        const auto numbers = releaseNumbers(tag);
        if (numbers && std::equal(start->begin(), start->end(), numbers->begin()) && *numbers > bestNumbers) {
            best = tag;
            bestNumbers = *numbers;
        }
    }
    return best;
}

Result<ComponentVersion> resolveComponentVersion(const RepositoryReader &reader, const QString &asked)
{
    static const QRegularExpression sha(u"\\A[0-9a-f]{40}\\z"_s);
    if (sha.match(asked).hasMatch()) {
        const Result<model::Commit> commit = reader.commit(asked);
        return commit ? Result(ComponentVersion {commit->sha, asked})
                      : Result<ComponentVersion>(notFound(u"content not found"_s));
    }
    for (const QLatin1StringView space : {TagSpace, "refs/heads/"_L1}) {
        if (const Result<ResolvedRef> resolved = reader.resolve(space + asked)) {
            return ComponentVersion {resolved->sha, asked};
        }
    }
    return newest(reader, asked);
}

} // namespace ci::forge
