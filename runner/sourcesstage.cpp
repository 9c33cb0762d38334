// SPDX-License-Identifier: MIT
#include "runner/sourcesstage.h"

#include "runner/gitleftovers.h"
#include "runner/worker.h"

#include <QFile>
#include <QStandardPaths>

#include <chrono>
#include <iterator>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

using Strategy = SourceOptions::Strategy;
using namespace std::chrono_literals;

bool exists(const QByteArray &path)
{
    struct stat info {};
    return ::lstat(path.constData(), &info) == 0;
}

// A coordinator that is restarted, or moved, is back by the last of them.
constexpr std::chrono::seconds Waits[] {1s, 2s, 4s, 8s, 16s, 32s};

QByteArray gitPath()
{
    const QString found = QStandardPaths::findExecutable(u"git"_s);
    return found.isEmpty() ? "/usr/bin/git"_ba : QFile::encodeName(found);
}

} // namespace

const std::array<SourcesStage::Step, 10> SourcesStage::Steps {
    &SourcesStage::hookBefore,      &SourcesStage::initialise,       &SourcesStage::setRemote,
    &SourcesStage::fetch,           &SourcesStage::checkOut,         &SourcesStage::clean,
    &SourcesStage::syncSubmodules,  &SourcesStage::updateSubmodules, &SourcesStage::cleanSubmodules,
    &SourcesStage::hookAfter,
};

SourcesStage::SourcesStage(JobContext &context) : Stage(context)
{
    m_waitTimer.setSingleShot(true);
    connect(&m_waitTimer, &QTimer::timeout, this, &SourcesStage::beginAttempt);
}

void SourcesStage::start()
{
    m_unanswered = m_context.client->unanswered();
    Result<SourceOptions> options = SourceOptions::read(m_context);
    if (!options) {
        return Q_EMIT ended({StageEnd::Kind::SystemFailure, 0, options.error().detail.toUtf8()});
    }
    m_options = std::move(*options);
    beginAttempt();
}

void SourcesStage::beginAttempt()
{
    ++m_attempt;
    m_step = 0;
    switch (m_options.strategy) {
    case Strategy::None:
        return skipGit();
    case Strategy::Empty:
    case Strategy::Clone:
        return emptyDirectory();
    case Strategy::Fetch:
        return clearAndFetch();
    }
}

void SourcesStage::skipGit()
{
    for (const char *what : {"repository setup", "checkout", "submodules setup"}) {
        m_context.log->info(QByteArray("Skipping Git ") + what);
    }
    Q_EMIT ended({});
}

void SourcesStage::emptyDirectory()
{
    const auto work = [path = m_context.workspace.projectDirectory, user = m_context.user,
                       changes = m_context.changesUser]() -> Result<void> {
        const ActAs acting(changes ? &user : nullptr);
        if (Result<void> removed = removeTree(path); !removed) {
            return removed;
        }
        return makeDirectories(path);
    };
    runOnWorker(m_context.workers, this, work, [this](const Result<void> &emptied) {
        if (!emptied) {
            return Q_EMIT ended(
                {StageEnd::Kind::SystemFailure, 0, emptied.error().detail.toUtf8()});
        }
        if (m_options.strategy == Strategy::Empty) {
            return skipGit();
        }
        nextStep();
    });
}

void SourcesStage::clearAndFetch()
{
    const QByteArray &path = m_context.workspace.projectDirectory;
    if (m_options.submodules == SourceOptions::Submodules::None && clearFew(path) == Removal::Done) {
        return nextStep();
    }
    const auto work = [path, user = m_context.user, changes = m_context.changesUser] {
        const ActAs acting(changes ? &user : nullptr);
        clearLeftovers(path);
        return true;
    };
    runOnWorker(m_context.workers, this, work, [this](bool) { nextStep(); });
}

Removal SourcesStage::clearFew(const QByteArray &path) const
{
    const ActAs user(m_context.actingUser());
    return clearFewLeftovers(path);
}

void SourcesStage::nextStep()
{
    while (m_step < Steps.size() && !m_isStopped) {
        std::optional<KeeperCommand> command = (this->*Steps[m_step++])();
        if (command) {
            return run(std::move(*command));
        }
    }
    Q_EMIT ended({m_isStopped ? StageEnd::Kind::Failed : StageEnd::Kind::Ok, m_isStopped ? 1 : 0, {}});
}

void SourcesStage::run(KeeperCommand command)
{
    m_process = m_context.processes->add();
    connect(m_process, &JobProcess::outputRead, m_context.log, &JobLog::write);
    connect(m_process, &JobProcess::finished, this, &SourcesStage::take);
    if (const Result<void> started = m_process->start(std::move(command)); !started) {
        Q_EMIT ended({StageEnd::Kind::SystemFailure, 0, started.error().detail.toUtf8()});
    }
}

void SourcesStage::take(ProgramEnd end)
{
    m_process->end();
    if (end.isSuccess() && !m_isStopped) {
        return nextStep();
    }
    if (end.kind == ProgramEnd::Kind::CannotStart) {
        return Q_EMIT ended({StageEnd::Kind::SystemFailure,
                             0,
                             systemError(u"cannot start git"_s, end.value).detail.toUtf8()});
    }
    if (m_attempt < m_options.attempts && !m_isStopped) {
        m_context.log->warning("Retrying...");
        return beginAttempt();
    }
    if (m_isStopped || !waitForCoordinator()) {
        Q_EMIT ended({StageEnd::Kind::Failed, 1, {}});
    }
}

/// A restart of the coordinator must not fail the jobs that were fetching from it just then. That it
/// was away is seen by our own calls: git's words are for people.
bool SourcesStage::waitForCoordinator()
{
    const int before = std::exchange(m_unanswered, m_context.client->unanswered());
    if (m_unanswered == before || m_waits == std::ssize(Waits)) {
        return false;
    }
    const std::chrono::seconds wait = Waits[m_waits++];
    m_context.log->warning("The coordinator does not answer; trying again in "
                           + QByteArray::number(static_cast<qint64>(wait.count())) + " s...");
    m_waitTimer.start(wait);
    return true;
}

void SourcesStage::stop(std::chrono::milliseconds grace)
{
    m_isStopped = true;
    if (m_waitTimer.isActive()) {
        m_waitTimer.stop();
        return Q_EMIT ended({StageEnd::Kind::Failed, 1, {}});
    }
    if (m_process && m_process->isRunning()) {
        m_process->terminate(grace);
    }
}

KeeperCommand SourcesStage::git(const QList<QByteArray> &arguments) const
{
    KeeperCommand command = m_context.command(gitPath(), arguments);
    command.environment.append(gitEnvironment(m_options));
    return command;
}

std::optional<KeeperCommand> SourcesStage::hook(const QByteArray &name, const QString &configured)
{
    QList<QByteArray> commands;
    if (!configured.isEmpty()) {
        commands.append(configured.toUtf8());
    }
    for (const protocol::JobHook &hook : m_context.payload.hooks) {
        if (hook.name == QLatin1StringView(name)) {
            for (const QString &line : hook.script) {
                commands.append(line.toUtf8());
            }
        }
    }
    if (commands.isEmpty()) {
        return std::nullopt;
    }
    const QByteArray path = m_context.workspace.temporaryDirectory + '/' + ScriptFileName;
    const ShellEnvironment shell = m_context.shell();
    const ActAs user(m_context.actingUser());
    if (!writePrivateFile(path, writeScript({shell.assignments, commands}))) {
        return std::nullopt;
    }
    return m_context.command(bashPath(), {path});
}

std::optional<KeeperCommand> SourcesStage::hookBefore()
{
    return hook("pre_get_sources_script", m_context.entry.preGetSourcesScript);
}

std::optional<KeeperCommand> SourcesStage::initialise()
{
    m_isFresh = !exists(m_context.workspace.projectDirectory + "/.git");
    m_context.log->info(m_options.depth > 0 ? "Fetching changes with git depth set to "
                                + QByteArray::number(m_options.depth) + "..."
                                            : QByteArray("Fetching changes..."));
    return git(gitInit(m_options));
}

std::optional<KeeperCommand> SourcesStage::setRemote()
{
    if (m_isFresh) {
        m_context.log->info("Created fresh repository.");
    }
    return git(gitSetRemote(m_options));
}

std::optional<KeeperCommand> SourcesStage::fetch()
{
    return git(
        gitFetch(m_options, exists(m_context.workspace.projectDirectory + "/.git/shallow")));
}

std::optional<KeeperCommand> SourcesStage::checkOut()
{
    if (!m_options.checkout) {
        m_context.log->info("Skipping Git checkout");
        return std::nullopt;
    }
    m_context.log->info("Checking out " + m_options.sha.first(std::min<qsizetype>(8, m_options.sha.size()))
                        + " as detached HEAD (ref is " + m_context.payload.gitInfo.ref.toUtf8()
                        + ")...");
    return git(gitCheckout(m_options));
}

std::optional<KeeperCommand> SourcesStage::clean()
{
    if (!m_options.checkout || m_options.cleanFlags.isEmpty()) {
        return std::nullopt;
    }
    return git(gitClean(m_options));
}

std::optional<KeeperCommand> SourcesStage::syncSubmodules()
{
    if (m_options.submodules == SourceOptions::Submodules::None) {
        m_context.log->info("Skipping Git submodules setup");
        return std::nullopt;
    }
    const bool isRecursive = m_options.submodules == SourceOptions::Submodules::Recursive;
    m_context.log->info(isRecursive ? "Updating/initializing submodules recursively..."
                                    : "Updating/initializing submodules...");
    return git(gitSubmoduleSync(m_options));
}

std::optional<KeeperCommand> SourcesStage::updateSubmodules()
{
    return m_options.submodules == SourceOptions::Submodules::None
        ? std::nullopt
        : std::optional(git(gitSubmoduleUpdate(m_options)));
}

std::optional<KeeperCommand> SourcesStage::cleanSubmodules()
{
    const bool isWanted = m_options.submodules != SourceOptions::Submodules::None
        && !m_options.cleanFlags.isEmpty();
    return isWanted ? std::optional(git(gitSubmoduleClean(m_options))) : std::nullopt;
}

std::optional<KeeperCommand> SourcesStage::hookAfter()
{
    return hook("post_get_sources_script", m_context.entry.postGetSourcesScript);
}

} // namespace ci::runner
