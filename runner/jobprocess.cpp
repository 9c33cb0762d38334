// SPDX-License-Identifier: MIT
#include "runner/jobprocess.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr qsizetype OutputPiece = 64 * 1024;
// Of what the background writes while a program ends: more than a pipe holds, and an end.
constexpr int MaxDrainPieces = 32;

} // namespace

JobProcess::JobProcess(QObject *parent) : QObject(parent)
{
    m_graceTimer.setSingleShot(true);
    connect(&m_graceTimer, &QTimer::timeout, this, &JobProcess::end);
}

JobProcess::~JobProcess() { closeOutput(); }

Result<void> JobProcess::start(KeeperCommand command)
{
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        return systemError(u"cannot make a pipe"_s, errno);
    }
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    m_output = ends[0];
    command.output = ends[1];
    command.error = ends[1];
    Result<Keeper> keeper = Keeper::start(command);
    ::close(ends[1]);
    if (!keeper) {
        closeOutput();
        return keeper.error();
    }
    m_keeper.emplace(std::move(*keeper));
    m_outputNotifier = std::make_unique<QSocketNotifier>(m_output, QSocketNotifier::Read);
    connect(m_outputNotifier.get(), &QSocketNotifier::activated, this, &JobProcess::readOutput);
    m_newsNotifier
        = std::make_unique<QSocketNotifier>(m_keeper->channel(), QSocketNotifier::Read);
    connect(m_newsNotifier.get(), &QSocketNotifier::activated, this, &JobProcess::readNews);
    return {};
}

qint64 JobProcess::programId() const { return m_keeper ? m_keeper->programId() : 0; }

void JobProcess::terminate(std::chrono::milliseconds grace)
{
    if (!isRunning() || m_graceTimer.isActive()) {
        return;
    }
    m_keeper->signal(SIGTERM);
    m_graceTimer.start(grace);
}

void JobProcess::end()
{
    m_graceTimer.stop();
    if (m_keeper) {
        m_keeper->kill();
    }
}

void JobProcess::readNews()
{
    while (m_keeper) {
        const std::optional<KeeperNews> news = m_keeper->read();
        if (!news) {
            return;
        }
        handle(*news);
    }
}

void JobProcess::handle(KeeperNews news)
{
    using Kind = KeeperNews::Kind;
    if (news.kind != Kind::Gone) {
        // A grace timer goes on: what ignored SIGTERM outlives the program, not the grace.
        m_ended = true;
        drainOutput();
        const auto kind = news.kind == Kind::Exited ? ProgramEnd::Kind::Exited
            : news.kind == Kind::Signaled           ? ProgramEnd::Kind::Signaled
                                                    : ProgramEnd::Kind::CannotStart;
        Q_EMIT finished({kind, news.value});
        return;
    }
    m_graceTimer.stop();
    m_newsNotifier->setEnabled(false);
    m_newsNotifier.release()->deleteLater();
    drainOutput();
    closeOutput();
    m_keeper.reset();
    if (!m_ended) {
        // The keeper itself was killed, and its program with it.
        m_ended = true;
        Q_EMIT finished({ProgramEnd::Kind::Signaled, SIGKILL});
    }
    Q_EMIT gone();
}

bool JobProcess::readOutput()
{
    if (m_output < 0) {
        return false;
    }
    QByteArray bytes(OutputPiece, Qt::Uninitialized);
    const ssize_t got = ::read(m_output, bytes.data(), OutputPiece);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    if (got <= 0) {
        closeOutput();
        return false;
    }
    bytes.truncate(got);
    Q_EMIT outputRead(bytes);
    return true;
}

void JobProcess::drainOutput()
{
    for (int piece = 0; piece < MaxDrainPieces && readOutput(); ++piece) { }
}

void JobProcess::closeOutput()
{
    if (m_output < 0) {
        return;
    }
    if (m_outputNotifier) {
        m_outputNotifier->setEnabled(false);
        m_outputNotifier.release()->deleteLater();
    }
    ::close(m_output);
    m_output = -1;
}

} // namespace ci::runner
