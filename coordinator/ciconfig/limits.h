// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

// What a configuration may ask of us. Numbers without another reason are GitLab's own defaults
// (reference of the CI language, section 18), so that what runs there is accepted here.

namespace ci::ciconfig::limits {

constexpr qsizetype MaxFileBytes = 2 * 1024 * 1024;
constexpr int MaxYamlDepth = 100;

/// Nodes of the whole configuration, aliases and references counted as often as they are used.
/// A node takes about 150 bytes, so this keeps us under 64 MB with the plan made from it.
constexpr quint32 MaxNodes = 200'000;

/// Text counts as one node more for each of these many characters.
constexpr int CharactersPerNode = 64;

constexpr int MaxIncludes = 150;
constexpr int MaxExtendsLevels = 11; ///< Of parents; GitLab's own count has ten above the last but one.
constexpr int MaxReferenceLevels = 10;
constexpr int MaxListLevels = 10; ///< Lists in lists of script, rules, stages; the outermost counts.
constexpr int MaxExpressionTokens = 100;
constexpr int MaxJobNameLength = 255;
constexpr int MaxStageNameLength = 255;
constexpr int MaxInstances = 200; ///< Of one job, by `parallel`.
constexpr int MaxNeeds = 50;
constexpr int MaxForeignNeeds = 5; ///< On projects, and as many on pipelines.
constexpr int MaxTags = 49;
constexpr int MaxPatterns = 50; ///< Of one `changes` or `exists`.
constexpr qsizetype MaxComparisons = 50'000; ///< Files times patterns; beyond, the clause is true.
constexpr int MaxCaches = 4;
constexpr int MaxFallbackKeys = 5;
constexpr int MaxTriggerIncludes = 3;
constexpr int MaxInputOptions = 50;
constexpr int MaxInputDescription = 1024;
constexpr int MaxInterpolationBlock = 1024;

/// All instances of all jobs. Ours: GitLab has no default limit, but a small file could otherwise
/// ask for hundreds of thousands.
constexpr int MaxPipelineJobs = 10'000;

/// Variables, needs and dependencies of all jobs together. Ours: each is copied into its job, so a
/// thousand global variables times ten thousand jobs must not become ten million. 5,000 jobs with
/// 80 each fit.
constexpr size_t MaxPlanItems = 400'000;

/// References between variables, counted anew for each job. Ours: hundreds of variables that all name each
/// other would be followed for thousands of jobs. Ten times what 5,000 jobs with 40 references each need.
constexpr qint64 MaxVariableReferences = 2'000'000;

/// Alternatives that `{a,b}{c,d}…` in a glob may stand for. Ours, against patterns that explode.
constexpr int MaxBraceAlternatives = 1'000;

/// A regular expression, in characters. Ours; RE2 itself bounds the memory of the automaton.
constexpr int MaxRegexLength = 16 * 1024;

/// Steps of all compiled patterns of one configuration. Ours: a few hundred patterns have some
/// thousands, and each further thousand takes a millisecond.
constexpr int MaxRegexInstructions = 250'000;

constexpr int MaxMessages = 200; ///< Further ones are dropped.
constexpr int MaxMessageLength = 600; ///< In characters; names in messages come from the file.

} // namespace ci::ciconfig::limits
