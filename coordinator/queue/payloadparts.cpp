// SPDX-License-Identifier: MIT
#include "coordinator/queue/payloadparts.h"

#include "common/protocol/states.h"
#include "coordinator/queue/predefined.h"
#include "coordinator/storage/artifacttypes.h"

namespace ci::queue {

using namespace Qt::StringLiterals;

namespace {

// How long a clone's history may be asked for: more is as good as all.
constexpr int MaxDepth = 1'000'000;

int depthOf(const VariableList &variables, const QueueSettings &settings)
{
    const QString wanted = variables.expanded(variables.value(u"GIT_DEPTH"_s));
    if (wanted.isEmpty()) {
        return settings.cloneDepth;
    }
    bool isNumber = false;
    const int depth = wanted.toInt(&isNumber);
    // Anything else means the whole history, as in GitLab.
    return isNumber && depth > 0 ? std::min(depth, MaxDepth) : 0;
}

// The pipeline's own ref first: it keeps the commit reachable however the branch moves.
QStringList refspecsOf(const model::Pipeline &pipeline, int depth)
{
    QStringList refspecs {
        u"+refs/pipelines/%1:refs/pipelines/%1"_s.arg(pipeline.id.value())};
    if (depth == 0) {
        refspecs << u"+refs/heads/*:refs/remotes/origin/*"_s << u"+refs/tags/*:refs/tags/*"_s;
    } else if (pipeline.isTag) {
        refspecs << u"+refs/tags/%1:refs/tags/%1"_s.arg(pipeline.ref);
    } else if (!pipeline.ref.startsWith("refs/"_L1)) {
        refspecs << u"+refs/heads/%1:refs/remotes/origin/%1"_s.arg(pipeline.ref);
    }
    return refspecs;
}

protocol::RunWhen runWhen(model::UploadWhen when)
{
    switch (when) {
    case model::UploadWhen::OnSuccess:
        return protocol::RunWhen::OnSuccess;
    case model::UploadWhen::OnFailure:
        return protocol::RunWhen::OnFailure;
    case model::UploadWhen::Always:
        return protocol::RunWhen::Always;
    }
    return protocol::RunWhen::OnSuccess;
}

protocol::ArtifactFormat wireFormat(model::ArtifactFormat format)
{
    switch (format) {
    case model::ArtifactFormat::Zip:
        return protocol::ArtifactFormat::Zip;
    case model::ArtifactFormat::Gzip:
        return protocol::ArtifactFormat::Gzip;
    case model::ArtifactFormat::Raw:
        return protocol::ArtifactFormat::Raw;
    }
    return protocol::ArtifactFormat::Zip;
}

protocol::JobArtifact archiveOf(const model::ArtifactsSpec &spec)
{
    protocol::JobArtifact archive;
    archive.name = spec.name;
    archive.untracked = spec.untracked;
    archive.paths = spec.paths;
    archive.exclude = spec.exclude;
    archive.when = runWhen(spec.when);
    archive.expireIn = spec.expireIn;
    archive.type = u"archive"_s;
    archive.format = protocol::ArtifactFormat::Zip;
    return archive;
}

protocol::JobArtifact reportOf(const model::ReportSpec &report, const QString &expireIn)
{
    const QByteArray type = report.type.toUtf8();
    protocol::JobArtifact wire;
    wire.name = QString::fromLatin1(storage::usualFileName(type));
    wire.paths = report.paths;
    wire.when = protocol::RunWhen::Always;
    wire.expireIn = expireIn;
    wire.type = report.type;
    wire.format
        = wireFormat(storage::formatOfType(type).value_or(model::ArtifactFormat::Raw));
    return wire;
}

// Caches of protected and other refs are kept apart, or a branch of anybody could poison the
// cache of the main branch.
QString separated(const QString &key, bool isProtected)
{
    return key + (isProtected ? "-protected"_L1 : "-non_protected"_L1);
}

QString policyOf(const model::CacheSpec &cache, const VariableList &variables)
{
    const QString policy = variables.expanded(cache.policy);
    // Another word would fail the job at the runner.
    return policy == "pull"_L1 || policy == "push"_L1 ? policy : u"pull-push"_s;
}

} // namespace

protocol::GitInfo gitInfoOf(const JobRecords &records,
                            const VariableList &variables,
                            const QueueSettings &settings)
{
    const model::Pipeline &pipeline = records.pipeline;
    const int depth = depthOf(variables, settings);
    protocol::GitInfo git;
    git.repoUrl = variables.value(u"CI_REPOSITORY_URL"_s);
    git.ref = pipeline.ref;
    git.sha = QString::fromLatin1(pipeline.commit.sha);
    git.beforeSha = QString::fromLatin1(pipeline.beforeSha);
    git.isTag = pipeline.isTag;
    git.refspecs = refspecsOf(pipeline, depth);
    git.depth = depth;
    git.objectFormat = pipeline.commit.sha.size() == 64 ? u"sha256"_s : u"sha1"_s;
    git.isProtected = pipeline.isRefProtected;
    return git;
}

QList<protocol::JobStep> stepsOf(const model::JobSpec &spec, std::chrono::seconds timeout)
{
    QList<protocol::JobStep> steps;
    if (spec.run.isEmpty()) {
        protocol::JobStep script;
        script.name = u"script"_s;
        script.script = spec.beforeScript + spec.script;
        script.timeoutSeconds = timeout.count();
        steps.append(script);
    }
    if (!spec.afterScript.isEmpty()) {
        protocol::JobStep after;
        after.name = u"after_script"_s;
        after.script = spec.afterScript;
        after.timeoutSeconds = timeout.count();
        after.when = protocol::RunWhen::Always;
        after.allowFailure = true;
        steps.append(after);
    }
    return steps;
}

protocol::JobImage imageOf(const model::ImageSpec &image)
{
    protocol::JobImage wire;
    wire.name = image.name;
    wire.entrypoint = image.entrypoint;
    wire.pullPolicy = image.pullPolicy;
    wire.dockerPlatform = image.dockerPlatform;
    wire.dockerUser = image.dockerUser;
    wire.kubernetesUser = image.kubernetesUser;
    return wire;
}

QList<protocol::JobImage> servicesOf(const model::JobSpec &spec)
{
    QList<protocol::JobImage> services;
    for (const model::ServiceSpec &service : spec.services) {
        protocol::JobImage wire = imageOf(service.image);
        wire.alias = service.alias;
        wire.command = service.command;
        for (const model::SpecVariable &variable : service.variables) {
            wire.variables.append(wireVariable(variable));
        }
        services.append(wire);
    }
    return services;
}

QList<protocol::JobArtifact> artifactsOf(const model::JobSpec &spec)
{
    QList<protocol::JobArtifact> artifacts;
    if (!spec.artifacts) {
        return artifacts;
    }
    if (!spec.artifacts->paths.isEmpty() || spec.artifacts->untracked) {
        artifacts.append(archiveOf(*spec.artifacts));
    }
    for (const model::ReportSpec &report : spec.artifacts->reports) {
        artifacts.append(reportOf(report, spec.artifacts->expireIn));
    }
    return artifacts;
}

QList<protocol::JobCache> cachesOf(const model::JobSpec &spec,
                                   const VariableList &variables,
                                   bool isRefProtected)
{
    QList<protocol::JobCache> caches;
    for (const model::CacheSpec &cache : spec.caches) {
        const bool isProtected = isRefProtected && !cache.unprotect;
        protocol::JobCache wire;
        wire.key = separated(cache.key.isEmpty() ? u"default"_s : cache.key, isProtected);
        wire.untracked = cache.untracked;
        wire.paths = cache.paths;
        wire.policy = policyOf(cache, variables);
        wire.when = runWhen(cache.when);
        for (const QString &key : cache.fallbackKeys) {
            wire.fallbackKeys.append(separated(key, isProtected));
        }
        caches.append(wire);
    }
    return caches;
}

QList<protocol::JobHook> hooksOf(const model::JobSpec &spec)
{
    QList<protocol::JobHook> hooks;
    for (const model::HookSpec &hook : spec.hooks) {
        protocol::JobHook wire;
        wire.name = hook.name;
        wire.script = hook.script;
        hooks.append(wire);
    }
    return hooks;
}

protocol::PayloadFeatures featuresForRunners()
{
    using enum protocol::FailureReason;
    protocol::PayloadFeatures features;
    features.traceSections = true;
    for (const protocol::FailureReason reason :
         {UnknownFailure, ScriptFailure, RunnerSystemFailure, JobExecutionTimeout,
          ImagePullFailure, RunnerConfigurationError, RunnerExternalDependencyFailure,
          RunnerInterrupted}) {
        features.failureReasons.append(QString::fromLatin1(protocol::word(reason)));
    }
    features.tokenMaskPrefixes = {u"glpat-"_s, u"glcbt-"_s, u"glrt-"_s};
    return features;
}

} // namespace ci::queue
