// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/node.h"
#include "coordinator/ciconfig/report.h"

#include <QByteArray>

namespace ci::ciconfig {

/// The documents of a YAML file that are not empty. On an error it is reported and the list is
/// empty. Aliases and merge keys are resolved, `!reference` stays a node of its own kind.
std::vector<NodePtr> parseYaml(const QByteArray &text, int file, Report &report);

} // namespace ci::ciconfig
