// SPDX-License-Identifier: MIT
#include "common/protocol/runnerinfo.h"

using namespace Qt::StringLiterals;

namespace ci::protocol {

const std::array<RunnerFeatureName, 32> RunnerFeatureNames {{
    {"variables"_L1, &RunnerFeatures::variables},
    {"image"_L1, &RunnerFeatures::image},
    {"services"_L1, &RunnerFeatures::services},
    {"artifacts"_L1, &RunnerFeatures::artifacts},
    {"cache"_L1, &RunnerFeatures::cache},
    {"shared"_L1, &RunnerFeatures::shared},
    {"upload_multiple_artifacts"_L1, &RunnerFeatures::uploadMultipleArtifacts},
    {"session"_L1, &RunnerFeatures::session},
    {"terminal"_L1, &RunnerFeatures::terminal},
    {"upload_raw_artifacts"_L1, &RunnerFeatures::uploadRawArtifacts},
    {"refspecs"_L1, &RunnerFeatures::refspecs},
    {"masking"_L1, &RunnerFeatures::masking},
    {"proxy"_L1, &RunnerFeatures::proxy},
    {"raw_variables"_L1, &RunnerFeatures::rawVariables},
    {"artifacts_exclude"_L1, &RunnerFeatures::artifactsExclude},
    {"multi_build_steps"_L1, &RunnerFeatures::multiBuildSteps},
    {"trace_reset"_L1, &RunnerFeatures::traceReset},
    {"trace_checksum"_L1, &RunnerFeatures::traceChecksum},
    {"vault_secrets"_L1, &RunnerFeatures::vaultSecrets},
    {"cancelable"_L1, &RunnerFeatures::cancelable},
    {"trace_size"_L1, &RunnerFeatures::traceSize},
    {"return_exit_code"_L1, &RunnerFeatures::returnExitCode},
    {"service_variables"_L1, &RunnerFeatures::serviceVariables},
    {"fallback_cache_keys"_L1, &RunnerFeatures::fallbackCacheKeys},
    {"image_executor_opts"_L1, &RunnerFeatures::imageExecutorOptions},
    {"service_executor_opts"_L1, &RunnerFeatures::serviceExecutorOptions},
    {"service_multiple_aliases"_L1, &RunnerFeatures::serviceMultipleAliases},
    {"cancel_gracefully"_L1, &RunnerFeatures::cancelGracefully},
    {"native_steps_integration"_L1, &RunnerFeatures::nativeSteps},
    {"two_phase_job_commit"_L1, &RunnerFeatures::twoPhaseJobCommit},
    {"job_inputs"_L1, &RunnerFeatures::jobInputs},
    {"capstan_channel"_L1, &RunnerFeatures::capstanChannel},
}};

QJsonObject RunnerFeatures::toJson() const
{
    QJsonObject object;
    for (const RunnerFeatureName &row : RunnerFeatureNames) {
        object.insert(row.key, this->*row.member);
    }
    return object;
}

RunnerFeatures RunnerFeatures::read(JsonReader &reader)
{
    RunnerFeatures features;
    for (const RunnerFeatureName &row : RunnerFeatureNames) {
        features.*row.member = reader.flag(row.key);
    }
    return features;
}

namespace {

struct InfoText
{
    QLatin1StringView key;
    QString RunnerInfo::*member;
};

constexpr std::array InfoTexts {
    InfoText {"name"_L1, &RunnerInfo::name},
    InfoText {"version"_L1, &RunnerInfo::version},
    InfoText {"revision"_L1, &RunnerInfo::revision},
    InfoText {"platform"_L1, &RunnerInfo::platform},
    InfoText {"architecture"_L1, &RunnerInfo::architecture},
    InfoText {"executor"_L1, &RunnerInfo::executor},
    InfoText {"shell"_L1, &RunnerInfo::shell},
};

} // namespace

QJsonObject RunnerInfo::toJson() const
{
    QJsonObject object;
    for (const InfoText &row : InfoTexts) {
        if (!(this->*row.member).isEmpty()) {
            object.insert(row.key, this->*row.member);
        }
    }
    object.insert("features"_L1, features.toJson());
    if (!labels.isEmpty()) {
        QJsonObject pairs;
        for (auto label = labels.begin(); label != labels.end(); ++label) {
            pairs.insert(label.key(), label.value());
        }
        object.insert("labels"_L1, pairs);
    }
    return object;
}

RunnerInfo RunnerInfo::read(JsonReader &reader)
{
    RunnerInfo info;
    for (const InfoText &row : InfoTexts) {
        info.*row.member = reader.text(row.key);
    }
    info.features = reader.object<RunnerFeatures>("features"_L1);
    const QJsonObject labels = reader.jsonObject("labels"_L1);
    for (auto label = labels.begin(); label != labels.end(); ++label) {
        if (!label.value().isString()) {
            reader.refuse("labels"_L1, "must map strings to strings");
            break;
        }
        info.labels.insert(label.key(), label.value().toString());
    }
    return info;
}

} // namespace ci::protocol
