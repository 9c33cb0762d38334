// SPDX-License-Identifier: MIT
#include "common/net/multipart.h"
#include "coordinator/api/call.h"
#include "coordinator/api/download.h"
#include "coordinator/api/errorstatus.h"
#include "coordinator/api/formdecoder.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jsonresponse.h"
#include "db/artifactstore.h"

using namespace Qt::StringLiterals;

// Artifacts as runners send and fetch them (reference of the runner API, 7).

namespace ci::api {
namespace {

// For boundaries and heads around the file.
constexpr qint64 MultipartOverhead = 64 * 1024;

/// What is known of one upload while it comes in; on the I/O thread, then on the engine thread.
struct Incoming
{
    Services &services;
    Reply reply;
    JobId job;
    Secret token;
    storage::ArtifactFacts facts;
    qint64 maximumBytes = 0;
    std::shared_ptr<net::MultipartSink> form;
    std::shared_ptr<storage::ArtifactUpload> upload;
};

Result<std::shared_ptr<BodySink>> openFile(const std::shared_ptr<Incoming> &incoming,
                                           const QByteArray &fileName)
{
    incoming->facts.fileName = QString::fromUtf8(fileName);
    incoming->upload = incoming->services.core.artifactFiles().newUpload(incoming->maximumBytes);
    return std::shared_ptr<BodySink>(incoming->upload);
}

/// What came as fields of the form instead of in the query.
void addFormFacts(Incoming &incoming)
{
    storage::ArtifactFacts &facts = incoming.facts;
    facts.type = incoming.form->field("artifact_type").value_or(facts.type);
    facts.format = incoming.form->field("artifact_format").value_or(facts.format);
    if (const std::optional<QByteArray> expiry = incoming.form->field("expire_in")) {
        facts.expireIn = QString::fromUtf8(*expiry);
    }
}

/// GitLab's status for a second, different upload of one type is 400: its helper repeats a 409.
net::Response refusalOfUpload(const Error &error)
{
    switch (error.kind) {
    case ErrorKind::Conflict:
        return errorResponse(400, error.detail);
    case ErrorKind::Unauthenticated:
    case ErrorKind::NotFound:
        return errorResponse(403);
    default:
        return errorResponse(error);
    }
}

void storeUpload(const std::shared_ptr<Incoming> &incoming)
{
    Services &services = incoming->services;
    addFormFacts(*incoming);
    Result<storage::ArtifactFacts> facts = storage::Artifacts::checked(incoming->facts);
    if (!facts) {
        incoming->reply.send(facts.error());
        return;
    }
    services.core.artifacts().store(
        incoming->job,
        *facts,
        incoming->upload->received(),
        [&services, job = incoming->job, token = incoming->token](
            engine::Transaction &transaction) {
            return services.core.messages().authorizeUpload(transaction, job, token);
        },
        [reply = incoming->reply](const Result<model::Artifact> &stored) {
            if (!stored) {
                reply.send(refusalOfUpload(stored.error()));
                return;
            }
            reply.send(jsonResponse(201,
                                    QJsonObject {
                                        {u"id"_s, stored->id.value()},
                                        {u"file_type"_s, QString::fromLatin1(stored->type)},
                                        {u"size"_s, stored->sizeBytes},
                                    }));
        });
}

/// On the connection's thread: the body is through, or not.
void finishUpload(const std::shared_ptr<Incoming> &incoming, const Result<qint64> &received)
{
    if (!received) {
        net::Response response = errorResponse(received.error());
        response.closeAfter = true;
        incoming->reply.send(std::move(response));
        return;
    }
    if (!incoming->upload || !incoming->upload->received()) {
        incoming->reply.send(invalid(u"multipart: no part is named file"_s));
        return;
    }
    QMetaObject::invokeMethod(&incoming->services.context, [incoming] { storeUpload(incoming); });
}

void receiveUpload(const std::shared_ptr<Incoming> &incoming)
{
    incoming->reply.exchange()->receive(
        incoming->form,
        incoming->maximumBytes + MultipartOverhead,
        [incoming](const Result<qint64> &received) { finishUpload(incoming, received); });
}

Result<storage::ArtifactFacts> factsInQuery(Call &call)
{
    const Result<QJsonObject> query = decodeForm(call.head().query);
    if (!query) {
        return query.error();
    }
    return storage::Artifacts::checked({query->value("artifact_type"_L1).toString().toLatin1(),
                                        query->value("artifact_format"_L1).toString().toLatin1(),
                                        query->value("expire_in"_L1).toString(),
                                        {}});
}

/// A refusal before the body was read: the connection cannot be used again.
Answer refuseUnread(Call &call, const net::Response &response)
{
    net::Response closing = response;
    closing.closeAfter = call.head().hasBody();
    return closing;
}

} // namespace

Answer authorizeArtifacts(Call &call)
{
    const Result<qint64> id = call.number("job_id");
    if (!id) {
        return id.error();
    }
    const Result<model::Job> job = call.services().core.messages().authorizeUpload(
        call.transaction(), JobId {*id}, Secret(call.header("job-token")));
    if (!job) {
        return refusalOfUpload(job.error());
    }
    const QByteArray type = call.fields().text("artifact_type").value_or(u"archive"_s).toLatin1();
    if (call.fields().integer("filesize").value_or(0)
        > call.services().core.artifacts().maximumBytes(type)) {
        return errorResponse(413);
    }
    return jsonResponse(200, QJsonObject());
}

Answer uploadArtifacts(Call &call)
{
    const Result<qint64> id = call.number("job_id");
    if (!id) {
        return id.error();
    }
    const Secret token(call.header("job-token"));
    const Result<model::Job> job =
        call.services().core.messages().authorizeUpload(call.transaction(), JobId {*id}, token);
    if (!job) {
        return refuseUnread(call, refusalOfUpload(job.error()));
    }
    const Result<storage::ArtifactFacts> facts = factsInQuery(call);
    if (!facts) {
        return refuseUnread(call, errorResponse(facts.error()));
    }
    const qint64 maximum = call.services().core.artifacts().maximumBytes(facts->type);
    if (call.head().contentLength.value_or(0) > maximum + MultipartOverhead) {
        return refuseUnread(call, errorResponse(413));
    }
    auto incoming = std::make_shared<Incoming>(Incoming {
        call.services(), call.reply(), job->id, token, *facts, maximum, nullptr, nullptr});
    // The sink is kept by what it opens the file for: weakly, or neither would ever go.
    const auto form = net::MultipartSink::create(
        call.header("content-type"),
        "file"_ba,
        [weak = std::weak_ptr<Incoming>(incoming)](const QByteArray &fileName) {
            const std::shared_ptr<Incoming> target = weak.lock();
            return target ? openFile(target, fileName)
                          : Result<std::shared_ptr<BodySink>>(unavailable(u"too late"_s));
        });
    if (!form) {
        return refuseUnread(call, errorResponse(form.error()));
    }
    incoming->form = *form;
    call.transaction().answer([incoming] { receiveUpload(incoming); });
    return Later {};
}

Answer downloadDependency(Call &call)
{
    const Result<qint64> id = call.number("job_id");
    if (!id) {
        return id.error();
    }
    const Result<model::Job> job = call.services().core.messages().authorizeDownload(
        call.transaction(), JobId {*id}, Secret(call.header("job-token")));
    if (!job) {
        return job.error();
    }
    const Result<std::optional<model::Artifact>> archive =
        db::ArtifactStore(call.database()).find(job->id, "archive");
    if (!archive || !*archive) {
        return archive ? notFound(u"no artifacts"_s) : archive.error();
    }
    Result<std::unique_ptr<BodySource>> source =
        call.services().core.artifactFiles().open((*archive)->id);
    if (!source) {
        return source.error();
    }
    return download((*archive)->fileName, std::move(*source));
}

} // namespace ci::api
