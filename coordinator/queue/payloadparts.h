// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/jobpayload.h"
#include "coordinator/queue/jobvariables.h"

namespace ci::queue {

// The parts of a payload, each made from the job's spec: pure.

protocol::GitInfo gitInfoOf(const JobRecords &records,
                            const VariableList &variables,
                            const QueueSettings &settings);
QList<protocol::JobStep> stepsOf(const model::JobSpec &spec, std::chrono::seconds timeout);
protocol::JobImage imageOf(const model::ImageSpec &image);
QList<protocol::JobImage> servicesOf(const model::JobSpec &spec);
QList<protocol::JobArtifact> artifactsOf(const model::JobSpec &spec);
QList<protocol::JobCache> cachesOf(const model::JobSpec &spec,
                                   const VariableList &variables,
                                   bool isRefProtected);
QList<protocol::JobHook> hooksOf(const model::JobSpec &spec);
protocol::PayloadFeatures featuresForRunners();

} // namespace ci::queue
