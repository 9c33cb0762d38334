// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secret.h"
#include "common/protocol/runnerinfo.h"

#include <optional>

// POST /api/v4/jobs/request (reference of the runner API, 3.1).

namespace ci::protocol {

/// Where a stock runner's session server waits for the terminal of the job that this very request
/// gets (11.2). Never shown to anybody.
struct RunnerSession
{
    QString url;
    QString certificate; ///< PEM.
    Secret authorization;

    bool operator==(const RunnerSession &) const = default;

    QJsonObject toJson() const;
    static RunnerSession read(JsonReader &reader);
};

struct JobRequest
{
    Secret token; ///< Of the runner. Empty where only the RUNNER-TOKEN header carries it.
    QString systemId; ///< Empty before 15.8.
    RunnerInfo info;
    QByteArray lastUpdate; ///< The newest X-GitLab-Last-Update seen; empty the first time.
    std::optional<RunnerSession> session;

    bool operator==(const JobRequest &) const = default;

    QJsonObject toJson() const;
    static JobRequest read(JsonReader &reader);
    static Result<JobRequest> fromJson(QByteArrayView bytes);
};

/// `^[sr]_[0-9a-zA-Z]{12}$` (2.6).
bool isSystemId(QStringView text);

} // namespace ci::protocol
