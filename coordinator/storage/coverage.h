// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

#include <optional>

namespace ci::storage {

/// The number of the last line of a log that matches `pattern` (`coverage:` without its slashes):
/// within the match the first `\d+(\.\d+)?`. Colours, section marks and time stamps are not looked
/// at. nullopt: no match, or a pattern that RE2 refuses.
std::optional<double> findCoverage(const QByteArray &log, const QString &pattern);

/// The same for a file, of which the newest 8 MiB are read. For a worker.
std::optional<double> findCoverageInFile(const QString &path, const QString &pattern);

} // namespace ci::storage
