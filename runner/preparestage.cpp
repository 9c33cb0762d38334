// SPDX-License-Identifier: MIT
#include "runner/preparestage.h"

#include "runner/worker.h"

#include <QSysInfo>

#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

Result<void> writeFileVariables(const JobContext &context)
{
    for (const JobVariables::Variable &variable : context.variables.all()) {
        if (!variable.isFile) {
            continue;
        }
        const Result<void> written
            = writeNewFile(variable.value, variable.content, S_IRUSR | S_IWUSR);
        if (!written) {
            return written;
        }
    }
    return {};
}

} // namespace

Result<Removal> PrepareStage::prepare() const
{
    const Workspace &place = m_context.workspace;
    if (Result<void> made = prepareBuildsDirectory(place.buildsDirectory, m_context.actingUser());
        !made) {
        return made.error();
    }
    const ActAs user(m_context.actingUser());
    if (Result<void> made = makeDirectories(place.projectDirectory); !made) {
        return made.error();
    }
    // What a killed runner left there is neither this job's nor harmless.
    const JobUser *acting = m_context.actingUser();
    const uid_t owner = acting ? acting->uid : ::geteuid();
    Result<Removal> made = makePrivateDirectory(place.temporaryDirectory, owner, ScriptFileName);
    if (!made || *made == Removal::Unfinished) {
        return made;
    }
    if (Result<void> written = writeFileVariables(m_context); !written) {
        return written.error();
    }
    return Removal::Done;
}

void PrepareStage::start()
{
    const Result<Removal> prepared = prepare();
    if (prepared && *prepared == Removal::Unfinished) {
        return clearAway();
    }
    take(prepared);
}

void PrepareStage::clearAway()
{
    removeTemporaryDirectory(m_context, this, [this](const Result<void> &removed) {
        take(removed ? prepare() : Result<Removal>(removed.error()));
    });
}

void PrepareStage::take(const Result<Removal> &prepared)
{
    if (!prepared || *prepared == Removal::Unfinished) {
        const QString why = prepared ? u"somebody fills the temporary directory"_s
                                     : prepared.error().detail;
        return Q_EMIT ended(
            {StageEnd::Kind::SystemFailure, 0, "prepare environment: " + why.toUtf8()});
    }
    m_context.log->plain("Running on " + QSysInfo::machineHostName().toUtf8() + "...");
    Q_EMIT ended({});
}

Removal removeTemporaryFiles(const JobContext &context)
{
    const ActAs user(context.actingUser());
    return emptyAtOnce(context.workspace.temporaryDirectory, ScriptFileName);
}

void removeTemporaryDirectory(const JobContext &context,
                              QObject *receiver,
                              std::function<void(const Result<void> &)> done)
{
    const auto work = [path = context.workspace.temporaryDirectory, user = context.user,
                       changes = context.changesUser] {
        const ActAs acting(changes ? &user : nullptr);
        return removeTree(path);
    };
    runOnWorker(context.workers, receiver, work, std::move(done));
}

} // namespace ci::runner
