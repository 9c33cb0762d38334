// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArray>

namespace ci::runner {

/// `s_` and 12 hex digits made from the machine's id, or `r_` and 12 random characters where it has
/// none (reference of the runner API, 2.6). Kept in `.runner_system_id` beside config.toml.
Result<QByteArray> systemIdBeside(const QString &configPath);

/// The same for a machine id given.
QByteArray systemIdOf(const QByteArray &machineId);

} // namespace ci::runner
