// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/pipelineplan.h"

#include <QByteArray>

#include <optional>

namespace ci::pipelines {

/// The tree of the commit, for what the coordinator itself must look up. Implemented by
/// coordinator/forge on a worker.
class CommitFiles
{
public:
    virtual ~CommitFiles() = default;

    /// The object id of a file's content (git's blob id); nullopt: no such file.
    virtual std::optional<QByteArray> contentId(const QString &path) const = 0;
    /// The newest commit that changed a file; nullopt: no such file.
    virtual std::optional<QByteArray> lastChange(const QString &path) const = 0;
};

/// Replaces `cache:key:files` and `files_commits` of all jobs by finished keys: PREFIX-HASH, or `default` for the hash
/// where none of the files is there. Pure; call it on the worker that compiled, before the plan is
/// given to PipelineService.
void resolveCacheKeys(model::PipelinePlan &plan, const CommitFiles &files);

} // namespace ci::pipelines
