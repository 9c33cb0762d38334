// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/queue/jobvariables.h"
#include "coordinator/queue/signingkey.h"

namespace ci::queue {

struct IdTokenFacts
{
    const JobRecords &records;
    const model::Job &job;
    const model::Runner &runner;
    const VariableList &variables; ///< For audiences.
    QString userAccess; ///< "developer", …; empty: unknown.
    std::chrono::seconds timeout; ///< The tokens live as long as the job may.
    Timestamp now;
};

/// The tokens that `id_tokens` asks for, as masked variables (GitLab's documentation,
/// "OpenID Connect (OIDC) Authentication Using ID Tokens").
Result<QList<protocol::JobVariable>> idTokens(const SigningKey &key,
                                              const QueueSettings &settings,
                                              const IdTokenFacts &facts);

} // namespace ci::queue
