// SPDX-License-Identifier: MIT
#pragma once

#include "runner/stage.h"

namespace ci::runner {

/// Makes the job's directories and file variables, as the job's user, without a process.
class PrepareStage final : public Stage
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(PrepareStage)

public:
    using Stage::Stage;

    void start() override;
    void stop(std::chrono::milliseconds) override { }

private:
    Result<void> prepare() const;
};

/// The other end: the temporary directory with the file variables goes. As the job's user.
void removeTemporaryFiles(const JobContext &context);

} // namespace ci::runner
