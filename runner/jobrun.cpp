// SPDX-License-Identifier: MIT
#include "runner/jobrun.h"

#include "runner/logging.h"
#include "runner/preparestage.h"
#include "runner/runnerversion.h"

using namespace Qt::StringLiterals;

namespace ci::runner {

using std::chrono::milliseconds;

namespace {

constexpr seconds DefaultTimeout {7200}; // 4.1
// Shells are killed in milliseconds; one that cannot be must not keep the job.
constexpr milliseconds TerminalsEndTime {3'000};

JobContext contextOf(const JobOrder &order)
{
    JobContext context;
    context.entry = order.entry;
    context.systemId = order.systemId;
    context.payload = order.payload;
    context.slot = order.slot;
    context.user = order.user;
    context.changesUser = order.changesUser;
    context.client = order.client;
    context.workers = order.workers;
    return context;
}

// Failures after which nothing of the user's runs any more.
bool isFinal(const std::optional<JobFailure> &failure)
{
    return failure
        && (failure->kind == JobFailure::Kind::Aborted
            || failure->kind == JobFailure::Kind::Interrupted);
}

} // namespace

JobRun::JobRun(JobOrder order, QObject *parent)
    : QObject(parent), m_context(contextOf(order)), m_rules(maskRules(order.payload)),
      m_log(m_rules, order.entry.outputLimitKb * 1024),
      m_reporter(*order.client, m_context.address(), m_log),
      m_sessionTimeout(order.sessionTimeout)
{
    m_context.log = &m_log;
    m_context.processes = &m_processes;
    m_log.setSections(order.payload.features.traceSections);
    m_timeout.setSingleShot(true);
    m_holdTimer.setSingleShot(true);
    m_terminalsTimer.setSingleShot(true);
    connect(&m_terminalsTimer, &QTimer::timeout, this, [this] { setTerminals(0); });
    connect(&m_timeout, &QTimer::timeout, this, &JobRun::timeOut);
    connect(&m_holdTimer, &QTimer::timeout, this, [this] {
        m_log.plain("terminal session timed out (maximum time allowed - "
                    + QByteArray::number(m_sessionTimeout.count()) + "s)");
        release();
    });
    connect(&m_reporter, &JobReporter::cancelAsked, this, &JobRun::cancel);
    connect(&m_reporter, &JobReporter::aborted, this, &JobRun::abort);
}

JobRun::~JobRun() = default;

void JobRun::start()
{
    m_reporter.confirm([this](bool isOurs) {
        if (isOurs) {
            begin();
        } else {
            Q_EMIT ended();
        }
    });
}

void JobRun::begin()
{
    m_phase = Phase::Stages;
    const qint64 limit = m_context.payload.runnerInfo.timeoutSeconds;
    m_timeout.start(limit > 0 ? seconds {std::min(limit, MaxTimerSeconds)} : DefaultTimeout);
    qCInfo(lcRunner) << "job started job=" << m_context.payload.id;
    const Result<void> filled = fillContext(m_context);
    m_log.hide(resolvedMaskRules(m_context.variables));
    m_reporter.setDebug(m_context.variables.flag("CI_DEBUG_TRACE"));
    greet();
    if (!filled) {
        fail({JobFailure::Kind::System, 0, filled.error().detail.toUtf8()});
    } else if (m_context.payload.steps.isEmpty()) {
        fail({JobFailure::Kind::System, 0, "the job has no script"});
    } else if (!m_context.payload.secrets.isEmpty() || !m_context.payload.run.isEmpty()) {
        fail({JobFailure::Kind::System, 0, "this runner supports neither secrets nor run"});
    } else {
        m_plan = stagePlan(m_context.payload);
    }
    advance();
}

void JobRun::greet()
{
    const QByteArray name = m_context.entry.name.toUtf8();
    m_log.write("\033[0KRunning with capstan-runner " + QByteArray(RunnerVersion) + " (linux/"
                + runnerArchitecture() + ")\033[0;m\n\033[0K  on " + name + ' '
                + shortToken(m_context.entry.token) + ", system ID: " + m_context.systemId
                + "\033[0;m\n");
    m_log.beginSection("prepare_executor", "Preparing the \"shell\" executor");
    m_log.write("\033[0KUsing Shell (bash) executor...\033[0;m\n");
    m_log.endSection();
}

bool JobRun::isWanted(const StageRow &row) const
{
    if (isFinal(m_failure)) {
        return false;
    }
    switch (row.kind) {
    case StageKind::Prepare:
    case StageKind::GetSources:
    case StageKind::Script:
        return !m_failure;
    case StageKind::RestoreCache:
        return !m_failure && !m_context.payload.cache.isEmpty();
    case StageKind::DownloadArtifacts:
        return !m_failure && !m_context.payload.dependencies.isEmpty();
    case StageKind::AfterScript:
        return m_scriptRan && !m_isTimeUp;
    case StageKind::ArchiveCache:
        return m_scriptRan && !m_isTimeUp && !m_context.payload.cache.isEmpty();
    case StageKind::UploadArtifacts:
        return m_scriptRan && !m_isTimeUp && !m_context.payload.artifacts.isEmpty();
    }
    return false;
}

// Runs what comes next; stages that end at once do not grow the stack.
void JobRun::advance()
{
    while (!m_stage && m_next < m_plan.size()) {
        const StageRow row = m_plan[m_next++];
        if (isWanted(row)) {
            run(row);
        }
    }
    if (!m_stage && m_next >= m_plan.size() && m_phase == Phase::Stages) {
        hold();
    }
}

void JobRun::run(const StageRow &row)
{
    m_current = row.kind;
    m_scriptRan = m_scriptRan || row.kind == StageKind::Script;
    if (row.kind == StageKind::AfterScript) {
        m_context.variables.set("CI_JOB_STATUS", statusWord(m_failure));
    }
    m_stage = makeStage(row, m_context, !m_failure);
    if (!m_stage) {
        return;
    }
    const SectionTitle section = sectionOf(row, m_context, !m_failure);
    m_log.beginSection(section.name, section.title);
    if (row.kind == StageKind::AfterScript) {
        m_log.info("Running after script...");
    }
    connect(m_stage.get(), &Stage::ended, this,
            [this, row](const StageEnd &end) { take(row, end); });
    m_stage->start();
}

void JobRun::take(const StageRow &row, const StageEnd &end)
{
    // The stage is in its own signal.
    m_stage.release()->deleteLater();
    const bool countsNot = row.kind == StageKind::AfterScript
        && m_context.variables.flag("AFTER_SCRIPT_IGNORE_ERRORS", true);
    if (end.kind == StageEnd::Kind::TimedOut && row.kind == StageKind::AfterScript) {
        m_log.warning("after_script took too long");
    } else if (end.kind != StageEnd::Kind::Ok && !countsNot) {
        JobFailure failure = failureOf(end);
        if (end.kind == StageEnd::Kind::TimedOut) {
            failure.detail = "the script took longer than RUNNER_SCRIPT_TIMEOUT";
        }
        fail(failure);
    }
    m_log.endSection();
    m_isReady = m_isReady || (row.kind == StageKind::GetSources && !m_failure);
    QMetaObject::invokeMethod(this, &JobRun::advance, Qt::QueuedConnection);
}

void JobRun::fail(const JobFailure &failure)
{
    const bool isStronger = failure.kind == JobFailure::Kind::Aborted
        || failure.kind == JobFailure::Kind::Interrupted;
    if (!m_failure || (isStronger && !isFinal(m_failure))) {
        m_failure = failure;
    }
}

void JobRun::stopStage(milliseconds grace)
{
    if (m_stage) {
        m_stage->stop(grace);
    }
}

void JobRun::timeOut()
{
    m_isTimeUp = true;
    if (m_failure) {
        m_log.warning("the job's time is over: nothing more of it runs");
    }
    const auto limit = std::chrono::duration_cast<seconds>(m_timeout.intervalAsDuration());
    fail({JobFailure::Kind::Timeout,
          0,
          "execution took longer than " + QByteArray::number(limit.count()) + "s seconds"});
    stopStage(m_context.entry.killGrace);
}

void JobRun::cancel()
{
    const bool mayFinish = m_current == StageKind::AfterScript
        || m_current == StageKind::ArchiveCache || m_current == StageKind::UploadArtifacts;
    cutShort({JobFailure::Kind::Canceled, 0, {}},
             mayFinish ? std::nullopt : std::optional(m_context.entry.killGrace));
}

void JobRun::abort()
{
    cutShort({JobFailure::Kind::Aborted, 0, {}}, m_context.entry.killGrace);
}

void JobRun::interrupt()
{
    m_reporter.hurry();
    cutShort({JobFailure::Kind::Interrupted, 0, "the runner is shutting down"},
             m_context.entry.killGrace);
}

void JobRun::cutShort(const JobFailure &failure, std::optional<milliseconds> grace)
{
    if (m_phase == Phase::Ending || m_phase == Phase::Reporting) {
        return;
    }
    fail(failure);
    if (m_phase == Phase::Held) {
        release();
    } else if (grace) {
        stopStage(*grace);
    }
}

void JobRun::setTerminals(int count)
{
    m_terminals = count;
    if (count == 0 && m_phase == Phase::Held) {
        release();
    } else if (count == 0 && m_phase == Phase::Ending) {
        conclude();
    }
}

Result<TerminalPlace> JobRun::terminalPlace() const
{
    if (m_phase == Phase::Ending || m_phase == Phase::Reporting) {
        return conflict(u"the job has ended"_s);
    }
    if (!m_isReady) {
        return unavailable(u"the job is still preparing its environment"_s);
    }
    TerminalPlace place;
    place.directory = m_context.workspace.projectDirectory;
    place.environment = m_context.shell().environment;
    place.shell = bashPath();
    place.loginShell = m_context.entry.shellLogin;
    if (m_context.changesUser) {
        place.user = m_context.user;
    }
    return place;
}

void JobRun::hold()
{
    m_timeout.stop();
    if (m_terminals == 0 || isFinal(m_failure)) {
        return endProcesses();
    }
    m_phase = Phase::Held;
    m_log.plain("Terminal is connected, will time out in "
                + QByteArray::number(m_sessionTimeout.count()) + "s...");
    m_heldUntil = SystemClock().now() + m_sessionTimeout;
    m_holdTimer.start(m_sessionTimeout);
    Q_EMIT held(*m_heldUntil);
}

void JobRun::release()
{
    m_heldUntil.reset();
    m_holdTimer.stop();
    Q_EMIT released();
    endProcesses();
}

void JobRun::endProcesses()
{
    m_phase = Phase::Ending;
    if (m_terminals > 0) {
        m_terminalsTimer.start(TerminalsEndTime);
        Q_EMIT terminalsMustEnd();
    }
    m_processes.endAll([this] {
        m_processesGone = true;
        conclude();
    });
}

void JobRun::conclude()
{
    if (!m_processesGone || m_terminals > 0) {
        return;
    }
    m_phase = Phase::Reporting;
    m_log.beginSection("cleanup_file_variables",
                       "Cleaning up project directory and file based variables");
    const bool isPlanned = !m_context.workspace.temporaryDirectory.isEmpty();
    if (!isPlanned || removeTemporaryFiles(m_context) == Removal::Done) {
        return report();
    }
    removeTemporaryDirectory(m_context, this, [this](const Result<void> &) { report(); });
}

void JobRun::report()
{
    m_log.endSection();
    if (m_failure) {
        m_log.write("\033[31;1mERROR: " + describe(*m_failure) + "\n\033[0;m\n");
    } else {
        m_log.info("Job succeeded");
    }
    m_log.finish();
    const FinalState state
        = finalState(m_failure, m_context.payload.features.failureReasons);
    m_reporter.finish(state, [this, id = m_context.payload.id, state] {
        qCInfo(lcRunner).noquote() << "job ended job=" + QByteArray::number(id)
                                   << "state=" + protocol::word(state.state).toByteArray();
        Q_EMIT ended();
    });
}

} // namespace ci::runner
