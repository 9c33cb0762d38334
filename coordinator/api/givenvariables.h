// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/call.h"
#include "coordinator/model/pipeline.h"

namespace ci::api {

/// `[{key, value, variable_type}]` of a run or a play; at most 200.
std::vector<model::GivenVariable> givenVariablesField(Fields &fields, const char *name);

/// `inputs: {name: value}` of a run, as JSON or form fields (then every value is a text); at most 100.
std::vector<model::GivenInput> givenInputsField(Fields &fields, const char *name);
/// As GitLab changes those of a schedule: `[{name,value,destroy}]`, the others stay; an object of
/// values by name replaces them all.
void changeInputs(Fields &fields, const char *name, std::vector<model::GivenInput> &inputs);
/// `[{name,value}]`
QJsonArray namedInputs(const std::vector<model::GivenInput> &inputs);

/// One from `key`, `value` and `variable_type` of the fields themselves.
model::GivenVariable givenVariable(Fields &fields);

/// `variables: {KEY: value}`, as JSON or as form fields `variables[KEY]`.
std::vector<model::GivenVariable> variablesByName(Fields &fields, const char *name);

} // namespace ci::api
