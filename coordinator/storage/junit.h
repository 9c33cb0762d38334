// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/model/testreport.h"

#include <QByteArray>
#include <QString>

namespace ci::storage {

/// Reads one file in JUnit's XML. Text of strangers: entities are bounded, depth and numbers too,
/// and what is wrong ends up in `problem` beside what was read before.
void readJunit(const QByteArray &xml, model::TestReport &report);

/// All files of a report as a runner packs them: gzip, one member a file, or plain. Blocking; for
/// a worker.
model::TestReport readJunitFile(const QString &path);

} // namespace ci::storage
