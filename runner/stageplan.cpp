// SPDX-License-Identifier: MIT
#include "runner/stageplan.h"

#include "runner/cachestage.h"
#include "runner/downloadstage.h"
#include "runner/preparestage.h"
#include "runner/scriptstage.h"
#include "runner/sourcesstage.h"
#include "runner/uploadstage.h"

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

using protocol::JobPayload;
using protocol::JobStep;
using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr minutes AfterScriptLimit {5};

bool isAfterScript(const JobStep &step) { return step.name == "after_script"_L1; }

void addLines(QList<QByteArray> &commands, const QString &script)
{
    if (!script.isEmpty()) {
        commands.append(script.toUtf8());
    }
}

QList<QByteArray> stepCommands(const JobStep &step, const RunnerEntry &entry)
{
    QList<QByteArray> commands;
    const bool isMain = step.name == "script"_L1;
    if (isMain) {
        addLines(commands, entry.preBuildScript);
    }
    for (const QString &line : step.script) {
        commands.append(line.toUtf8());
    }
    if (isMain) {
        addLines(commands, entry.postBuildScript);
    }
    return commands;
}

milliseconds limitFrom(const JobContext &context, const QByteArray &variable, milliseconds fallback)
{
    const std::optional<qint64> wanted = context.variables.seconds(variable);
    return wanted ? milliseconds {std::chrono::seconds {*wanted}} : fallback;
}

std::unique_ptr<Stage> makeScript(const JobStep &step, JobContext &context)
{
    ScriptPlan plan {ScriptFileName, stepCommands(step, context.entry), milliseconds {0}};
    if (isAfterScript(step)) {
        plan.name = AfterScriptFileName;
        plan.limit = limitFrom(context, "RUNNER_AFTER_SCRIPT_TIMEOUT", AfterScriptLimit);
    } else if (step.name == "script"_L1) {
        plan.limit = limitFrom(context, "RUNNER_SCRIPT_TIMEOUT", milliseconds {0});
    }
    return std::make_unique<ScriptStage>(context, std::move(plan));
}

} // namespace

std::vector<StageRow> stagePlan(const JobPayload &payload)
{
    std::vector<StageRow> rows {{StageKind::Prepare}, {StageKind::GetSources}};
    rows.push_back({StageKind::RestoreCache});
    rows.push_back({StageKind::DownloadArtifacts});
    for (qsizetype i = 0; i < payload.steps.size(); ++i) {
        if (!isAfterScript(payload.steps[i])) {
            rows.push_back({StageKind::Script, i});
        }
    }
    for (qsizetype i = 0; i < payload.steps.size(); ++i) {
        if (isAfterScript(payload.steps[i]) && !payload.steps[i].script.isEmpty()) {
            rows.push_back({StageKind::AfterScript, i});
        }
    }
    rows.push_back({StageKind::ArchiveCache});
    rows.push_back({StageKind::UploadArtifacts});
    return rows;
}

SectionTitle sectionOf(const StageRow &row, const JobContext &context, bool isSuccess)
{
    const QByteArray outcome = isSuccess ? "successful" : "failed";
    switch (row.kind) {
    case StageKind::Prepare:
        return {"prepare_script", "Preparing environment"};
    case StageKind::GetSources:
        return {"get_sources", "Getting source from Git repository"};
    case StageKind::RestoreCache:
        return {"restore_cache", "Restoring cache"};
    case StageKind::DownloadArtifacts:
        return {"download_artifacts", "Downloading artifacts"};
    case StageKind::Script: {
        const QByteArray name = "step_" + context.payload.steps[row.step].name.toUtf8();
        return {name, "Executing \"" + name + "\" stage of the job script"};
    }
    case StageKind::AfterScript:
        return {"after_script", "Running after_script"};
    case StageKind::ArchiveCache:
        return {isSuccess ? "archive_cache" : "archive_cache_on_failure",
                "Saving cache for " + outcome + " job"};
    case StageKind::UploadArtifacts:
        return {isSuccess ? "upload_artifacts_on_success" : "upload_artifacts_on_failure",
                "Uploading artifacts for " + outcome + " job"};
    }
    return {};
}

std::unique_ptr<Stage> makeStage(const StageRow &row, JobContext &context, bool isSuccess)
{
    switch (row.kind) {
    case StageKind::Prepare:
        return std::make_unique<PrepareStage>(context);
    case StageKind::Script:
    case StageKind::AfterScript:
        return makeScript(context.payload.steps[row.step], context);
    case StageKind::GetSources:
        return std::make_unique<SourcesStage>(context);
    case StageKind::RestoreCache:
        return std::make_unique<RestoreCacheStage>(context);
    case StageKind::DownloadArtifacts:
        return std::make_unique<DownloadStage>(context);
    case StageKind::ArchiveCache:
        return std::make_unique<ArchiveCacheStage>(context, isSuccess);
    case StageKind::UploadArtifacts:
        return std::make_unique<UploadStage>(context, isSuccess);
    }
    return nullptr;
}

} // namespace ci::runner
