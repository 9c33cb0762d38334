// SPDX-License-Identifier: MIT
#pragma once

#include "runner/stage.h"

#include <memory>
#include <vector>

namespace ci::runner {

enum class StageKind : quint8 {
    Prepare,
    GetSources,
    RestoreCache,
    DownloadArtifacts,
    Script, ///< One for each step but after_script.
    AfterScript,
    ArchiveCache,
    UploadArtifacts,
};

struct StageRow
{
    StageKind kind = StageKind::Prepare;
    qsizetype step = -1; ///< Of Script and AfterScript: which of payload.steps.
};

/// The stages of a job in order; whether each runs is decided when its turn comes.
std::vector<StageRow> stagePlan(const protocol::JobPayload &payload);

/// Name and title of its section.
struct SectionTitle
{
    QByteArray name;
    QByteArray title;
};
SectionTitle sectionOf(const StageRow &row, const JobContext &context, bool isSuccess);

std::unique_ptr<Stage> makeStage(const StageRow &row, JobContext &context, bool isSuccess);

} // namespace ci::runner
