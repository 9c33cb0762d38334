// SPDX-License-Identifier: MIT
#pragma once

#include "runner/jobcontext.h"

#include <QObject>

#include <functional>

namespace ci::runner {

/// Asks git for the files that it does not track, ignored ones included, as the job's user. `done`
/// gets none where there is no repository.
void findUntracked(JobContext &context,
                   QObject *owner,
                   std::function<void(const QList<QByteArray> &)> done);

} // namespace ci::runner
