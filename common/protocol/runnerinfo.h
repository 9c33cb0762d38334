// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/jsonreader.h"

#include <QMap>
#include <QString>

#include <array>

// What a runner says of itself: `info` of register, verify, jobs/request and PUT jobs/:id
// (reference of the runner API, 2.7).

namespace ci::protocol {

/// What a runner can do. A key that its version does not know is absent, which is false.
struct RunnerFeatures
{
    bool variables = false;
    bool image = false;
    bool services = false;
    bool artifacts = false;
    bool cache = false;
    bool shared = false; ///< Jobs share the machine's environment (shell executor).
    bool uploadMultipleArtifacts = false;
    bool session = false;
    bool terminal = false;
    bool uploadRawArtifacts = false;
    bool refspecs = false;
    bool masking = false;
    bool proxy = false;
    bool rawVariables = false;
    bool artifactsExclude = false;
    bool multiBuildSteps = false;
    bool traceReset = false; ///< Sends the whole log again after a 412.
    bool traceChecksum = false;
    bool vaultSecrets = false;
    bool cancelable = false;
    bool traceSize = false;
    bool returnExitCode = false;
    bool serviceVariables = false;
    bool fallbackCacheKeys = false;
    bool imageExecutorOptions = false;
    bool serviceExecutorOptions = false;
    bool serviceMultipleAliases = false;
    bool cancelGracefully = false; ///< May be told `canceling`.
    bool nativeSteps = false;
    bool twoPhaseJobCommit = false; ///< Sends PUT state=running before anything else.
    bool jobInputs = false;
    bool capstanChannel = false; ///< Ours: keeps the control channel of docs/api.md.

    bool operator==(const RunnerFeatures &) const = default;

    QJsonObject toJson() const;
    static RunnerFeatures read(JsonReader &reader);
};

struct RunnerFeatureName
{
    QLatin1StringView key;
    bool RunnerFeatures::*member;
};

/// One row a feature: the wire's word and the field.
extern const std::array<RunnerFeatureName, 32> RunnerFeatureNames;

struct RunnerInfo
{
    QString name;
    QString version;
    QString revision;
    QString platform; ///< As Go names it: "linux".
    QString architecture; ///< As Go names it: "amd64".
    QString executor;
    QString shell;
    RunnerFeatures features;
    QMap<QString, QString> labels;

    bool operator==(const RunnerInfo &) const = default;

    QJsonObject toJson() const;
    static RunnerInfo read(JsonReader &reader);
};

} // namespace ci::protocol
