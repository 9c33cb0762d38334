// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/engine/commandloop.h"
#include "coordinator/model/job.h"

#include <QByteArray>

#include <functional>

namespace ci::queue {

/// What is done for a job between its runner's word that it succeeded and the storing of it:
/// coordinator/forge makes its release. So a job whose release fails has failed, and a kill in
/// between only lets the runner say it again.
class JobFinisher
{
public:
    struct Finished
    {
        QByteArray log; ///< Lines that the job's log ends with.
        std::function<Result<void>(engine::Transaction &)> store; ///< In the job's transaction.
    };
    using Done = std::function<void(Result<Finished>)>;

    virtual ~JobFinisher() = default;

    /// False: there is nothing to do, `done` is not called. True: `done` is called later, once, on
    /// the engine thread; an error fails the job and is written into its log.
    virtual bool finish(engine::Transaction &transaction, const model::Job &job, Done done) = 0;
};

} // namespace ci::queue
