// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/pipelinesetting.h"

#include "db/projectstore.h"
#include "db/userstore.h"

namespace ci::pipelines {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype ShaLength = 40;

} // namespace

Result<PipelineSetting> readSetting(engine::Transaction &transaction,
                                    const SecretBox &box,
                                    const NewPipeline &start)
{
    db::ProjectStore projects(transaction.database());
    Result<std::optional<model::Project>> project = projects.find(start.project);
    if (!project || !*project) {
        return project ? notFound(u"404 Project Not Found"_s) : project.error();
    }
    PipelineSetting setting;
    setting.project = std::move(**project);
    const Result<bool> isProtected = projects.isProtected(start.project, start.ref);
    Result<std::vector<model::Variable>> variables
        = queue::readVariables(transaction, box, setting.project);
    if (!isProtected || !variables) {
        return isProtected ? variables.error() : isProtected.error();
    }
    // Only branches can be protected; a tag of the same name is not.
    setting.isRefProtected = *isProtected && !start.isTag;
    setting.variables = std::move(*variables);
    if (start.user) {
        Result<std::optional<model::User>> user
            = db::UserStore(transaction.database()).find(*start.user);
        if (!user) {
            return user.error();
        }
        setting.user = std::move(*user);
    }
    return setting;
}

model::Pipeline draftOf(const NewPipeline &start, const PipelineSetting &setting)
{
    model::Pipeline pipeline;
    pipeline.project = setting.project.id;
    pipeline.ref = start.ref;
    pipeline.isTag = start.isTag;
    pipeline.isRefProtected = setting.isRefProtected;
    pipeline.commit = start.commit;
    pipeline.beforeSha
        = start.beforeSha.isEmpty() ? QByteArray(ShaLength, '0') : start.beforeSha;
    pipeline.source = start.source;
    pipeline.user = start.user;
    pipeline.variables = start.variables;
    pipeline.schedule = start.schedule;
    pipeline.origin = start.origin;
    return pipeline;
}

} // namespace ci::pipelines
