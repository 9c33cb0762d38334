// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStringList>

#include <chrono>
#include <optional>
#include <vector>

// What `.gitlab-ci.yml` becomes for one push: the output of coordinator/ciconfig and the input of
// coordinator/pipelines. Plain values; nothing here is stored as it stands except JobSpec.
// Keywords and defaults: reference of the CI language, sections 6 to 13.

namespace ci::model {

using std::chrono::seconds;

enum class When : quint8 { OnSuccess, OnFailure, Always, Manual, Delayed, Never };

struct SpecVariable
{
    QString key;
    QString value; ///< Not expanded.
    bool raw = false; ///< `expand: false`: `$` inside is only a character.

    bool operator==(const SpecVariable &) const = default;
};

struct ImageSpec
{
    QString name;
    QStringList entrypoint;
    QStringList pullPolicy;
    QString dockerPlatform;
    QString dockerUser;
    QString kubernetesUser;

    bool operator==(const ImageSpec &) const = default;
};

struct ServiceSpec
{
    ImageSpec image;
    QString alias;
    QStringList command;
    std::vector<SpecVariable> variables;

    bool operator==(const ServiceSpec &) const = default;
};

enum class UploadWhen : quint8 { OnSuccess, OnFailure, Always };

struct ReportSpec
{
    QString type; ///< "junit", "dotenv", "cobertura" (for coverage_report), …
    QStringList paths;

    bool operator==(const ReportSpec &) const = default;
};

struct ArtifactsSpec
{
    QString name;
    QStringList paths;
    QStringList exclude;
    bool untracked = false;
    UploadWhen when = UploadWhen::OnSuccess;
    QString expireIn; ///< As written; empty = the instance's default.
    QString exposeAs;
    QString access; ///< "all", "developer", "maintainer", "none"; empty = all.
    std::vector<ReportSpec> reports;

    bool operator==(const ArtifactsSpec &) const = default;
};

struct CacheSpec
{
    QString key; ///< Empty = "default"; ignored where keyFiles is not empty.
    QString keyPrefix;
    QStringList keyFiles; ///< Looked up at the commit by the coordinator.
    bool keyByCommits = false; ///< By who changed keyFiles last, rather than by what is in them.
    QStringList paths;
    QStringList fallbackKeys;
    bool untracked = false;
    bool unprotect = false;
    UploadWhen when = UploadWhen::OnSuccess;
    QString policy; ///< "pull-push" (also empty), "pull", "push", or a variable.

    bool operator==(const CacheSpec &) const = default;
};

struct EnvironmentSpec
{
    QString name;
    QString url;
    QString action; ///< "start" (also empty), "prepare", "stop", "verify", "access".
    QString onStop;
    QString autoStopIn;
    QString tier;

    bool operator==(const EnvironmentSpec &) const = default;
};

struct RetrySpec
{
    std::optional<int> max; ///< Absent: as often as is usual for the reason.
    QStringList when; ///< Failure reasons, or "always"; empty with exitCodes = only those.
    std::vector<int> exitCodes;

    bool operator==(const RetrySpec &) const = default;
};

struct AllowFailure
{
    bool always = false;
    std::vector<int> exitCodes; ///< Not empty: only with one of these.

    bool operator==(const AllowFailure &) const = default;
};

struct NeedSpec
{
    QString job; ///< The name of one instance, after `parallel`.
    bool artifacts = true;
    bool optional = false;

    bool operator==(const NeedSpec &) const = default;
};

struct HookSpec
{
    QString name; ///< "pre_get_sources_script".
    QStringList script;

    bool operator==(const HookSpec &) const = default;
};

struct IdTokenSpec
{
    QString name;
    QStringList audience;

    bool operator==(const IdTokenSpec &) const = default;
};

/// An artifact of another pipeline or project; it orders nothing.
struct ForeignNeed
{
    QString pipeline; ///< `needs:pipeline`, not expanded: a pipeline of the same family.
    QString project; ///< `needs:project`, not expanded; empty with `pipeline`.
    QString job;
    QString ref; ///< Only with `project`.
    bool artifacts = true;

    bool operator==(const ForeignNeed &) const = default;
};

struct ReleaseLinkSpec
{
    QString name;
    QString url;
    QString filepath;
    QString linkType; ///< "other" (also empty), "runbook", "image", "package".

    bool operator==(const ReleaseLinkSpec &) const = default;
};

/// What the coordinator releases when the job has succeeded. Expanded then.
struct ReleaseSpec
{
    QString tagName;
    QString tagMessage;
    QString name;
    QString description; ///< Text, or the path of a file that holds it.
    QString ref; ///< What a new tag points at; empty: the commit of the job.
    QString releasedAt;
    QStringList milestones; ///< Carried, not used: there are none here.
    std::vector<ReleaseLinkSpec> links;

    bool operator==(const ReleaseSpec &) const = default;
};

/// What the coordinator publishes when the job has succeeded.
struct PagesSpec
{
    QString publish; ///< The folder; empty: "public".
    QString pathPrefix;
    QString expireIn;

    bool operator==(const PagesSpec &) const = default;
};

/// How a job starts another pipeline, or which one it mirrors. Such a job never reaches a runner.
struct TriggerSpec
{
    QString project;
    QString branch;
    QStringList includes; ///< As JSON text, one include entry each.
    QString inputs; ///< As JSON text; empty = none.
    QString upstream; ///< `needs: {pipeline: PROJECT}`: only mirrors that project's newest.
    QString strategy; ///< "", "depend" or "mirror".
    bool forwardYamlVariables = true;
    bool forwardPipelineVariables = false;

    bool operator==(const TriggerSpec &) const = default;
};

/// What runs, and with what: everything about one job that the payload for a runner is made from.
/// Stored with the job as JSON.
struct JobSpec
{
    QStringList beforeScript;
    QStringList script;
    QStringList afterScript;
    QString run; ///< `run:` steps as JSON text; empty where the job has a script.
    std::vector<SpecVariable> variables; ///< After workflow rule, rule, matrix and inherit.
    std::optional<ImageSpec> image;
    std::vector<ServiceSpec> services;
    std::optional<ArtifactsSpec> artifacts;
    std::vector<CacheSpec> caches;
    std::optional<QStringList> dependencies; ///< Instance names; nullopt = not given.
    std::vector<HookSpec> hooks;
    std::vector<IdTokenSpec> idTokens;
    std::optional<EnvironmentSpec> environment;
    std::optional<ReleaseSpec> release;
    std::optional<PagesSpec> pages;
    QString coverage; ///< The pattern between the slashes; empty = none.
    QString manualConfirmation;
    std::optional<TriggerSpec> trigger;
    std::vector<ForeignNeed> foreignNeeds;
    // Of a job with `inputs`: ciconfig/jobinputs.
    QString inputs; ///< Their definitions as JSON text.
    QString inputValues; ///< What is put in now, as JSON text; empty: the defaults.
    QString inputTemplate; ///< The spec with nothing put in, as JSON text.
    int nodeIndex = 0; ///< CI_NODE_INDEX, 1-based; 0 = not parallel.
    int nodeTotal = 1;

    bool operator==(const JobSpec &) const = default;
};

struct JobPlan
{
    QString name; ///< Of the instance: "test 1/3", "build: [x, y]".
    QString group; ///< The key in the file: "test".
    QString stage;
    int stageIndex = 0; ///< Into PipelinePlan::stages.
    When when = When::OnSuccess;
    std::optional<seconds> startIn; ///< Only with When::Delayed.
    AllowFailure allowFailure;
    std::optional<std::vector<NeedSpec>> needs; ///< nullopt: stage order rules.
    QStringList tags; ///< Known variables expanded.
    RetrySpec retry;
    std::optional<seconds> timeout;
    bool interruptible = false;
    QString resourceGroup; ///< Not expanded.
    std::optional<TriggerSpec> trigger;
    JobSpec spec;
};

enum class AutoCancel : quint8 { Conservative, Interruptible, None };

/// Why a valid file makes no pipeline.
enum class NotCreated : quint8 {
    FilteredByWorkflow, ///< "Pipeline filtered out by workflow rules."
    Empty, ///< No job outside .pre and .post is left.
};

struct PipelinePlan
{
    QString name; ///< workflow:name, not expanded; empty = none.
    AutoCancel autoCancelOnNewCommit = AutoCancel::Conservative;
    bool autoCancelOnJobFailure = false; ///< on_job_failure: all
    QStringList stages; ///< In order, only those with a job.
    std::vector<JobPlan> jobs; ///< In stage order, then as in the file.
    std::optional<NotCreated> notCreated; ///< Then stages and jobs are empty.
    QStringList warnings;
};

} // namespace ci::model
