// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/node.h"

namespace ci::ciconfig {

/// The tree as YAML in block style, for people to read.
QString toYaml(const Node &root);

} // namespace ci::ciconfig
