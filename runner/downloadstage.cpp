// SPDX-License-Identifier: MIT
#include "runner/downloadstage.h"

#include "runner/archivereader.h"
#include "runner/runnerversion.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

using namespace Qt::StringLiterals;

namespace ci::runner {

using std::chrono::milliseconds;

namespace {

constexpr int MaxRedirects = 3; // To an object store and back is one.
constexpr milliseconds DownloadRetryPause {1'000};
constexpr int DefaultAttempts = 3;

class FileSink final : public BodySink
{
public:
    explicit FileSink(std::shared_ptr<int> file) : m_file(std::move(file)) { }

    Result<void> write(QByteArrayView bytes) override
    {
        while (!bytes.isEmpty()) {
            const ssize_t put
                = ::write(*m_file, bytes.data(), static_cast<size_t>(bytes.size()));
            if (put < 0 && errno != EINTR) {
                return systemError(u"cannot keep the archive"_s, errno);
            }
            bytes = bytes.sliced(put > 0 ? put : 0);
        }
        return {};
    }

    Result<void> finish() override { return {}; }

private:
    std::shared_ptr<int> m_file;
};

// A file without a name beside the project, as the job's user: it takes no other job's room.
std::shared_ptr<int> namelessFile(const JobContext &context)
{
    const ActAs user(context.actingUser());
    QByteArray path = context.workspace.temporaryDirectory + "/download-XXXXXX";
    const int file = ::mkostemp(path.data(), O_CLOEXEC);
    if (file < 0) {
        return nullptr;
    }
    ::unlink(path.constData());
    return {new int(file), [](int *owned) {
                ::close(*owned);
                delete owned;
            }};
}

} // namespace

DownloadStage::DownloadStage(JobContext &context) : Stage(context), m_cancel(makeCancelFlag())
{
    m_retryTimer.setSingleShot(true);
    connect(&m_retryTimer, &QTimer::timeout, this, &DownloadStage::fetch);
}

DownloadStage::~DownloadStage() { m_cancel->store(true); }

void DownloadStage::start() { nextDependency(); }

void DownloadStage::stop(milliseconds)
{
    m_cancel->store(true);
    m_retryTimer.stop();
    finish({StageEnd::Kind::Failed, 1, {}});
}

void DownloadStage::finish(const StageEnd &end)
{
    if (!m_ended) {
        m_ended = true;
        Q_EMIT ended(end);
    }
}

void DownloadStage::nextDependency()
{
    const QList<protocol::JobDependency> &all = m_context.payload.dependencies;
    while (m_next < all.size() && (!all[m_next].file || all[m_next].file->filename.isEmpty())) {
        ++m_next;
    }
    if (m_ended || m_next >= all.size()) {
        return finish({});
    }
    m_dependency = all[m_next++];
    m_attempt = 0;
    m_context.log->info("Downloading artifacts for " + m_dependency.name.toUtf8() + " ("
                        + QByteArray::number(m_dependency.id) + ")...");
    fetch();
}

void DownloadStage::fetch()
{
    m_redirects = 0;
    QByteArray path = "jobs/" + QByteArray::number(m_dependency.id) + "/artifacts";
    if (m_attempt++ == 0 && m_context.variables.flag("FF_USE_DIRECT_DOWNLOAD", true)) {
        path += "?direct_download=true";
    }
    send(m_context.client->jobRequest("GET", path, m_dependency.token));
}

void DownloadStage::send(net::ClientRequest call)
{
    m_file = namelessFile(m_context);
    if (!m_file) {
        return finish({StageEnd::Kind::SystemFailure, 0, "cannot make a file for the archive"});
    }
    call.sink = std::make_shared<FileSink>(m_file);
    m_context.client->http().send(
        std::move(call), this,
        [this](const Result<net::ClientResponse> &answer) { readAnswer(answer); });
}

void DownloadStage::readAnswer(const Result<net::ClientResponse> &answer)
{
    if (m_ended) {
        return;
    }
    const int status = answer ? answer->status : 0;
    if (status == 200) {
        return extract();
    }
    if ((status == 302 || status == 307) && m_redirects++ < MaxRedirects) {
        return follow(answer->headers.value("Location", {}));
    }
    const QByteArray what = "Downloading artifacts from coordinator... "
        + (answer ? QByteArray::number(status) : answer.error().detail.toUtf8());
    const bool isFatal = status == 401 || status == 403 || status == 404;
    const int allowed
        = std::max(m_context.variables.number("ARTIFACT_DOWNLOAD_ATTEMPTS", 1), DefaultAttempts);
    if (!isFatal && m_attempt < allowed) {
        m_context.log->warning(what);
        return m_retryTimer.start(DownloadRetryPause);
    }
    m_context.log->error(what + (status == 404 ? ": not found" : ""));
    finish({StageEnd::Kind::Failed, 1, {}});
}

// To another store: our token must not go there.
void DownloadStage::follow(const QByteArray &location)
{
    net::ClientRequest call;
    call.method = "GET";
    call.url = QUrl::fromEncoded(location, QUrl::StrictMode);
    call.headers.add("User-Agent", userAgent());
    if (call.url.scheme() != "http"_L1 && call.url.scheme() != "https"_L1) {
        return finish({StageEnd::Kind::Failed, 1, {}});
    }
    send(std::move(call));
}

void DownloadStage::extract()
{
    const auto work = [file = m_file, root = m_context.workspace.projectDirectory,
                       cancel = m_cancel, user = m_context.user,
                       changes = m_context.changesUser]() -> Result<void> {
        const ActAs acting(changes ? &user : nullptr);
        ::lseek(*file, 0, SEEK_SET);
        return extractArchive(*file, root, {}, cancel);
    };
    runOnWorker(m_context.workers, this, work, [this](const Result<void> &extracted) {
        m_file.reset();
        if (m_ended) {
            return;
        }
        if (!extracted) {
            m_context.log->error(extracted.error().detail.toUtf8());
            return finish({StageEnd::Kind::Failed, 1, {}});
        }
        m_context.log->plain("Downloading artifacts from coordinator... ok id="
                             + QByteArray::number(m_dependency.id));
        nextDependency();
    });
}

} // namespace ci::runner
