// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/matrix.h"
#include "coordinator/ciconfig/node.h"
#include "coordinator/ciconfig/report.h"
#include "coordinator/ciconfig/scope.h"

#include <QStringList>

namespace ci::ciconfig {

/// One job of the merged file.
struct JobEntry
{
    QString name;
    Position position;
    NodePtr node; ///< With the `default` keywords it inherits.
    bool isTrigger = false;
    QString stage;
    Position stagePosition;
    int stageIndex = -1; ///< Into Configuration::stages; -1: there is no such stage.
    std::vector<JobInstance> instances; ///< One where the job is not parallel.
};

/// A checked file in the order and with the names that the rest works with.
struct Configuration
{
    NodePtr root;
    QStringList stages; ///< With .pre and .post.
    const Node *workflow = nullptr;
    VariableSet variables; ///< Global.
    std::vector<JobEntry> jobs;
    QHash<QString, size_t> jobByName;
    /// Instances of parallel jobs by their name: the job and which one.
    QHash<QString, std::pair<size_t, size_t>> instanceByName;

    /// Also without a value: naming them is enough to end what `only` means by default.
    bool hasWorkflowRules() const { return workflow && workflow->findEntry(QStringLiteral("rules")); }

    /// A job by its name in the file or by the name of an instance.
    const JobEntry *find(const QString &name) const;
};

/// Reads a tree that checkSchema found no fault in. Reports too many instances.
Configuration readConfiguration(const NodePtr &root, Report &report);

/// The variables of a `variables:` mapping.
VariableSet readVariables(const Node *variables);

} // namespace ci::ciconfig
