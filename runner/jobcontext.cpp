// SPDX-License-Identifier: MIT
#include "runner/jobcontext.h"

#include "runner/runnerversion.h"

#include <QDir>
#include <QFile>
#include <QStandardPaths>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

// What a job may see of our own environment: where programs are and how text and time are shown.
// Everything else (tokens of whoever started us) stays here.
constexpr const char *PassedOn[] {"PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ"};

constexpr QByteArrayView DefaultPath
    = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// Always masked, whatever the coordinator says (4.11).
constexpr QByteArrayView AlwaysMaskedPrefix = "glpat-";

constexpr qint64 DefaultTimeoutSeconds = 7200;

// The configuration's `environment`: a job's own variables come after and win.
void addConfigured(JobContext &context)
{
    for (const QString &entry : context.entry.environment) {
        const qsizetype equals = entry.indexOf(u'=');
        if (equals > 0) {
            protocol::JobVariable variable;
            variable.key = entry.first(equals);
            variable.value = entry.sliced(equals + 1);
            context.variables.set(variable);
        }
    }
}

void addOwn(JobContext &context)
{
    const Workspace &place = context.workspace;
    const qint64 timeout = context.payload.runnerInfo.timeoutSeconds;
    const std::pair<const char *, QByteArray> own[] {
        {"CI_BUILDS_DIR", place.buildsDirectory},
        {"CI_PROJECT_DIR", place.projectDirectory},
        {"CI_CONCURRENT_ID", QByteArray::number(context.slot.ofRunner)},
        {"CI_CONCURRENT_PROJECT_ID", QByteArray::number(context.slot.ofProject)},
        {"CI_SERVER", "yes"},
        {"CI_JOB_STATUS", "running"},
        {"CI_JOB_TIMEOUT", QByteArray::number(timeout > 0 ? timeout : DefaultTimeoutSeconds)},
        {"CI_SHARED_ENVIRONMENT", "true"},
        {"CI_RUNNER_VERSION", RunnerVersion},
        {"CI_RUNNER_REVISION", RunnerVersion},
        {"CI_RUNNER_EXECUTABLE_ARCH", "linux/" + runnerArchitecture()},
        {"CI_RUNNER_SHORT_TOKEN", shortToken(context.entry.token)},
    };
    for (const auto &[name, value] : own) {
        context.variables.set(name, value);
    }
}

// So that the job's own calls trust the coordinator as we do (9: CI_SERVER_TLS_CA_FILE).
void addAuthority(JobContext &context)
{
    QFile file(context.entry.tlsCaFile);
    if (context.entry.tlsCaFile.isEmpty() || !file.open(QIODevice::ReadOnly)) {
        return;
    }
    protocol::JobVariable variable;
    variable.key = u"CI_SERVER_TLS_CA_FILE"_s;
    variable.value = QString::fromUtf8(file.readAll());
    variable.file = true;
    variable.raw = true;
    context.variables.set(variable);
}

// GIT_CLONE_PATH moves the project directory, but only within the builds directory.
Result<void> applyClonePath(JobContext &context)
{
    JobVariables early = context.variables;
    early.resolve(context.workspace.temporaryDirectory);
    const QByteArray wanted = early.value("GIT_CLONE_PATH", {});
    if (wanted.isEmpty()) {
        return {};
    }
    const QByteArray path = QFile::encodeName(QDir::cleanPath(QFile::decodeName(wanted)));
    if (!path.startsWith(context.workspace.buildsDirectory + '/')) {
        return invalid(u"GIT_CLONE_PATH must lie within CI_BUILDS_DIR"_s);
    }
    context.workspace.projectDirectory = path;
    context.workspace.temporaryDirectory = path + ".tmp";
    context.variables.set("CI_PROJECT_DIR", path);
    return {};
}

} // namespace

ShellEnvironment JobContext::shell() const
{
    return shellEnvironment(baseEnvironment(user), variables);
}

KeeperCommand JobContext::command(const QByteArray &program,
                                  const QList<QByteArray> &arguments) const
{
    KeeperCommand made;
    made.program = program;
    made.arguments = arguments;
    made.directory = workspace.projectDirectory;
    made.environment = shell().environment;
    if (changesUser) {
        made.user = user;
    }
    return made;
}

Result<void> fillContext(JobContext &context)
{
    Result<Workspace> place = planWorkspace(context.payload, context.entry, context.slot);
    if (!place) {
        return place.error();
    }
    context.workspace = std::move(*place);
    addConfigured(context);
    for (const protocol::JobVariable &variable : context.payload.variables) {
        context.variables.set(variable);
    }
    addOwn(context);
    addAuthority(context);
    if (Result<void> moved = applyClonePath(context); !moved) {
        return moved;
    }
    context.variables.resolve(context.workspace.temporaryDirectory);
    return {};
}

MaskRules maskRules(const protocol::JobPayload &payload)
{
    MaskRules rules;
    for (const protocol::JobVariable &variable : payload.variables) {
        if (variable.masked) {
            rules.addSecret(variable.value.toUtf8());
        }
    }
    rules.addSecret(payload.token.reveal());
    const QUrl repository(payload.gitInfo.repoUrl);
    rules.addSecret(repository.password(QUrl::FullyDecoded).toUtf8());
    if (!repository.password().isEmpty()) {
        // As it stands in an Authorization header.
        rules.addSecret((repository.userName(QUrl::FullyDecoded) + u':'
                         + repository.password(QUrl::FullyDecoded))
                            .toUtf8());
    }
    for (const protocol::JobDependency &dependency : payload.dependencies) {
        rules.addSecret(dependency.token.reveal());
    }
    for (const protocol::JobCredential &credential : payload.credentials) {
        rules.addSecret(credential.password.reveal());
    }
    rules.tokenPrefixes.push_back(AlwaysMaskedPrefix.toByteArray());
    for (const QString &prefix : payload.features.tokenMaskPrefixes) {
        rules.tokenPrefixes.push_back(prefix.toUtf8());
    }
    return rules;
}

MaskRules resolvedMaskRules(const JobVariables &variables)
{
    MaskRules rules;
    for (const JobVariables::Variable &variable : variables.all()) {
        if (variable.isMasked) {
            rules.addSecret(variable.isFile ? variable.content : variable.value);
        }
    }
    return rules;
}

QList<QByteArray> baseEnvironment(const JobUser &user)
{
    QList<QByteArray> environment {
        "HOME=" + user.home,
        "USER=" + user.name,
        "LOGNAME=" + user.name,
        "SHELL=" + bashPath(),
    };
    bool hasPath = false;
    for (const char *name : PassedOn) {
        const QByteArray value = qgetenv(name);
        if (!value.isEmpty()) {
            environment.append(QByteArray(name) + '=' + value);
            hasPath = hasPath || qstrcmp(name, "PATH") == 0;
        }
    }
    if (!hasPath) {
        environment.append("PATH=" + DefaultPath.toByteArray());
    }
    return environment;
}

QByteArray bashPath()
{
    static const QByteArray path = [] {
        const QString found = QStandardPaths::findExecutable(u"bash"_s);
        return found.isEmpty() ? "/bin/bash"_ba : QFile::encodeName(found);
    }();
    return path;
}

} // namespace ci::runner
