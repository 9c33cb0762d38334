// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "common/protocol/jobpayload.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/model/job.h"
#include "coordinator/model/runner.h"
#include "coordinator/queue/jobflow.h"
#include "coordinator/queue/jobvariables.h"
#include "coordinator/queue/queuesettings.h"
#include "coordinator/queue/signingkey.h"

namespace ci::queue {

/// Everything a runner needs to run one job, in GitLab's shape.
class PayloadBuilder
{
public:
    struct Parts
    {
        const Clock &clock;
        const SecretBox &box;
        const QueueSettings &settings;
    };

    explicit PayloadBuilder(const Parts &parts) : m_parts(parts) { }
    Q_DISABLE_COPY_MOVE(PayloadBuilder)

    void setFlow(JobFlow &flow) { m_flow = &flow; }
    void setSigningKey(SigningKey key) { m_signingKey = std::move(key); }
    const std::optional<SigningKey> &signingKey() const { return m_signingKey; }

    struct Order
    {
        const model::Job &job; ///< As claimed.
        const model::Runner &runner;
        const Secret &token; ///< The job's.
    };

    /// Conflict: what it depends on is gone (missing_dependency_failure). Other errors: the job as
    /// stored cannot be read.
    Result<protocol::JobPayload> build(engine::Transaction &transaction, const Order &order);

private:
    Result<std::vector<HandedOn>> handedOn(engine::Transaction &transaction,
                                           const model::Job &job,
                                           const model::JobSpec &spec);

    Parts m_parts;
    Result<void> addIdTokens(engine::Transaction &transaction,
                             const Order &order,
                             const JobRecords &records,
                             VariableList &variables) const;

    JobFlow *m_flow = nullptr;
    std::optional<SigningKey> m_signingKey;
};

} // namespace ci::queue
