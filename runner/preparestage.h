// SPDX-License-Identifier: MIT
#pragma once

#include "runner/stage.h"

#include <functional>

namespace ci::runner {

/// Makes the job's directories and file variables, as the job's user, without a process; and without a
/// worker but where a job planted files.
class PrepareStage final : public Stage
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PrepareStage)

public:
    using Stage::Stage;

    void start() override;
    void stop(std::chrono::milliseconds) override { }

private:
    Result<Removal> prepare() const;
    void clearAway();
    void take(const Result<Removal> &prepared);
};

/// The other end: the file variables and what else is in the temporary directory go. Unfinished: a job
/// has left more than its stages do; removeTemporaryDirectory() is next.
Removal removeTemporaryFiles(const JobContext &context);

/// Calls `done` when the temporary directory is gone, or cannot be removed; a worker does it.
void removeTemporaryDirectory(const JobContext &context,
                              QObject *receiver,
                              std::function<void(const Result<void> &)> done);

} // namespace ci::runner
