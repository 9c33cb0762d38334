// SPDX-License-Identifier: MIT
#include "coordinator/forge/gittransfer.h"

#include "coordinator/forge/spool.h"
#include "coordinator/forge/transferbodies.h"

#include <QLoggingCategory>

namespace ci::forge {

using namespace Qt::StringLiterals;

Q_LOGGING_CATEGORY(lcGit, "ci.forge.git")

namespace {

constexpr qint64 InputHighWater = 256 * 1024;
constexpr qsizetype OutputHighWater = 256 * 1024;
/// Before the answer has begun: git may say something while it still reads, and must not block.
constexpr qsizetype EarlyOutputLimit = 4 << 20;
constexpr qsizetype MaxGitErrorText = 4 * 1024;
constexpr std::chrono::seconds TerminateGrace {5};

net::Response textAnswer(int status, const QString &text)
{
    net::Response response;
    response.status = status;
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.body = text.toUtf8() + '\n';
    response.closeAfter = true;
    return response;
}

int statusOf(const Error &error)
{
    switch (error.kind) {
    case ErrorKind::Invalid:
        return 400;
    case ErrorKind::TooLarge:
        return 413;
    case ErrorKind::Unavailable:
        return 503;
    case ErrorKind::NotFound:
    case ErrorKind::Conflict:
    case ErrorKind::Forbidden:
    case ErrorKind::Unauthenticated:
    case ErrorKind::TooMany:
    case ErrorKind::Io:
        break;
    }
    return 500;
}

} // namespace

std::shared_ptr<GitTransfer> GitTransfer::make(TransferOrder order)
{
    // Later: the last owner may let go from inside a signal of the child.
    return {new GitTransfer(std::move(order)), [](GitTransfer *transfer) { transfer->deleteLater(); }};
}

GitTransfer::GitTransfer(TransferOrder order) : m_order(std::move(order))
{
    // A fetch says all in its first bytes that we need; only a push has a list to look at.
    m_isHeadComplete = m_order.request.service == GitService::UploadPack
        || m_order.request.isAdvertisement;
    connect(&m_child, &ChildProcess::outputRead, this, &GitTransfer::readOutput);
    connect(&m_child, &ChildProcess::errorRead, this, &GitTransfer::readErrors);
    connect(&m_child, &ChildProcess::inputWritten, this, &GitTransfer::continueInput);
    connect(&m_child, &ChildProcess::finished, this, &GitTransfer::end);
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        qCWarning(lcGit).noquote() << "git takes too long and is ended";
        m_child.terminate(TerminateGrace);
    });
}

GitTransfer::~GitTransfer()
{
    announceEnd();
}

void GitTransfer::announceEnd()
{
    if (const auto ended = std::exchange(m_order.pushEnded, nullptr); ended && m_isStarted) {
        if (m_exit) {
            Spool::settleIntent(m_order.spoolDirectory, QString::fromLatin1(m_order.pushName));
        }
        ended();
    }
}

bool GitTransfer::isFull() const
{
    return m_child.bytesToWrite() >= InputHighWater;
}

Result<void> GitTransfer::take(QByteArrayView bytes)
{
    if (m_error) {
        return *m_error;
    }
    if (!m_order.request.isGzip) {
        return feed(bytes);
    }
    m_inflater.add(bytes);
    return pumpInput();
}

Result<void> GitTransfer::pumpInput()
{
    while (!isFull()) {
        const Result<QByteArray> piece = m_inflater.next();
        if (!piece) {
            return piece.error();
        }
        if (piece->isEmpty()) {
            break;
        }
        if (const Result<void> fed = feed(*piece); !fed) {
            return fed;
        }
    }
    return {};
}

Result<void> GitTransfer::feed(QByteArrayView plain)
{
    m_plainBytes += plain.size();
    const bool isPush = m_order.request.service == GitService::ReceivePack;
    const qint64 maximum = isPush ? m_order.limits.maxPushBytes
                                  : m_order.limits.maxFetchRequestBytes;
    if (m_plainBytes > maximum) {
        return tooLarge(u"the request is larger than %1 bytes"_s.arg(maximum));
    }
    if (m_isHeadComplete) {
        if (const Result<void> started = start(); !started) {
            return started;
        }
        m_child.write(plain);
        return {};
    }
    const Result<bool> complete = m_commands.feed(plain);
    if (!complete) {
        return complete.error();
    }
    if (*complete) {
        m_isHeadComplete = true;
        if (const Result<void> started = start(); !started) {
            return started;
        }
        m_child.write(m_commands.takeHead());
    }
    return {};
}

Result<void> GitTransfer::takeEnd()
{
    m_isInputEnded = true;
    if (!m_isHeadComplete) {
        return invalid(u"the push ends within its list of refs"_s);
    }
    if (const Result<void> started = start(); !started) {
        return started;
    }
    continueInput();
    return m_error ? Result<void>(*m_error) : Result<void>();
}

void GitTransfer::continueInput()
{
    if (m_order.request.isGzip && !m_error) {
        if (const Result<void> pumped = pumpInput(); !pumped) {
            fail(pumped.error());
            return;
        }
    }
    if (isFull()) {
        return;
    }
    if (!m_isInputEnded) {
        if (m_inputWake) {
            m_inputWake();
        }
        return;
    }
    if (m_order.request.isGzip && !m_inflater.isAtEnd()) {
        fail(invalid(u"the gzip body is cut short"_s));
        return;
    }
    m_child.closeInput();
}

Result<void> GitTransfer::start()
{
    if (m_isStarted) {
        return {};
    }
    const Result<void> started = m_child.start(commandFor(m_order, m_commands.updates()));
    m_isStarted = started.isOk();
    if (m_isStarted) {
        m_deadline.start(m_order.limits.maxTime);
    }
    return started;
}

void GitTransfer::readOutput(const QByteArray &bytes)
{
    m_output.append(bytes);
    if (m_output.size() >= (m_isAnswered ? OutputHighWater : EarlyOutputLimit)) {
        m_child.setOutputPaused(true);
    }
    answerIfReady();
    if (m_outputWake) {
        m_outputWake();
    }
}

void GitTransfer::readErrors(const QByteArray &bytes)
{
    m_errors.append(bytes.left(MaxGitErrorText - m_errors.size()));
}

void GitTransfer::bodySettled(const Result<qint64> &received)
{
    if (!received) {
        fail(received.error());
        return;
    }
    m_isBodySettled = true;
    const bool isPush = m_order.request.service == GitService::ReceivePack;
    m_self = shared_from_this(); // Until the answer takes over, or the client leaves.
    m_order.exchange->setGone([weak = weak_from_this(), isPush] {
        const auto alive = weak.lock();
        if (alive && !isPush) {
            alive->m_self.reset();
        }
    });
    answerIfReady();
}

void GitTransfer::end(ChildExit exit)
{
    m_deadline.stop();
    m_exit = exit;
    if (exit.signaled || exit.code != 0) {
        qCInfo(lcGit).noquote().nospace() << "git failed service=" << m_order.request.serviceName()
                                          << " code=" << exit.code << " said="
                                          << QString::fromUtf8(m_errors).simplified();
    }
    announceEnd();
    answerIfReady();
    if (m_outputWake) {
        m_outputWake();
    }
    m_self.reset();
}

void GitTransfer::answerIfReady()
{
    if (m_isAnswered || !m_isBodySettled || (m_output.isEmpty() && !m_exit)) {
        return;
    }
    if (m_output.isEmpty() && (m_exit->signaled || m_exit->code != 0)) {
        answer(textAnswer(500, u"git could not answer"_s));
        return;
    }
    const GitRequest &request = m_order.request;
    net::Response response;
    response.headers.add("Content-Type",
                         "application/x-" + request.serviceName()
                             + (request.isAdvertisement ? "-advertisement" : "-result"));
    response.headers.add("Cache-Control", "no-cache, max-age=0, must-revalidate");
    // Version 2 begins with its own line (gitprotocol-v2, "HTTP Transport").
    if (request.isAdvertisement && !request.isVersion2()) {
        const QByteArray line = "# service=" + request.serviceName() + '\n';
        m_output.prepend(QByteArray::number(line.size() + 4, 16).rightJustified(4, '0') + line
                         + "0000");
    }
    response.source = answerBody(shared_from_this());
    answer(std::move(response));
}

void GitTransfer::answer(net::Response response)
{
    m_isAnswered = true;
    // The answer's body holds us from here; a push also holds itself, until git has ended.
    const auto keep = std::exchange(m_self, nullptr);
    if (m_order.request.service == GitService::ReceivePack && m_isStarted && !m_exit) {
        m_self = keep;
    }
    m_order.exchange->respond(std::move(response));
}

void GitTransfer::fail(const Error &error)
{
    if (m_error) {
        return;
    }
    m_error = error;
    m_child.terminate(TerminateGrace);
    if (!m_isAnswered && !m_order.exchange->isGone()) {
        answer(textAnswer(statusOf(error), error.detail));
    }
}

Result<QByteArray> GitTransfer::give(qint64 maximum)
{
    const QByteArray piece = m_output.left(maximum);
    m_output.remove(0, piece.size());
    if (m_output.size() < OutputHighWater / 2) {
        m_child.setOutputPaused(false);
    }
    return piece;
}

bool GitTransfer::isAtEnd() const
{
    return m_exit && m_output.isEmpty();
}

void GitTransfer::abandonAnswer()
{
    // Nobody reads any more: let git say what it likes, so that a push comes to its end.
    m_outputWake = nullptr;
    disconnect(&m_child, &ChildProcess::outputRead, this, nullptr);
    m_output.clear();
    m_child.setOutputPaused(false);
}

} // namespace ci::forge
