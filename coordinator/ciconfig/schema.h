// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/extends.h"
#include "coordinator/ciconfig/node.h"
#include "coordinator/ciconfig/regex.h"
#include "coordinator/ciconfig/report.h"

namespace ci::ciconfig {

/// Top-level keys that are not jobs.
bool isReservedKey(const QString &key);

/// Hidden entries (".name") are templates and never become jobs.
inline bool isHiddenKey(const QString &key) { return key.startsWith(u'.'); }

/// A job that starts or mirrors another pipeline.
bool isTriggerJob(const Node &job);

/// Keys and types of the whole merged tree, and the rules between the keywords of one job.
/// `unknown`: with Warning a file without jobs is none of its fault.
void checkSchema(const Node &root, Unknown unknown, Report &report, RegexCache &regexes);

} // namespace ci::ciconfig
