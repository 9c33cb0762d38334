// SPDX-License-Identifier: MIT
#include "coordinator/forge/releases.h"

#include "coordinator/auth/posting.h"
#include "coordinator/forge/gitcommand.h"
#include "coordinator/forge/projectnames.h"
#include "coordinator/forge/repositoryreader.h"
#include "coordinator/pipelines/environments.h"
#include "coordinator/storage/zipreader.h"
#include "db/artifactstore.h"
#include "db/dutystore.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"
#include "db/releasestore.h"

#include <QDateTime>
#include <QHash>

#include <algorithm>

namespace ci::forge {

using namespace Qt::StringLiterals;
using engine::Transaction;

namespace {

constexpr qsizetype MaxReleaseName = 255;
constexpr qsizetype MaxReleaseDescription = 1'000'000; // GitLab's bound of long texts.
constexpr size_t MaxReleaseLinks = 100;
constexpr qsizetype MaxDescriptionPath = 255;

/// What the worker has found or made.
struct Tagged
{
    QByteArray sha;
    bool isNew = false;
    QString description;
};

Result<void> checkLink(const model::ReleaseLink &link)
{
    const bool isWeb = link.url.startsWith("https://"_L1) || link.url.startsWith("http://"_L1)
        || link.url.startsWith("ftp://"_L1);
    if (link.name.trimmed().isEmpty() || link.name.size() > MaxReleaseName) {
        return invalid(u"assets: a link needs a name of at most 255 characters"_s);
    }
    if (!isWeb || link.url.size() > 2048) {
        return invalid(u"assets: the url of the link %1 must be http, https or ftp"_s.arg(
            link.name));
    }
    if (!link.filepath.isEmpty() && !link.filepath.startsWith(u'/')) {
        return invalid(u"assets: the filepath of the link %1 must begin with /"_s.arg(link.name));
    }
    return {};
}

Result<QByteArray> makeTag(const Repositories &repositories,
                           const NewRelease &wish,
                           const QByteArray &sha)
{
    QList<QByteArray> arguments = gitPrefix(repositories.path(wish.project));
    if (wish.tagMessage.isEmpty()) {
        // An empty old value: only where it is not there yet.
        arguments << "update-ref" << "refs/tags/" + wish.tag.toUtf8() << sha << QByteArray();
        const Result<QByteArray> made = runGit(arguments);
        return made ? Result<QByteArray>(sha) : made;
    }
    arguments << "-c" << "user.name=Capstan" << "-c" << "user.email=capstan@localhost" << "tag"
              << "-a" << "-F" << "-" << "--" << wish.tag.toUtf8() << sha;
    const Result<QByteArray> made = runGit(arguments, wish.tagMessage.toUtf8());
    return made ? Result<QByteArray>(sha) : made;
}

std::optional<QString> readFromArchive(const QString &archive, const QString &path)
{
    Result<std::unique_ptr<BodySource>> source = storage::openZipEntry(archive, path);
    if (!source) {
        return std::nullopt;
    }
    QByteArray text;
    while (!(*source)->atEnd() && text.size() <= MaxReleaseDescription) {
        const Result<QByteArray> piece = (*source)->read(64 * 1024);
        if (!piece) {
            return std::nullopt;
        }
        text += *piece;
    }
    return QString::fromUtf8(text.left(MaxReleaseDescription));
}

// A path, as GitLab's tool takes it: one line, and there is such a file.
QString describe(const NewRelease &wish, const RepositoryReader &reader)
{
    const QString path = wish.description.trimmed();
    const bool mayBePath = wish.mayBeFile && !path.isEmpty() && path.size() <= MaxDescriptionPath
        && !path.contains(u'\n') && !path.startsWith(u'/') && !path.contains(".."_L1);
    if (!mayBePath) {
        return wish.description;
    }
    const QString plain = path.startsWith("./"_L1) ? path.sliced(2) : path;
    if (!wish.archive.isEmpty()) {
        if (const std::optional<QString> text = readFromArchive(wish.archive, plain)) {
            return *text;
        }
    }
    const Result<QByteArray> file = reader.file(wish.sha, plain);
    return file ? QString::fromUtf8(*file).left(MaxReleaseDescription) : wish.description;
}

/// git keeps refs as paths: the tags v1 and v1/rc exclude each other.
Result<void> checkRoom(const RepositoryReader &reader, const QString &tag)
{
    const Result<QHash<QString, QByteArray>> refs = reader.allRefs();
    if (!refs) {
        return refs.error();
    }
    const QString name = "refs/tags/"_L1 + tag;
    for (auto ref = refs->keyBegin(); ref != refs->keyEnd(); ++ref) {
        if (ref->startsWith(name + u'/') || name.startsWith(*ref + u'/')) {
            return conflict(u"tag_name: %1 cannot be made beside the tag %2: git allows only one of "
                            "them"_s.arg(tag, ref->mid(qsizetype(sizeof("refs/tags/")) - 1)));
        }
    }
    return {};
}

Result<Tagged> prepareTag(const Repositories &repositories, const NewRelease &wish)
{
    const RepositoryReader reader(repositories, wish.project);
    Tagged tagged;
    const Result<ResolvedRef> known = reader.resolve("refs/tags/"_L1 + wish.tag);
    if (known) {
        tagged.sha = known->sha;
    } else if (known.error().kind != ErrorKind::NotFound) {
        return known.error();
    } else if (wish.ref.isEmpty()) {
        return invalid(u"the tag %1 does not exist: name a ref to make it from"_s.arg(wish.tag));
    } else {
        const Result<model::Commit> commit = reader.commit(wish.ref);
        if (!commit) {
            return commit.error().kind == ErrorKind::NotFound
                ? invalid(u"the ref %1 does not exist"_s.arg(wish.ref))
                : commit.error();
        }
        if (const Result<void> hasRoom = checkRoom(reader, wish.tag); !hasRoom) {
            return hasRoom.error();
        }
        const Result<QByteArray> made = makeTag(repositories, wish, commit->sha);
        if (!made) {
            return made.error().within(u"the tag %1 cannot be made"_s.arg(wish.tag));
        }
        tagged.sha = *made;
        tagged.isNew = true;
    }
    tagged.description = describe(wish, reader);
    return tagged;
}

std::optional<Timestamp> timeOf(const QString &text)
{
    const QDateTime time = QDateTime::fromString(text, Qt::ISODate);
    return time.isValid() ? std::optional(fromMilliseconds(time.toMSecsSinceEpoch()))
                          : std::nullopt;
}

} // namespace

Releases::Releases(const Parts &parts, QObject *parent) : QObject(parent), m_parts(parts)
{
    m_pool.setMaxThreadCount(2);
}

Releases::~Releases()
{
    m_pool.waitForDone();
}

Result<void> Releases::check(const NewRelease &wish)
{
    if (const Result<void> named = checkRefName(wish.tag); !named) {
        return named.error().within(u"tag_name"_s);
    }
    if (wish.name.size() > MaxReleaseName) {
        return invalid(u"name is too long (maximum is 255 characters)"_s);
    }
    if (wish.description.size() > MaxReleaseDescription) {
        return invalid(u"description is too long"_s);
    }
    if (wish.links.size() > MaxReleaseLinks) {
        return invalid(u"assets: more than %1 links"_s.arg(MaxReleaseLinks));
    }
    for (const model::ReleaseLink &link : wish.links) {
        if (const Result<void> checked = checkLink(link); !checked) {
            return checked;
        }
    }
    return {};
}

Result<model::Release> Releases::store(Transaction &transaction,
                                       const NewRelease &wish,
                                       const QByteArray &sha)
{
    model::Release release;
    release.project = wish.project;
    release.tag = wish.tag;
    release.name = wish.name.trimmed().isEmpty() ? wish.tag : wish.name;
    release.description = wish.description;
    release.sha = sha;
    release.user = wish.user;
    release.createdAt = m_parts.clock.now();
    release.releasedAt = wish.releasedAt.value_or(release.createdAt);
    release.links = wish.links;
    return db::ReleaseStore(transaction.database()).insert(std::move(release));
}

void Releases::announce(const NewRelease &wish)
{
    Q_EMIT tagged({wish.project, "refs/tags/"_L1 + wish.tag, wish.user});
}

void Releases::create(const NewRelease &wish, QObject *context, Made done)
{
    Made answer = auth::guardedBy<model::Release>(context, std::move(done));
    m_pool.start([this, wish, answer] {
        const Result<void> checked = check(wish);
        const Result<Tagged> tagged
            = checked ? prepareTag(m_parts.repositories, wish) : Result<Tagged>(checked.error());
        QMetaObject::invokeMethod(this, [this, wish, answer, tagged] {
            if (!tagged) {
                answer(tagged.error());
                return;
            }
            if (tagged->isNew) {
                announce(wish);
            }
            auth::postFor<model::Release>(
                m_parts.loop,
                [this, wish, sha = tagged->sha](Transaction &transaction) {
                    return store(transaction, wish, sha);
                },
                answer);
        }, Qt::QueuedConnection);
    });
}

Result<NewRelease> Releases::wishOf(Transaction &transaction,
                                    const model::Job &job,
                                    const model::ReleaseSpec &spec)
{
    const Result<queue::VariableList> list
        = m_parts.core.pipelines().environments().variables(transaction, job);
    const Result<std::optional<model::Pipeline>> pipeline
        = db::PipelineStore(transaction.database(), m_parts.core.parts().box).find(job.pipeline);
    const Result<std::optional<model::Artifact>> archive
        = db::ArtifactStore(transaction.database()).find(job.id, "archive");
    if (!list || !pipeline || !archive || !*pipeline) {
        return !list       ? list.error()
            : !pipeline ? pipeline.error()
            : !archive  ? archive.error()
                        : notFound(u"404 Pipeline Not Found"_s);
    }
    NewRelease wish;
    wish.project = job.project;
    wish.tag = list->expandedWhole(spec.tagName);
    wish.tagMessage = list->expandedWhole(spec.tagMessage);
    wish.ref = list->expandedWhole(spec.ref);
    wish.sha = (*pipeline)->commit.sha;
    if (wish.ref.isEmpty()) {
        wish.ref = QString::fromLatin1(wish.sha);
    }
    wish.name = list->expandedWhole(spec.name);
    wish.description = list->expandedWhole(spec.description);
    wish.releasedAt = timeOf(list->expandedWhole(spec.releasedAt));
    wish.user = job.user;
    wish.mayBeFile = true;
    wish.archive = *archive ? m_parts.core.artifactFiles().path((*archive)->id) : QString();
    for (const model::ReleaseLinkSpec &link : spec.links) {
        wish.links.push_back({0, list->expandedWhole(link.name), list->expandedWhole(link.url),
                              list->expandedWhole(link.filepath),
                              link.linkType.isEmpty() ? u"other"_s : link.linkType});
    }
    return wish;
}

bool Releases::finish(Transaction &transaction, const model::Job &job, Done done)
{
    const Result<db::Duties> duties = db::DutyStore(transaction.database()).find(job.id);
    if (!duties || !duties->hasRelease) {
        return false;
    }
    const Result<model::JobSpec> spec
        = db::JobStore(transaction.database(), m_parts.core.parts().box).spec(job.id);
    if (!spec || !spec->release) {
        return false;
    }
    const Result<NewRelease> wish = wishOf(transaction, job, *spec->release);
    const bool hasMilestones = !spec->release->milestones.isEmpty();
    m_pool.start([this, wish, hasMilestones, done] {
        const Result<void> checked = wish ? check(*wish) : Result<void>(wish.error());
        const Result<Tagged> made
            = checked ? prepareTag(m_parts.repositories, *wish) : Result<Tagged>(checked.error());
        QMetaObject::invokeMethod(this, [this, wish, made, hasMilestones, done] {
            if (!made) {
                done(made.error().within(u"release"_s));
                return;
            }
            NewRelease described = *wish;
            described.description = made->description;
            Finished finished;
            finished.log = hasMilestones
                ? "WARNING: release: milestones are not known here and were left out\n"_ba
                : QByteArray();
            finished.log += "Released " + described.tag.toUtf8() + '\n';
            if (made->isNew) {
                announce(described);
            }
            finished.store = [this, described, sha = made->sha](Transaction &inner) -> Result<void> {
                const Result<model::Release> stored = store(inner, described, sha);
                return stored ? Result<void>() : Result<void>(stored.error().within(u"release"_s));
            };
            done(std::move(finished));
        }, Qt::QueuedConnection);
    });
    return true;
}

} // namespace ci::forge
