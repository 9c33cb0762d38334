// SPDX-License-Identifier: MIT
#include "runner/uploadstage.h"

#include "runner/archivewriter.h"
#include "runner/untrackedfiles.h"
#include "runner/workerstream.h"

#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace ci::runner {

using protocol::ArtifactFormat;
using protocol::JobArtifact;
using protocol::RunWhen;
using std::chrono::milliseconds;

namespace {

// Reference of the runner API, 7.1.
constexpr int MaxAttempts = 3;
constexpr int MaxUnavailableAttempts = 6;
constexpr int MaxUploadRedirects = 3; // To another front of the coordinator is one.
constexpr std::chrono::minutes UploadStallTime {10};
constexpr milliseconds RetryPauses[] {milliseconds {1'000}, milliseconds {2'000},
                                      milliseconds {4'000}, milliseconds {5'000},
                                      milliseconds {5'000}, milliseconds {5'000}};

bool applies(const JobArtifact &artifact, bool jobSucceeded)
{
    return artifact.when == RunWhen::Always
        || (artifact.when == RunWhen::OnSuccess) == jobSucceeded;
}

QByteArray suffix(ArtifactFormat format)
{
    switch (format) {
    case ArtifactFormat::Zip:
        return ".zip";
    case ArtifactFormat::Gzip:
        return ".gz";
    case ArtifactFormat::Raw:
    case ArtifactFormat::Unknown:
        break;
    }
    return {};
}

QList<QByteArray> expanded(const QStringList &patterns, const JobVariables &variables)
{
    QList<QByteArray> list;
    for (const QString &pattern : patterns) {
        list.append(variables.expand(pattern.toUtf8()));
    }
    return list;
}

// RFC 7578: quotes and line ends would end the parameter.
QByteArray quotedName(const QByteArray &name)
{
    return QByteArray(name).replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
}

struct Multipart
{
    QByteArray boundary = "capstan-" + randomText(32);
    QByteArray head;
    QByteArray tail;

    explicit Multipart(const QByteArray &fileName)
        : head("--" + boundary + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\""
               + quotedName(fileName) + "\"\r\nContent-Type: application/octet-stream\r\n\r\n"),
          tail("\r\n--" + boundary + "--\r\n")
    {
    }
};

Result<void> writeArchive(ArtifactFormat format, const ArchivePlan &plan, const ArchiveSink &sink)
{
    switch (format) {
    case ArtifactFormat::Zip:
        return writeZip(plan, sink);
    case ArtifactFormat::Gzip:
        return writeGzip(plan, sink);
    case ArtifactFormat::Raw:
        return writeRaw(plan, sink);
    case ArtifactFormat::Unknown:
        break;
    }
    return invalid(u"this artifact format is not supported"_s);
}

void fillBody(const std::shared_ptr<WorkerStreamInput> &input,
              const Multipart &multipart,
              ArtifactFormat format,
              const ArchivePlan &plan)
{
    const ArchiveSink sink = [&input](QByteArrayView bytes) { return input->push(bytes); };
    sink(multipart.head);
    const Result<void> written = writeArchive(format, plan, sink);
    if (written) {
        sink(multipart.tail);
    }
    input->finish(written);
}

int compressionLevel(const JobVariables &variables)
{
    const QByteArray word = variables.value("ARTIFACT_COMPRESSION_LEVEL", "default");
    if (word == "fastest" || word == "fast") {
        return 1;
    }
    return word == "slow" || word == "slowest" ? 9 : 6;
}

} // namespace

UploadStage::UploadStage(JobContext &context, bool jobSucceeded)
    : Stage(context), m_cancel(makeCancelFlag())
{
    for (const JobArtifact &artifact : context.payload.artifacts) {
        if (applies(artifact, jobSucceeded)) {
            m_artifacts.push_back(artifact);
        }
    }
    m_retryTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, &UploadStage::send);
}

std::optional<QUrl> redirectedUpload(QUrl url, const QByteArray &location)
{
    const QUrl target = QUrl::fromEncoded(location, QUrl::StrictMode);
    const bool isHttp = target.scheme() == "http"_L1 || target.scheme() == "https"_L1;
    const bool isUnveiled = url.scheme() == "https"_L1 && target.scheme() != "https"_L1;
    if (!isHttp || isUnveiled || target.host().isEmpty()) {
        return std::nullopt;
    }
    url.setScheme(target.scheme());
    url.setHost(target.host());
    url.setPort(target.port());
    return url;
}

UploadStage::~UploadStage() { m_cancel->store(true); }

void UploadStage::start() { nextArtifact(); }

void UploadStage::stop(milliseconds)
{
    m_cancel->store(true);
    m_retryTimer.stop();
    finish({StageEnd::Kind::Failed, 1, {}});
}

void UploadStage::finish(const StageEnd &end)
{
    if (!m_ended) {
        m_ended = true;
        Q_EMIT ended(end);
    }
}

void UploadStage::nextArtifact()
{
    if (m_ended) {
        return;
    }
    if (m_next >= m_artifacts.size()) {
        return finish({});
    }
    m_artifact = m_artifacts[m_next++];
    m_attempt = 0;
    m_context.log->info("Uploading artifacts...");
    if (m_artifact.untracked) {
        findUntracked(m_context, this,
                      [this](const QList<QByteArray> &files) { collect(files); });
    } else {
        collect({});
    }
}

void UploadStage::collect(const QList<QByteArray> &untracked)
{
    const SelectionRules rules {m_context.workspace.projectDirectory,
                                expanded(m_artifact.paths, m_context.variables),
                                expanded(m_artifact.exclude, m_context.variables), untracked};
    const auto work = [rules, cancel = m_cancel, user = m_context.user,
                       changes = m_context.changesUser] {
        const ActAs acting(changes ? &user : nullptr);
        return selectFiles(rules, cancel);
    };
    runOnWorker(m_context.workers, this, work,
                [this](const FileSelection &selection) { take(selection); });
}

void UploadStage::take(const FileSelection &selection)
{
    if (m_ended) {
        return;
    }
    for (const QByteArray &note : selection.notes) {
        m_context.log->plain(note);
    }
    for (const QByteArray &warning : selection.warnings) {
        m_context.log->warning(warning);
    }
    m_selection = selection;
    if (selection.files.empty()) {
        m_context.log->error("No files to upload");
        return nextArtifact();
    }
    send();
}

QByteArray UploadStage::fileName() const
{
    if (m_artifact.format == ArtifactFormat::Raw) {
        const QByteArray &path = m_selection.files.front();
        return path.sliced(path.lastIndexOf('/') + 1);
    }
    QByteArray name = m_context.variables.expand(m_artifact.name.toUtf8());
    name.replace('/', '_');
    return (name.isEmpty() ? "artifacts"_ba : name) + suffix(m_artifact.format);
}

net::ClientRequest UploadStage::request() const
{
    QUrlQuery query;
    query.addQueryItem(u"artifact_format"_s, QString::fromLatin1(word(m_artifact.format)));
    if (!m_artifact.type.isEmpty()) {
        query.addQueryItem(u"artifact_type"_s, m_artifact.type);
    }
    if (!m_artifact.expireIn.isEmpty()) {
        query.addQueryItem(u"expire_in"_s, m_artifact.expireIn);
    }
    const QByteArray path = "jobs/" + QByteArray::number(m_context.payload.id) + "/artifacts?"
        + query.toString(QUrl::FullyEncoded).toLatin1();
    return m_context.client->jobRequest("POST", path, m_context.payload.token);
}

void UploadStage::send()
{
    ++m_attempt;
    m_redirects = 0;
    m_url = request().url;
    post();
}

void UploadStage::post()
{
    const Multipart multipart(fileName());
    net::ClientRequest call = request();
    call.url = m_url;
    call.headers.add("Content-Type", "multipart/form-data; boundary=" + multipart.boundary);
    // Other uploads may have all workers for a while.
    call.stallTime = UploadStallTime;
    auto stream = std::make_shared<WorkerStream>();
    call.source = stream;
    const ArchivePlan plan {m_context.workspace.projectDirectory, m_selection.files,
                            compressionLevel(m_context.variables), m_cancel};
    m_context.workers->start([input = stream->input(), multipart, plan, format = m_artifact.format,
                              user = m_context.user, changes = m_context.changesUser] {
        const ActAs acting(changes ? &user : nullptr);
        fillBody(input, multipart, format, plan);
    });
    stream.reset();
    m_context.client->http().send(
        std::move(call), this,
        [this](const Result<net::ClientResponse> &answer) { readAnswer(answer); });
}

bool UploadStage::follow(const QByteArray &location)
{
    const std::optional<QUrl> url = redirectedUpload(m_url, location);
    if (!url) {
        m_context.log->warning("The coordinator sends the upload to an address that must not get it: "
                               + location);
        return false;
    }
    m_url = *url;
    post();
    return true;
}

void UploadStage::readAnswer(const Result<net::ClientResponse> &answer)
{
    if (m_ended) {
        return;
    }
    const int status = answer ? answer->status : 0;
    const QByteArray what = "Uploading artifacts as \"" + m_artifact.type.toUtf8()
        + "\" to coordinator... "
        + (answer ? QByteArray::number(status) : answer.error().detail.toUtf8());
    if (status == 201) {
        m_context.log->plain(what + " Created id=" + QByteArray::number(m_context.payload.id));
        return nextArtifact();
    }
    if (status == 307 && m_redirects++ < MaxUploadRedirects
        && follow(answer->headers.value("Location", {}))) {
        return;
    }
    const int allowed = status == 503 ? MaxUnavailableAttempts
        : status == 403 || status == 413 ? 1
                                         : MaxAttempts;
    if (m_attempt < allowed) {
        m_context.log->warning(what);
        m_context.log->warning("Retrying...");
        return m_retryTimer.start(RetryPauses[m_attempt - 1]);
    }
    m_context.log->error(what + (status == 413 ? ": too large" : ""));
    finish({StageEnd::Kind::Failed, 1, {}});
}

} // namespace ci::runner
