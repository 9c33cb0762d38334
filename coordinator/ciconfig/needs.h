// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/configuration.h"

namespace ci::ciconfig {

/// One item of `needs` on a job of the same pipeline.
struct NeedEntry
{
    QString job;
    bool artifacts = true;
    bool optional = false;
    const Node *matrix = nullptr;
    Position position;
};

/// The items on jobs of the same pipeline; those on other pipelines and projects order nothing and
/// are left out.
std::vector<NeedEntry> readNeeds(const Node &needs);

/// The items on artifacts of other pipelines and projects, one for each instance that a matrix
/// names; `ownMatrix` is that of the needing instance. Fails where a matrix is wrong.
Result<std::vector<model::ForeignNeed>> readForeignNeeds(const Node &needs, const VariableSet &ownMatrix);

/// `needs: {pipeline: PROJECT}`, alone or in a list: mirrors a pipeline and orders nothing.
/// nullptr: there is none.
const Node *upstreamNeed(const Node &needs);

/// The instances that an item names. Empty: there is no such job. Fails where a matrix is wrong.
Result<QStringList> neededInstances(const NeedEntry &need, const Configuration &configuration,
                                    const VariableSet &ownMatrix);

/// All instances of a job by its name in the file, or the one instance of that name.
QStringList instanceNames(const QString &name, const Configuration &configuration);

} // namespace ci::ciconfig
