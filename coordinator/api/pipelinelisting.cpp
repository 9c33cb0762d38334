// SPDX-License-Identifier: MIT
#include "coordinator/api/pipelinelisting.h"

#include "coordinator/api/entitywriter.h"
#include "coordinator/api/listing.h"

namespace ci::api {

Answer pipelineListing(Call &call, const db::PipelineFilter &filter)
{
    const db::Page page = pageFrom(call.fields());
    EntityWriter writer(call.services(), call.database());
    return listing(
        call,
        page,
        db::PipelineStore(call.database(), call.services().box)
            .list(call.project().id, filter, page),
        [&writer](const model::Pipeline &pipeline) { return writer.pipeline(pipeline); });
}

} // namespace ci::api
