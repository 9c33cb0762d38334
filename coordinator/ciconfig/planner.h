// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/conditions.h"
#include "coordinator/ciconfig/configuration.h"

namespace ci::ciconfig {

/// The levels of Context::variables: those above the file's own, and those below.
struct ContextVariables
{
    VariableSet above;
    VariableSet below;

    explicit ContextVariables(const Context &context);
};

struct PlanInput
{
    const Configuration &configuration;
    const Context &context;
    const ContextVariables &variables;
    Conditions &conditions;
    Report &report;
};

/// The jobs of one pipeline: workflow rules, then the rules of each job, then what is needed of
/// what is left. nullopt: reported.
std::optional<model::PipelinePlan> makePlan(const PlanInput &input);

} // namespace ci::ciconfig
