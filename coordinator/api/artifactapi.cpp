// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/download.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jobview.h"
#include "coordinator/api/listing.h"
#include "coordinator/storage/zipreader.h"
#include "db/artifactstore.h"
#include "db/jobstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

Result<model::Artifact> archiveOf(Call &call, JobId job)
{
    const Result<std::optional<model::Artifact>> found =
        db::ArtifactStore(call.database()).find(job, "archive");
    if (!found) {
        return found.error();
    }
    return *found ? Result<model::Artifact>(**found)
                  : Result<model::Artifact>(notFound(u"this job has no artifacts"_s));
}

Answer sendArtifact(Call &call, const model::Artifact &artifact)
{
    const QByteArray tag = '"' + artifact.sha256 + '"';
    const net::RangeDecision range = net::decideRange(call.head().headers, artifact.sizeBytes, tag);
    net::Response response = download(artifact.fileName, nullptr);
    response.headers.add("ETag"_ba, tag);
    addRange(response, range, artifact.sizeBytes);
    if (range.kind == net::RangeDecision::Kind::Unsatisfiable) {
        return response;
    }
    const net::ByteRange part = rangeOf(range, artifact.sizeBytes);
    Result<std::unique_ptr<BodySource>> source =
        call.services().core.artifactFiles().open(artifact.id, part.first, part.length);
    if (!source) {
        return source.error();
    }
    response.source = std::move(*source);
    return response;
}

net::Response treeResponse(const Result<std::vector<storage::ZipEntry>> &entries)
{
    if (!entries) {
        return Answer(entries.error()).take();
    }
    QJsonArray array;
    for (const storage::ZipEntry &entry : *entries) {
        if (!entry.isFolder) {
            array.append(QJsonObject {{u"path"_s, entry.path}, {u"size"_s, entry.sizeBytes}});
        }
    }
    return jsonResponse(200, array);
}

/// The file that the address names, out of the archive.
Answer sendFileOf(Call &call, const Result<model::Artifact> &archive)
{
    if (!archive) {
        return archive.error();
    }
    using Source = Result<std::shared_ptr<BodySource>>;
    Services &services = call.services();
    services.readers.run<Source>(
        [file = services.core.artifactFiles().path(archive->id), name = call.value("path")] {
            Result<std::unique_ptr<BodySource>> source = storage::openZipEntry(file, name);
            return source ? Source(std::shared_ptr<BodySource>(std::move(*source)))
                          : Source(source.error());
        },
        [reply = call.reply(), name = call.value("path")](const Source &source) {
            if (source) {
                reply.send(download(name, *source));
            } else {
                reply.send(source.error());
            }
        });
    return Later {};
}

/// Of the newest success of `job` at `ref`.
Result<model::Artifact> newestArchive(Call &call)
{
    const QString name = call.fields().required("job");
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const Result<std::optional<model::Job>> job =
        db::JobStore(call.database(), call.services().box)
            .newestSuccess(call.project().id, call.value("ref"), name);
    if (!job || !*job) {
        return job ? notFound(u"no job of that name has succeeded there"_s) : job.error();
    }
    return archiveOf(call, (*job)->id);
}

} // namespace

Answer downloadArtifacts(Call &call)
{
    const Result<model::Artifact> archive = archiveOf(call, call.job().id);
    return archive ? sendArtifact(call, *archive) : Answer(archive.error());
}

Answer downloadArtifactFile(Call &call)
{
    return sendFileOf(call, archiveOf(call, call.job().id));
}

Answer listArtifactFiles(Call &call)
{
    const Result<model::Artifact> archive = archiveOf(call, call.job().id);
    if (!archive) {
        return archive.error();
    }
    using Entries = Result<std::vector<storage::ZipEntry>>;
    Services &services = call.services();
    services.readers.run<Entries>(
        [file = services.core.artifactFiles().path(archive->id)] { return storage::listZip(file); },
        [reply = call.reply()](const Entries &entries) { reply.send(treeResponse(entries)); });
    return Later {};
}

Answer keepArtifacts(Call &call)
{
    const Result<void> kept =
        call.services().core.artifacts().keep(call.transaction(), call.job().id);
    return kept ? Answer(jsonResponse(200, JobView(call).job(call.job()))) : Answer(kept.error());
}

Answer deleteArtifacts(Call &call)
{
    const Result<void> removed =
        call.services().core.artifacts().removeAll(call.transaction(), call.job().id);
    return removed ? Answer(emptyResponse(204)) : Answer(removed.error());
}

Answer downloadNewestArtifacts(Call &call)
{
    const Result<model::Artifact> archive = newestArchive(call);
    return archive ? sendArtifact(call, *archive) : Answer(archive.error());
}

Answer downloadNewestArtifactFile(Call &call)
{
    return sendFileOf(call, newestArchive(call));
}

} // namespace ci::api
