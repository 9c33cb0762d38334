// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "coordinator/model/pipeline.h"
#include "coordinator/storage/storagelimits.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace ci::storage {

/// Reads an unpacked dotenv report: `KEY=value` lines, `#` comments, one pair of quotes around a
/// value is dropped, the last of a key wins. Invalid: names the line.
Result<std::vector<model::GivenVariable>> parseDotenv(const QByteArray &text,
                                                      const StorageLimits &limits);

/// From the uploaded file (gzip, or plain). Blocking; for a worker.
Result<std::vector<model::GivenVariable>> readDotenv(const QString &path,
                                                     const StorageLimits &limits);

} // namespace ci::storage
