// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "coordinator/model/pipeline.h"
#include "coordinator/model/pipelineplan.h"

#include <QByteArray>

// How specs and small lists are kept in the database: compact JSON, fields at their default left
// out, unknown fields ignored, so that a spec written by an older version still reads.

namespace ci::model {

QByteArray toJson(const JobSpec &spec);
Result<JobSpec> jobSpecFromJson(const QByteArray &json);

QByteArray toJson(const Origin &origin);
Result<Origin> originFromJson(const QByteArray &json);

QByteArray toJson(const RetrySpec &retry);
Result<RetrySpec> retryFromJson(const QByteArray &json);

/// "true", "false" or a list of exit codes: "[3,4]".
QByteArray toJson(const AllowFailure &allowed);
Result<AllowFailure> allowFailureFromJson(const QByteArray &json);

QByteArray toJson(const std::vector<GivenVariable> &variables);
Result<std::vector<GivenVariable>> givenVariablesFromJson(const QByteArray &json);

/// An object of values by name. A text is one that was typed.
QByteArray toJson(const std::vector<GivenInput> &inputs);
Result<std::vector<GivenInput>> givenInputsFromJson(const QByteArray &json);

QByteArray toJson(const std::vector<ConfigError> &errors);
Result<std::vector<ConfigError>> configErrorsFromJson(const QByteArray &json);

} // namespace ci::model
