// SPDX-License-Identifier: MIT
#include "coordinator/queue/runnerneeds.h"

#include <algorithm>
#include <array>

namespace ci::queue {

using namespace Qt::StringLiterals;
using protocol::JobArtifact;
using protocol::JobCache;
using protocol::JobPayload;
using protocol::JobStep;
using protocol::RunnerFeatures;

namespace {

struct Need
{
    bool RunnerFeatures::*feature;
    bool (*isNeeded)(const model::Job &, const JobPayload &);
};

constexpr std::array Needs {
    Need {&RunnerFeatures::uploadMultipleArtifacts,
          [](const model::Job &, const JobPayload &payload) {
              const auto isReport
                  = [](const JobArtifact &each) { return each.type != "archive"_L1; };
              return std::any_of(payload.artifacts.begin(), payload.artifacts.end(), isReport);
          }},
    Need {&RunnerFeatures::refspecs,
          [](const model::Job &, const JobPayload &payload) {
              return payload.gitInfo.ref.startsWith("refs/merge-requests/"_L1);
          }},
    Need {&RunnerFeatures::artifactsExclude,
          [](const model::Job &, const JobPayload &payload) {
              const auto excludes = [](const JobArtifact &each) { return !each.exclude.isEmpty(); };
              return std::any_of(payload.artifacts.begin(), payload.artifacts.end(), excludes);
          }},
    Need {&RunnerFeatures::multiBuildSteps,
          [](const model::Job &, const JobPayload &payload) {
              const auto isOther = [](const JobStep &each) {
                  return each.name != "script"_L1 && each.name != "after_script"_L1;
              };
              return std::any_of(payload.steps.begin(), payload.steps.end(), isOther);
          }},
    Need {&RunnerFeatures::returnExitCode,
          [](const model::Job &job, const JobPayload &) {
              return !job.allowFailure.exitCodes.empty();
          }},
    Need {&RunnerFeatures::fallbackCacheKeys,
          [](const model::Job &, const JobPayload &payload) {
              const auto falls = [](const JobCache &each) { return !each.fallbackKeys.isEmpty(); };
              return std::any_of(payload.cache.begin(), payload.cache.end(), falls);
          }},
    Need {&RunnerFeatures::vaultSecrets,
          [](const model::Job &, const JobPayload &payload) { return !payload.secrets.isEmpty(); }},
    Need {&RunnerFeatures::nativeSteps,
          [](const model::Job &, const JobPayload &payload) { return !payload.run.isEmpty(); }},
};

QLatin1StringView nameOf(bool RunnerFeatures::*feature)
{
    const auto &names = protocol::RunnerFeatureNames;
    return std::find_if(names.begin(), names.end(),
                        [feature](const auto &row) { return row.member == feature; })
        ->key;
}

} // namespace

std::optional<QLatin1StringView> missingFeature(const model::Job &job,
                                                const JobPayload &payload,
                                                const RunnerFeatures &features)
{
    for (const Need &need : Needs) {
        if (!(features.*need.feature) && need.isNeeded(job, payload)) {
            return nameOf(need.feature);
        }
    }
    return std::nullopt;
}

} // namespace ci::queue
