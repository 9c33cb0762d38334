// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "coordinator/ciconfig/node.h"
#include "coordinator/ciconfig/scope.h"

#include <vector>

namespace ci::ciconfig {

/// One job as it will run, after `parallel`.
struct JobInstance
{
    QString name; ///< "a", "a 1/3" or "a: [x, y]".
    VariableSet variables; ///< Of the matrix.
    int index = 0; ///< 1-based; 0 = the job is not parallel.
    int total = 1;
};

/// The instances that a `parallel` (nullptr: none) makes of a job. Fails before it builds more
/// than limits::MaxInstances.
Result<std::vector<JobInstance>> jobInstances(const QString &job, const Node *parallel);

/// The names that a matrix gives, for `needs:parallel:matrix`. `$[[ matrix.X ]]` in a value takes
/// X from `own`.
Result<QStringList> matrixNames(const QString &job, const Node &matrix, const VariableSet &own);

} // namespace ci::ciconfig
