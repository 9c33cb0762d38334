// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"

namespace ci::api {

/// A job with what depends on the caller: `actions` and `terminal`.
class JobView
{
public:
    explicit JobView(Call &call)
        : m_call(call)
        , m_writer(call.services(), call.database())
    {
    }

    QJsonObject job(const model::Job &job);

    /// Why no terminal can be opened; empty: one can.
    QString terminalObstacle(const model::Job &job);

private:
    bool may(auth::Right right, const model::Job &job);
    const model::Pipeline *pipelineOf(const model::Job &job);
    QJsonArray actions(const model::Job &job);

    Call &m_call;
    EntityWriter m_writer;
    std::optional<model::Pipeline> m_pipeline; ///< Of the last job: those of one list mostly share it.
};

} // namespace ci::api
