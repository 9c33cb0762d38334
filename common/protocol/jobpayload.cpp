// SPDX-License-Identifier: MIT
#include "common/protocol/jobpayload.h"

using namespace Qt::StringLiterals;

namespace ci::protocol {

QJsonObject JobInfo::toJson(qint64 jobId) const
{
    return {{u"id"_s, jobId},
            {u"name"_s, name},
            {u"stage"_s, stage},
            {u"project_id"_s, projectId},
            {u"project_name"_s, projectName},
            {u"project_full_path"_s, projectFullPath},
            {u"pipeline_id"_s, pipelineId},
            {u"namespace_id"_s, namespaceId},
            {u"root_namespace_id"_s, rootNamespaceId},
            {u"organization_id"_s, organizationId},
            {u"instance_id"_s, instanceId},
            {u"instance_uuid"_s, instanceUuid},
            {u"user_id"_s, userId},
            {u"scoped_user_id"_s, scopedUserId ? QJsonValue(*scopedUserId) : QJsonValue()},
            {u"time_in_queue_seconds"_s, timeInQueueSeconds},
            {u"project_jobs_running_on_instance_runners_count"_s, runningJobsText},
            {u"queue_size"_s, queueSize},
            {u"queue_depth"_s, queueDepth}};
}

JobInfo JobInfo::read(JsonReader &reader)
{
    JobInfo info;
    info.name = reader.text("name"_L1);
    info.stage = reader.text("stage"_L1);
    info.projectId = reader.integer("project_id"_L1);
    info.projectName = reader.text("project_name"_L1);
    info.projectFullPath = reader.text("project_full_path"_L1);
    info.pipelineId = reader.integer("pipeline_id"_L1);
    info.namespaceId = reader.integer("namespace_id"_L1);
    info.rootNamespaceId = reader.integer("root_namespace_id"_L1);
    info.organizationId = reader.integer("organization_id"_L1);
    info.userId = reader.integer("user_id"_L1);
    if (reader.has("scoped_user_id"_L1)) {
        info.scopedUserId = reader.integer("scoped_user_id"_L1);
    }
    info.instanceId = reader.text("instance_id"_L1);
    info.instanceUuid = reader.text("instance_uuid"_L1);
    info.timeInQueueSeconds = reader.real("time_in_queue_seconds"_L1);
    info.runningJobsText = reader.text("project_jobs_running_on_instance_runners_count"_L1);
    info.queueSize = reader.integer("queue_size"_L1);
    info.queueDepth = reader.integer("queue_depth"_L1);
    return info;
}

QJsonObject GitInfo::toJson() const
{
    QJsonObject object {{u"repo_url"_s, repoUrl},
                        {u"ref"_s, ref},
                        {u"sha"_s, sha},
                        {u"before_sha"_s, beforeSha},
                        {u"ref_type"_s, isTag ? u"tag"_s : u"branch"_s},
                        {u"refspecs"_s, QJsonArray::fromStringList(refspecs)},
                        {u"depth"_s, depth},
                        {u"repo_object_format"_s, objectFormat}};
    if (isProtected) {
        object.insert("protected"_L1, *isProtected);
    }
    return object;
}

GitInfo GitInfo::read(JsonReader &reader)
{
    GitInfo info;
    info.repoUrl = reader.text("repo_url"_L1);
    info.ref = reader.text("ref"_L1);
    info.sha = reader.text("sha"_L1);
    info.beforeSha = reader.text("before_sha"_L1);
    info.isTag = reader.text("ref_type"_L1) == "tag"_L1;
    info.refspecs = reader.texts("refspecs"_L1);
    info.depth = reader.integer("depth"_L1);
    info.objectFormat = reader.text("repo_object_format"_L1);
    info.isProtected = reader.optionalFlag("protected"_L1);
    return info;
}

QJsonObject PayloadRunnerInfo::toJson() const
{
    return {{u"timeout"_s, timeoutSeconds}, {u"uuid"_s, uuid}};
}

PayloadRunnerInfo PayloadRunnerInfo::read(JsonReader &reader)
{
    PayloadRunnerInfo info;
    info.timeoutSeconds = reader.integer("timeout"_L1);
    info.uuid = reader.text("uuid"_L1);
    return info;
}

QJsonObject PayloadFeatures::toJson() const
{
    return {{u"trace_sections"_s, traceSections},
            {u"failure_reasons"_s, QJsonArray::fromStringList(failureReasons)},
            {u"token_mask_prefixes"_s, QJsonArray::fromStringList(tokenMaskPrefixes)}};
}

PayloadFeatures PayloadFeatures::read(JsonReader &reader)
{
    PayloadFeatures features;
    features.traceSections = reader.flag("trace_sections"_L1);
    features.failureReasons = reader.texts("failure_reasons"_L1);
    features.tokenMaskPrefixes = reader.texts("token_mask_prefixes"_L1);
    return features;
}

namespace {

QJsonObject secretsJson(const QList<JobSecret> &secrets)
{
    QJsonObject object;
    for (const JobSecret &secret : secrets) {
        object.insert(secret.name, secret.definition);
    }
    return object;
}

QList<JobSecret> readSecrets(JsonReader &reader)
{
    QList<JobSecret> secrets;
    const QJsonObject object = reader.jsonObject("secrets"_L1);
    for (auto entry = object.begin(); entry != object.end(); ++entry) {
        if (!entry.value().isObject()) {
            reader.refuse("secrets"_L1, "must map names to objects");
            return {};
        }
        secrets.append({entry.key(), entry.value().toObject()});
    }
    return secrets;
}

// What stock runners do not take as null or empty, and what is rarely there.
void insertOptional(QJsonObject &object, const JobPayload &payload)
{
    if (!payload.secrets.isEmpty()) {
        object.insert("secrets"_L1, secretsJson(payload.secrets));
    }
    if (!payload.run.isEmpty()) {
        object.insert("run"_L1, payload.run);
    }
    if (payload.policyOptions) {
        object.insert("policy_options"_L1, payload.policyOptions->toJson());
    }
    if (payload.suspendOptions) {
        object.insert("suspend_options"_L1, payload.suspendOptions->toJson());
    }
}

} // namespace

QJsonObject JobPayload::toJson() const
{
    QJsonObject object {{u"id"_s, id},
                        {u"token"_s, QString::fromUtf8(token.reveal())},
                        {u"allow_git_fetch"_s, allowGitFetch},
                        {u"job_info"_s, jobInfo.toJson(id)},
                        {u"git_info"_s, gitInfo.toJson()},
                        {u"runner_info"_s, runnerInfo.toJson()},
                        {u"inputs"_s, toJsonArray(inputs)},
                        {u"variables"_s, toJsonArray(variables)},
                        {u"steps"_s, toJsonArray(steps)},
                        {u"image"_s, image ? QJsonValue(image->toJson()) : QJsonValue()},
                        {u"services"_s, toJsonArray(services)},
                        {u"artifacts"_s, toJsonArray(artifacts)},
                        {u"cache"_s, toJsonArray(cache)},
                        {u"credentials"_s, toJsonArray(credentials)},
                        {u"dependencies"_s, toJsonArray(dependencies)},
                        {u"hooks"_s, toJsonArray(hooks)},
                        {u"features"_s, features.toJson()}};
    insertOptional(object, *this);
    return object;
}

QByteArray JobPayload::toBytes() const
{
    // There are some fifty variables, more than all the rest: they are written as text.
    JobPayload rest = *this;
    rest.variables.clear();
    QJsonObject object = rest.toJson();
    object.remove("variables"_L1);
    QByteArray json = compactJson(object);
    json.chop(1);
    json += ",\"variables\":[";
    for (const JobVariable &variable : variables) {
        variable.appendTo(json);
        json += ',';
    }
    if (!variables.isEmpty()) {
        json.chop(1);
    }
    json += "]}";
    return json;
}

JobPayload JobPayload::read(JsonReader &reader)
{
    JobPayload payload;
    payload.id = reader.requiredInteger("id"_L1);
    payload.token = Secret(reader.requiredText("token"_L1).toUtf8());
    payload.allowGitFetch = reader.flag("allow_git_fetch"_L1);
    payload.jobInfo = reader.object<JobInfo>("job_info"_L1);
    payload.gitInfo = reader.object<GitInfo>("git_info"_L1);
    payload.runnerInfo = reader.object<PayloadRunnerInfo>("runner_info"_L1);
    payload.inputs = reader.list<JobInput>("inputs"_L1);
    payload.variables = reader.list<JobVariable>("variables"_L1);
    payload.steps = reader.list<JobStep>("steps"_L1);
    payload.image = reader.optionalObject<JobImage>("image"_L1);
    payload.services = reader.list<JobImage>("services"_L1);
    payload.artifacts = reader.list<JobArtifact>("artifacts"_L1);
    payload.cache = reader.list<JobCache>("cache"_L1);
    payload.credentials = reader.list<JobCredential>("credentials"_L1);
    payload.dependencies = reader.list<JobDependency>("dependencies"_L1);
    payload.hooks = reader.list<JobHook>("hooks"_L1);
    payload.features = reader.object<PayloadFeatures>("features"_L1);
    payload.secrets = readSecrets(reader);
    payload.run = reader.text("run"_L1);
    payload.policyOptions = reader.optionalObject<PolicyOptions>("policy_options"_L1);
    payload.suspendOptions = reader.optionalObject<SuspendOptions>("suspend_options"_L1);
    return payload;
}

Result<JobPayload> JobPayload::fromJson(QByteArrayView bytes)
{
    return decodeBytes<JobPayload>(bytes);
}

} // namespace ci::protocol
