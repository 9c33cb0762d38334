// SPDX-License-Identifier: MIT
#include "coordinator/api/pipelinelisting.h"

#include "coordinator/api/entitywriter.h"
#include "coordinator/api/listing.h"

using namespace Qt::StringLiterals;

namespace ci::api {

Answer pipelineListing(Call &call, const db::PipelineFilter &filter)
{
    const db::Page page = pageFrom(call.fields());
    const bool withStages = call.fields().flag("with_stages").value_or(false);
    EntityWriter writer(call.services(), call.database());
    return listing(
        call,
        page,
        db::PipelineStore(call.database(), call.services().box)
            .list(call.project().id, filter, page),
        [&writer, withStages](const model::Pipeline &pipeline) {
            QJsonObject object = writer.pipeline(pipeline);
            if (withStages) {
                object.insert(u"stages"_s, writer.stages(pipeline.id));
            }
            return object;
        });
}

} // namespace ci::api
