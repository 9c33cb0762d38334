// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/shape.h"

// The language as tables: one shape for each keyword, grouped by what they are about.

namespace ci::ciconfig {

namespace shapes {

// shapes_basic.cpp
extern const Shape AnyText;
extern const Shape FilledText;
extern const Shape TextList;
extern const Shape Flag;
extern const Shape AnyMap;
extern const Shape Script; ///< Must not be empty.
extern const Shape OptionalScript;
extern const Shape Duration;
extern const Shape Timeout;
extern const Shape DurationOrNever;
extern const Shape GlobalVariables;
extern const Shape JobVariables;
extern const Shape RuleVariables;
extern const Shape Stages;

// shapes_image.cpp
extern const Shape Image;
extern const Shape Services;

// shapes_files.cpp
extern const Shape Artifacts;
extern const Shape Cache;

// shapes_rules.cpp
extern const Shape JobRules;
extern const Shape IncludeRules;
extern const Shape Workflow;
extern const Shape Policy; ///< `only` and `except`.

// shapes_flow.cpp
extern const Shape When;
extern const Shape TriggerWhen;
extern const Shape AllowFailure;
extern const Shape Parallel;
extern const Shape TriggerParallel;
extern const Shape Retry;
extern const Shape Tags;
extern const Shape Inherit;

// shapes_needs.cpp
extern const Shape Needs;
extern const Shape TriggerNeeds;
extern const Shape RuleNeeds;

// shapes_environment.cpp
extern const Shape Environment;
extern const Shape ResourceGroup;

// shapes_more.cpp
extern const Shape Coverage;
extern const Shape Release;
extern const Shape Pages;
extern const Shape Hooks;
extern const Shape Trigger;
extern const Shape DastConfiguration;
extern const Shape JobInputs;

// shapes_secrets.cpp
extern const Shape Secrets;
extern const Shape IdTokens;
extern const Shape Identity;

// shapes_run.cpp
extern const Shape Run;

} // namespace shapes

/// Where a keyword may stand.
enum KeywordPlace : unsigned {
    InJob = 1,
    InTriggerJob = 2,
    InDefault = 4,
    InGlobal = 8, ///< At the top level, the old way of writing it under `default`.
};

struct Keyword
{
    QLatin1StringView name;
    const Shape *shape;
    unsigned places;
};

/// All keywords of jobs and of `default`.
std::span<const Keyword> keywords();

/// nullptr: no such keyword in any of these places.
const Keyword *findKeyword(const QString &name, unsigned places);

} // namespace ci::ciconfig
