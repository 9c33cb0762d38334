// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secret.h"
#include "common/protocol/jobpayloadparts.h"

// The 201 body of POST /jobs/request (reference of the runner API, 4): made by the coordinator,
// read by the runner. Unknown keys are ignored; absent and null are alike. A wrong type anywhere
// makes the whole job undecodable, as it does for stock runners. Left out on purpose, since no
// coordinator need send them: features.tracing and runner_info.runner_session_url.

namespace ci::protocol {

struct JobInfo
{
    QString name;
    QString stage;
    qint64 projectId = 0;
    QString projectName;
    QString projectFullPath;
    qint64 pipelineId = 0;
    qint64 namespaceId = 0;
    qint64 rootNamespaceId = 0;
    qint64 organizationId = 0;
    qint64 userId = 0;
    std::optional<qint64> scopedUserId;
    QString instanceId;
    QString instanceUuid;
    double timeInQueueSeconds = 0;
    QString runningJobsText; ///< project_jobs_running_on_instance_runners_count: "0", "2+", "+Inf".
    qint64 queueSize = 0;
    qint64 queueDepth = 0;

    bool operator==(const JobInfo &) const = default;
    QJsonObject toJson(qint64 jobId) const;
    static JobInfo read(JsonReader &reader);
};

struct GitInfo
{
    QString repoUrl; ///< With `gitlab-ci-token:<job token>@`: never logged.
    QString ref;
    QString sha;
    QString beforeSha;
    bool isTag = false; ///< ref_type
    QStringList refspecs; ///< Not empty, and one of them contains sha.
    qint64 depth = 0; ///< 0: the whole history.
    QString objectFormat; ///< "sha1" (also empty) or "sha256".
    std::optional<bool> isProtected;

    bool operator==(const GitInfo &) const = default;
    QJsonObject toJson() const;
    static GitInfo read(JsonReader &reader);
};

struct PayloadRunnerInfo
{
    qint64 timeoutSeconds = 0; ///< For the whole job; 0: the runner's default, 7200.
    QString uuid;

    bool operator==(const PayloadRunnerInfo &) const = default;
    QJsonObject toJson() const;
    static PayloadRunnerInfo read(JsonReader &reader);
};

struct PayloadFeatures
{
    bool traceSections = false;
    QStringList failureReasons; ///< What the server understands beyond the three always known.
    QStringList tokenMaskPrefixes;

    bool operator==(const PayloadFeatures &) const = default;
    QJsonObject toJson() const;
    static PayloadFeatures read(JsonReader &reader);
};

struct JobPayload
{
    qint64 id = 0;
    Secret token;
    bool allowGitFetch = false;
    JobInfo jobInfo;
    GitInfo gitInfo;
    PayloadRunnerInfo runnerInfo;
    QList<JobInput> inputs;
    QList<JobVariable> variables; ///< The last one of a key wins.
    QList<JobStep> steps;
    std::optional<JobImage> image;
    QList<JobImage> services;
    QList<JobArtifact> artifacts;
    QList<JobCache> cache;
    QList<JobCredential> credentials;
    QList<JobDependency> dependencies;
    QList<JobHook> hooks;
    PayloadFeatures features;
    QList<JobSecret> secrets; ///< The key is omitted where empty.
    QString run; ///< JSON text; the key is omitted where empty.
    std::optional<PolicyOptions> policyOptions;
    std::optional<SuspendOptions> suspendOptions;

    bool operator==(const JobPayload &) const = default;

    QJsonObject toJson() const;
    /// What goes over the wire.
    QByteArray toBytes() const;
    static JobPayload read(JsonReader &reader);
    /// Errors name the field: "steps[0].script[1]: must be a string". id and token must be there.
    static Result<JobPayload> fromJson(QByteArrayView bytes);
};

} // namespace ci::protocol
