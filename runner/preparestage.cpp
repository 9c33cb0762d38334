// SPDX-License-Identifier: MIT
#include "runner/preparestage.h"

#include <QSysInfo>

#include <sys/stat.h>
#include <unistd.h>

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

Result<void> PrepareStage::prepare() const
{
    const Workspace &place = m_context.workspace;
    if (Result<void> made = prepareBuildsDirectory(place.buildsDirectory, m_context.actingUser());
        !made) {
        return made;
    }
    const ActAs user(m_context.actingUser());
    if (Result<void> made = makeDirectories(place.projectDirectory); !made) {
        return made;
    }
    // What a killed runner left there is neither this job's nor harmless.
    const JobUser *acting = m_context.actingUser();
    const uid_t owner = acting ? acting->uid : ::geteuid();
    if (Result<void> made = makePrivateDirectory(place.temporaryDirectory, owner, ScriptFileName); !made) {
        return made;
    }
    return writeFileVariables(m_context);
}

void PrepareStage::start()
{
    const Result<void> prepared = prepare();
    if (!prepared) {
        return Q_EMIT ended(
            {StageEnd::Kind::SystemFailure, 0, "prepare environment: " + prepared.error().detail.toUtf8()});
    }
    m_context.log->plain("Running on " + QSysInfo::machineHostName().toUtf8() + "...");
    Q_EMIT ended({});
}

void removeTemporaryFiles(const JobContext &context)
{
    const ActAs user(context.actingUser());
    (void)!emptyDirectory(context.workspace.temporaryDirectory, ScriptFileName).isOk();
}

} // namespace ci::runner
