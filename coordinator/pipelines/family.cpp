// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/family.h"

#include "db/jobstore.h"
#include "db/linkstore.h"
#include "db/pipelinestore.h"

#include <algorithm>

namespace ci::pipelines {

using namespace Qt::StringLiterals;
using engine::Transaction;

namespace {

// Children below one another (reference of the CI language, 18).
constexpr qsizetype MaxChildDepth = 2;
// Pipelines that one has begun, in all projects; GitLab's default.
constexpr qint64 MaxFamily = 1000;
// Pipelines above one another. Far more than anybody means to have.
constexpr size_t MaxLine = 20;

bool isChild(const model::Pipeline &pipeline)
{
    return pipeline.source == "parent_pipeline"_L1;
}

} // namespace

Result<std::optional<model::Pipeline>> parentOf(Transaction &transaction,
                                                const SecretBox &box,
                                                PipelineId pipeline)
{
    const Result<std::optional<model::PipelineLink>> link
        = db::LinkStore(transaction.database()).upstreamOf(pipeline);
    if (!link || !*link) {
        return link ? Result(std::optional<model::Pipeline>())
                    : Result<std::optional<model::Pipeline>>(link.error());
    }
    const Result<std::optional<model::Job>> bridge
        = db::JobStore(transaction.database(), box).find((*link)->job);
    if (!bridge || !*bridge) {
        return bridge ? Result(std::optional<model::Pipeline>())
                      : Result<std::optional<model::Pipeline>>(bridge.error());
    }
    return db::PipelineStore(transaction.database(), box).find((*bridge)->pipeline);
}

Result<std::vector<PipelineId>> childrenOf(Transaction &transaction, PipelineId pipeline)
{
    return db::LinkStore(transaction.database()).childrenOf(pipeline);
}

Result<std::vector<model::Pipeline>> lineOf(Transaction &transaction,
                                            const SecretBox &box,
                                            const model::Pipeline &pipeline)
{
    std::vector<model::Pipeline> line {pipeline};
    while (line.size() <= MaxLine) {
        Result<std::optional<model::Pipeline>> parent
            = parentOf(transaction, box, line.back().id);
        if (!parent) {
            return parent.error();
        }
        if (!*parent) {
            break;
        }
        line.push_back(std::move(**parent));
    }
    return line;
}

FamilyLimit limitOf(const std::vector<model::Pipeline> &line, const Descent &descent, qint64 family)
{
    if (family >= MaxFamily) {
        return FamilyLimit::Size;
    }
    if (descent.isChild) {
        const auto end = std::find_if_not(line.begin(), line.end(), isChild);
        return std::distance(line.begin(), end) >= MaxChildDepth ? FamilyLimit::Depth
                                                                 : FamilyLimit::None;
    }
    // Coming back to a project is well, once; a second time on the same ref it goes round.
    const bool goesRound = std::any_of(line.begin(), line.end(), [&](const model::Pipeline &each) {
        return each.source == "pipeline"_L1 && each.project == descent.project
            && each.ref == descent.ref;
    });
    return goesRound || line.size() >= MaxLine ? FamilyLimit::Loop : FamilyLimit::None;
}

Result<bool> areRelated(Transaction &transaction,
                        const SecretBox &box,
                        const model::Pipeline &one,
                        const model::Pipeline &other)
{
    if (one.project != other.project) {
        return false;
    }
    const auto rootOf = [&](const model::Pipeline &from) -> Result<PipelineId> {
        const Result<std::vector<model::Pipeline>> line = lineOf(transaction, box, from);
        if (!line) {
            return line.error();
        }
        return std::find_if_not(line->begin(), std::prev(line->end()), isChild)->id;
    };
    const Result<PipelineId> first = rootOf(one);
    const Result<PipelineId> second = rootOf(other);
    if (!first || !second) {
        return first ? second.error() : first.error();
    }
    return *first == *second;
}

} // namespace ci::pipelines
