// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/runform.h"

#include <QJsonArray>

#include <vector>

namespace ci::api {

/// Inputs as a form shows them: `[{name,type,required,default,options,regex,description,rules}]`.
QJsonArray inputsJson(const std::vector<ciconfig::InputField> &inputs);

} // namespace ci::api
