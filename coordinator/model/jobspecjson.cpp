// SPDX-License-Identifier: MIT
#include "coordinator/model/jobspecjson.h"

#include "coordinator/model/jsonfields.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <array>

namespace ci::model {

using namespace Qt::StringLiterals;

namespace {

constexpr std::array<QLatin1StringView, 3> UploadWords {"on_success"_L1, "on_failure"_L1,
                                                        "always"_L1};

// One `fields` function per struct names each field once; JsonWriter and JsonReader walk it, so
// that writing and reading cannot differ.

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, SpecVariable>
void fields(Visitor &visit, T &variable)
{
    visit("key"_L1, variable.key);
    visit("value"_L1, variable.value);
    visit("raw"_L1, variable.raw);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, ImageSpec>
void fields(Visitor &visit, T &image)
{
    visit("name"_L1, image.name);
    visit("entrypoint"_L1, image.entrypoint);
    visit("pull_policy"_L1, image.pullPolicy);
    visit("docker_platform"_L1, image.dockerPlatform);
    visit("docker_user"_L1, image.dockerUser);
    visit("kubernetes_user"_L1, image.kubernetesUser);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, ServiceSpec>
void fields(Visitor &visit, T &service)
{
    visit("image"_L1, service.image);
    visit("alias"_L1, service.alias);
    visit("command"_L1, service.command);
    visit("variables"_L1, service.variables);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, ReportSpec>
void fields(Visitor &visit, T &report)
{
    visit("type"_L1, report.type);
    visit("paths"_L1, report.paths);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, ArtifactsSpec>
void fields(Visitor &visit, T &artifacts)
{
    visit("name"_L1, artifacts.name);
    visit("paths"_L1, artifacts.paths);
    visit("exclude"_L1, artifacts.exclude);
    visit("untracked"_L1, artifacts.untracked);
    visit.word("when"_L1, artifacts.when, UploadWords);
    visit("expire_in"_L1, artifacts.expireIn);
    visit("expose_as"_L1, artifacts.exposeAs);
    visit("access"_L1, artifacts.access);
    visit("reports"_L1, artifacts.reports);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, CacheSpec>
void fields(Visitor &visit, T &cache)
{
    visit("key"_L1, cache.key);
    visit("key_prefix"_L1, cache.keyPrefix);
    visit("key_files"_L1, cache.keyFiles);
    visit("paths"_L1, cache.paths);
    visit("fallback_keys"_L1, cache.fallbackKeys);
    visit("untracked"_L1, cache.untracked);
    visit("unprotect"_L1, cache.unprotect);
    visit.word("when"_L1, cache.when, UploadWords);
    visit("policy"_L1, cache.policy);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, EnvironmentSpec>
void fields(Visitor &visit, T &environment)
{
    visit("name"_L1, environment.name);
    visit("url"_L1, environment.url);
    visit("action"_L1, environment.action);
    visit("on_stop"_L1, environment.onStop);
    visit("auto_stop_in"_L1, environment.autoStopIn);
    visit("tier"_L1, environment.tier);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, ReleaseLinkSpec>
void fields(Visitor &visit, T &link)
{
    visit("name"_L1, link.name);
    visit("url"_L1, link.url);
    visit("filepath"_L1, link.filepath);
    visit("link_type"_L1, link.linkType);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, ReleaseSpec>
void fields(Visitor &visit, T &release)
{
    visit("tag_name"_L1, release.tagName);
    visit("tag_message"_L1, release.tagMessage);
    visit("name"_L1, release.name);
    visit("description"_L1, release.description);
    visit("ref"_L1, release.ref);
    visit("released_at"_L1, release.releasedAt);
    visit("milestones"_L1, release.milestones);
    visit("links"_L1, release.links);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, PagesSpec>
void fields(Visitor &visit, T &pages)
{
    visit("publish"_L1, pages.publish);
    visit("path_prefix"_L1, pages.pathPrefix);
    visit("expire_in"_L1, pages.expireIn);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, HookSpec>
void fields(Visitor &visit, T &hook)
{
    visit("name"_L1, hook.name);
    visit("script"_L1, hook.script);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, IdTokenSpec>
void fields(Visitor &visit, T &token)
{
    visit("name"_L1, token.name);
    visit("audience"_L1, token.audience);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, ForeignNeed>
void fields(Visitor &visit, T &need)
{
    visit("pipeline"_L1, need.pipeline);
    visit("project"_L1, need.project);
    visit("job"_L1, need.job);
    visit("ref"_L1, need.ref);
    visit("artifacts"_L1, need.artifacts);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, TriggerSpec>
void fields(Visitor &visit, T &trigger)
{
    visit("project"_L1, trigger.project);
    visit("branch"_L1, trigger.branch);
    visit("includes"_L1, trigger.includes);
    visit("inputs"_L1, trigger.inputs);
    visit("upstream"_L1, trigger.upstream);
    visit("strategy"_L1, trigger.strategy);
    visit("forward_yaml_variables"_L1, trigger.forwardYamlVariables);
    visit("forward_pipeline_variables"_L1, trigger.forwardPipelineVariables);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, MergeRequest>
void fields(Visitor &visit, T &request)
{
    visit("source_branch"_L1, request.sourceBranch);
    visit("target_branch"_L1, request.targetBranch);
    visit("title"_L1, request.title);
    visit("description"_L1, request.description);
    visit("labels"_L1, request.labels);
    visit("diff_base"_L1, request.diffBase);
    visit("target_protected"_L1, request.isTargetProtected);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, Origin>
void fields(Visitor &visit, T &origin)
{
    visit("merge_request"_L1, origin.mergeRequest);
    visit("open_merge_requests"_L1, origin.openMergeRequests);
    visit("schedule_description"_L1, origin.scheduleDescription);
    visit("trigger_short_token"_L1, origin.triggerShortToken);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, RetrySpec>
void fields(Visitor &visit, T &retry)
{
    visit("max"_L1, retry.max);
    visit("when"_L1, retry.when);
    visit("exit_codes"_L1, retry.exitCodes);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, GivenVariable>
void fields(Visitor &visit, T &variable)
{
    visit("key"_L1, variable.key);
    visit("value"_L1, variable.value);
    visit("file"_L1, variable.isFile);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, ConfigError>
void fields(Visitor &visit, T &error)
{
    visit("text"_L1, error.text);
    visit("file"_L1, error.file);
    visit("line"_L1, error.line);
    visit("column"_L1, error.column);
}

template<typename Visitor, typename T>
    requires std::is_same_v<std::remove_const_t<T>, JobSpec>
void fields(Visitor &visit, T &spec)
{
    visit("before_script"_L1, spec.beforeScript);
    visit("script"_L1, spec.script);
    visit("after_script"_L1, spec.afterScript);
    visit("run"_L1, spec.run);
    visit("variables"_L1, spec.variables);
    visit("image"_L1, spec.image);
    visit("services"_L1, spec.services);
    visit("artifacts"_L1, spec.artifacts);
    visit("caches"_L1, spec.caches);
    visit("dependencies"_L1, spec.dependencies);
    visit("hooks"_L1, spec.hooks);
    visit("id_tokens"_L1, spec.idTokens);
    visit("environment"_L1, spec.environment);
    visit("release"_L1, spec.release);
    visit("pages"_L1, spec.pages);
    visit("coverage"_L1, spec.coverage);
    visit("manual_confirmation"_L1, spec.manualConfirmation);
    visit("trigger"_L1, spec.trigger);
    visit("foreign_needs"_L1, spec.foreignNeeds);
    visit("inputs"_L1, spec.inputs);
    visit("input_values"_L1, spec.inputValues);
    visit("input_template"_L1, spec.inputTemplate);
    visit("node_index"_L1, spec.nodeIndex);
    visit.withDefault("node_total"_L1, spec.nodeTotal, 1);
}

struct Fields
{
    template<typename Visitor, typename T>
    void operator()(Visitor &visit, T &value) const
    {
        fields(visit, value);
    }
};

template<typename T>
QByteArray write(const T &value)
{
    return QJsonDocument(writeObject(value, Fields {})).toJson(QJsonDocument::Compact);
}

template<typename T>
QByteArray writeList(const std::vector<T> &values)
{
    QJsonArray array;
    for (const T &value : values) {
        array.append(writeObject(value, Fields {}));
    }
    return QJsonDocument(array).toJson(QJsonDocument::Compact);
}

Result<QJsonDocument> parse(const QByteArray &json)
{
    QJsonParseError error;
    QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (document.isNull()) {
        return invalid(u"stored JSON does not read: "_s + error.errorString());
    }
    return document;
}

template<typename T>
Result<T> read(const QByteArray &json)
{
    const Result<QJsonDocument> document = parse(json);
    if (!document) {
        return document.error();
    }
    T value;
    readObject(document->object(), value, Fields {});
    return value;
}

template<typename T>
Result<std::vector<T>> readList(const QByteArray &json)
{
    const Result<QJsonDocument> document = parse(json);
    if (!document) {
        return document.error();
    }
    std::vector<T> values;
    for (const QJsonValue &entry : document->array()) {
        readObject(entry.toObject(), values.emplace_back(), Fields {});
    }
    return values;
}

} // namespace

QByteArray toJson(const JobSpec &spec) { return write(spec); }
Result<JobSpec> jobSpecFromJson(const QByteArray &json) { return read<JobSpec>(json); }

QByteArray toJson(const Origin &origin) { return write(origin); }
Result<Origin> originFromJson(const QByteArray &json) { return read<Origin>(json); }

QByteArray toJson(const RetrySpec &retry) { return write(retry); }
Result<RetrySpec> retryFromJson(const QByteArray &json) { return read<RetrySpec>(json); }

QByteArray toJson(const std::vector<GivenVariable> &variables) { return writeList(variables); }

Result<std::vector<GivenVariable>> givenVariablesFromJson(const QByteArray &json)
{
    return readList<GivenVariable>(json);
}

QByteArray toJson(const std::vector<GivenInput> &inputs)
{
    QJsonObject values;
    for (const GivenInput &input : inputs) {
        values.insert(input.name, input.value);
    }
    return QJsonDocument(values).toJson(QJsonDocument::Compact);
}

Result<std::vector<GivenInput>> givenInputsFromJson(const QByteArray &json)
{
    const Result<QJsonDocument> document = parse(json);
    if (!document) {
        return document.error();
    }
    const QJsonObject values = document->object();
    std::vector<GivenInput> inputs;
    for (auto value = values.begin(); value != values.end(); ++value) {
        inputs.push_back({value.key(), value.value(), value.value().isString()});
    }
    return inputs;
}

QByteArray toJson(const std::vector<ConfigError> &errors) { return writeList(errors); }

Result<std::vector<ConfigError>> configErrorsFromJson(const QByteArray &json)
{
    return readList<ConfigError>(json);
}

QByteArray toJson(const AllowFailure &allowed)
{
    if (allowed.exitCodes.empty()) {
        return allowed.always ? "true"_ba : "false"_ba;
    }
    QJsonArray codes;
    for (const int code : allowed.exitCodes) {
        codes.append(code);
    }
    return QJsonDocument(codes).toJson(QJsonDocument::Compact);
}

Result<AllowFailure> allowFailureFromJson(const QByteArray &json)
{
    if (json == "true" || json == "false") {
        return AllowFailure {.always = json == "true", .exitCodes = {}};
    }
    const Result<QJsonDocument> document = parse(json);
    if (!document) {
        return document.error();
    }
    AllowFailure allowed;
    for (const QJsonValue &code : document->array()) {
        allowed.exitCodes.push_back(code.toInt());
    }
    return allowed;
}

} // namespace ci::model
