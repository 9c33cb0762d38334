// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/node.h"
#include "coordinator/model/pipelineplan.h"

namespace ci::ciconfig {

/// What a runner needs of a checked job, without what rules and instances decide: variables,
/// dependencies and node numbers stay empty.
model::JobSpec readJobSpec(const Node &job);
/// What the job publishes, by its keyword or its name; its folder is among its artifacts then.
void addPages(model::JobSpec &spec, const Node &job, const QString &name);

model::RetrySpec readRetry(const Node *retry);
model::AllowFailure readAllowFailure(const Node &value);
model::TriggerSpec readTrigger(const Node &job);
model::When readWhen(const QString &word);

/// The items of a script, nested lists opened.
QStringList readScript(const Node *script);

} // namespace ci::ciconfig
