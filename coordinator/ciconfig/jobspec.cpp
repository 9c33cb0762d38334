// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/jobspec.h"

#include "coordinator/ciconfig/configuration.h"
#include "coordinator/ciconfig/needs.h"

#include <array>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

using namespace model;

static QString textOf(const Node &map, const QString &key)
{
    const Node *value = map.given(key);
    return value ? value->text() : QString();
}

static bool flagOf(const Node &map, const QString &key, bool fallback)
{
    const Node *value = map.given(key);
    return value ? value->toBool() : fallback;
}

// A text, or a list of them.
static QStringList textsOf(const Node *value)
{
    if (!value || value->isNull()) {
        return {};
    }
    if (!value->isList()) {
        return {value->text()};
    }
    QStringList texts;
    for (const NodePtr &item : value->items()) {
        texts.append(item->text());
    }
    return texts;
}

static std::vector<int> integersOf(const Node *value)
{
    std::vector<int> numbers;
    for (const QString &text : textsOf(value)) {
        numbers.push_back(text.toInt());
    }
    return numbers;
}

QStringList readScript(const Node *script)
{
    if (!script || script->isNull()) {
        return {};
    }
    if (script->isString()) {
        return script->text().isEmpty() ? QStringList() : QStringList {script->text()};
    }
    QStringList lines;
    for (const NodePtr &item : script->items()) {
        lines += item->isList() ? readScript(item.get()) : QStringList {item->text()};
    }
    return lines;
}

When readWhen(const QString &word)
{
    struct Row
    {
        QLatin1StringView word;
        When when;
    };
    constexpr std::array rows {
        Row {"on_success"_L1, When::OnSuccess}, Row {"on_failure"_L1, When::OnFailure},
        Row {"always"_L1, When::Always},        Row {"manual"_L1, When::Manual},
        Row {"delayed"_L1, When::Delayed},      Row {"never"_L1, When::Never},
    };
    for (const Row &row : rows) {
        if (word == row.word) {
            return row.when;
        }
    }
    return When::OnSuccess;
}

static UploadWhen readUploadWhen(const Node &map)
{
    const QString word = textOf(map, u"when"_s);
    return word == "always"_L1 ? UploadWhen::Always
        : word == "on_failure"_L1 ? UploadWhen::OnFailure
                                  : UploadWhen::OnSuccess;
}

static ImageSpec readImage(const Node &node)
{
    ImageSpec image;
    if (!node.isMap()) {
        image.name = node.text();
        return image;
    }
    image.name = textOf(node, u"name"_s);
    image.entrypoint = textsOf(node.given(u"entrypoint"_s));
    image.pullPolicy = textsOf(node.given(u"pull_policy"_s));
    if (const Node *docker = node.given(u"docker"_s)) {
        image.dockerPlatform = textOf(*docker, u"platform"_s);
        image.dockerUser = textOf(*docker, u"user"_s);
    }
    if (const Node *kubernetes = node.given(u"kubernetes"_s)) {
        image.kubernetesUser = textOf(*kubernetes, u"user"_s);
    }
    return image;
}

static ServiceSpec readService(const Node &node)
{
    ServiceSpec service;
    service.image = readImage(node);
    if (node.isMap()) {
        service.alias = textOf(node, u"alias"_s);
        service.command = textsOf(node.given(u"command"_s));
        service.variables = readVariables(node.given(u"variables"_s)).all();
    }
    return service;
}

static std::vector<ReportSpec> readReports(const Node *reports)
{
    std::vector<ReportSpec> specs;
    for (const MapEntry &entry : reports ? reports->entries() : std::vector<MapEntry>()) {
        if (entry.value->isMap()) {
            specs.push_back({textOf(*entry.value, u"coverage_format"_s), {textOf(*entry.value, u"path"_s)}});
        } else {
            specs.push_back({entry.key, textsOf(entry.value.get())});
        }
    }
    return specs;
}

static ArtifactsSpec readArtifacts(const Node &node)
{
    ArtifactsSpec artifacts;
    artifacts.name = textOf(node, u"name"_s);
    artifacts.paths = textsOf(node.given(u"paths"_s));
    artifacts.exclude = textsOf(node.given(u"exclude"_s));
    artifacts.untracked = flagOf(node, u"untracked"_s, false);
    artifacts.when = readUploadWhen(node);
    artifacts.expireIn = textOf(node, u"expire_in"_s);
    artifacts.exposeAs = textOf(node, u"expose_as"_s);
    artifacts.access = textOf(node, u"access"_s);
    // `public` is the older way to say it.
    if (const Node *isPublic = node.given(u"public"_s); isPublic && artifacts.access.isEmpty()) {
        artifacts.access = isPublic->toBool() ? u"all"_s : u"developer"_s;
    }
    artifacts.reports = readReports(node.given(u"reports"_s));
    return artifacts;
}

static CacheSpec readCache(const Node &node)
{
    CacheSpec cache;
    const Node *key = node.given(u"key"_s);
    if (key && key->isMap()) {
        cache.keyPrefix = textOf(*key, u"prefix"_s);
        const Node *files = key->given(u"files"_s);
        cache.keyFiles = textsOf(files ? files : key->given(u"files_commits"_s));
        cache.keyByCommits = !files;
    } else if (key) {
        cache.key = key->text();
    }
    cache.paths = textsOf(node.given(u"paths"_s));
    cache.fallbackKeys = textsOf(node.given(u"fallback_keys"_s));
    cache.untracked = flagOf(node, u"untracked"_s, false);
    cache.unprotect = flagOf(node, u"unprotect"_s, false);
    cache.when = readUploadWhen(node);
    cache.policy = textOf(node, u"policy"_s);
    return cache;
}

static std::vector<CacheSpec> readCaches(const Node *node)
{
    std::vector<CacheSpec> caches;
    if (node && node->isMap() && !node->entries().empty()) {
        caches.push_back(readCache(*node));
    }
    for (const NodePtr &item : node ? node->items() : std::vector<NodePtr>()) {
        if (!item->entries().empty()) {
            caches.push_back(readCache(*item));
        }
    }
    return caches;
}

static EnvironmentSpec readEnvironment(const Node &node)
{
    EnvironmentSpec environment;
    if (!node.isMap()) {
        environment.name = node.text();
        return environment;
    }
    environment.name = textOf(node, u"name"_s);
    environment.url = textOf(node, u"url"_s);
    environment.action = textOf(node, u"action"_s);
    environment.onStop = textOf(node, u"on_stop"_s);
    environment.autoStopIn = textOf(node, u"auto_stop_in"_s);
    environment.tier = textOf(node, u"deployment_tier"_s);
    return environment;
}

static std::vector<HookSpec> readHooks(const Node *hooks)
{
    std::vector<HookSpec> specs;
    for (const MapEntry &entry : hooks ? hooks->entries() : std::vector<MapEntry>()) {
        if (const QStringList script = readScript(entry.value.get()); !script.isEmpty()) {
            specs.push_back({entry.key, script});
        }
    }
    return specs;
}

static std::vector<IdTokenSpec> readIdTokens(const Node *tokens)
{
    std::vector<IdTokenSpec> specs;
    for (const MapEntry &entry : tokens ? tokens->entries() : std::vector<MapEntry>()) {
        specs.push_back({entry.key, textsOf(entry.value->given(u"aud"_s))});
    }
    return specs;
}

static ReleaseSpec readRelease(const Node &node)
{
    ReleaseSpec release;
    release.tagName = textOf(node, u"tag_name"_s);
    release.tagMessage = textOf(node, u"tag_message"_s);
    release.name = textOf(node, u"name"_s);
    release.description = textOf(node, u"description"_s);
    release.ref = textOf(node, u"ref"_s);
    release.releasedAt = textOf(node, u"released_at"_s);
    release.milestones = textsOf(node.given(u"milestones"_s));
    const Node *assets = node.given(u"assets"_s);
    const Node *links = assets ? assets->given(u"links"_s) : nullptr;
    for (const NodePtr &link : links ? links->items() : std::vector<NodePtr>()) {
        release.links.push_back({textOf(*link, u"name"_s), textOf(*link, u"url"_s),
                                 textOf(*link, u"filepath"_s), textOf(*link, u"link_type"_s)});
    }
    return release;
}

static std::optional<PagesSpec> readPages(const Node &job, const QString &name)
{
    const Node *pages = job.given(u"pages"_s);
    const bool isRefused = pages && pages->isBool() && !pages->toBool();
    const bool isNamed = name == "pages"_L1;
    if (isRefused || (!pages && !isNamed)) {
        return std::nullopt;
    }
    PagesSpec spec;
    spec.publish = textOf(job, u"publish"_s);
    if (pages && pages->isMap()) {
        const QString publish = textOf(*pages, u"publish"_s);
        spec.publish = publish.isEmpty() ? spec.publish : publish;
        spec.pathPrefix = textOf(*pages, u"path_prefix"_s);
        spec.expireIn = textOf(*pages, u"expire_in"_s);
    }
    return spec;
}

void addPages(JobSpec &spec, const Node &job, const QString &name)
{
    spec.pages = readPages(job, name);
    if (!spec.pages) {
        return;
    }
    // What is published is uploaded without being named among the artifacts.
    QString folder = spec.pages->publish.isEmpty() ? u"public"_s : spec.pages->publish;
    while (folder.endsWith(u'/')) {
        folder.chop(1);
    }
    if (!spec.artifacts) {
        spec.artifacts.emplace();
    }
    QStringList &paths = spec.artifacts->paths;
    if (!paths.contains(folder) && !paths.contains(folder + u'/')) {
        paths.append(folder);
    }
}

JobSpec readJobSpec(const Node &job)
{
    JobSpec spec;
    spec.beforeScript = readScript(job.given(u"before_script"_s));
    spec.script = readScript(job.given(u"script"_s));
    spec.afterScript = readScript(job.given(u"after_script"_s));
    if (const Node *run = job.given(u"run"_s)) {
        spec.run = toJson(*run);
    }
    if (const Node *image = job.given(u"image"_s)) {
        spec.image = readImage(*image);
    }
    const Node *services = job.given(u"services"_s);
    for (const NodePtr &service : services ? services->items() : std::vector<NodePtr>()) {
        spec.services.push_back(readService(*service));
    }
    if (const Node *artifacts = job.given(u"artifacts"_s)) {
        spec.artifacts = readArtifacts(*artifacts);
    }
    spec.caches = readCaches(job.given(u"cache"_s));
    spec.hooks = readHooks(job.given(u"hooks"_s));
    spec.idTokens = readIdTokens(job.given(u"id_tokens"_s));
    if (const Node *environment = job.given(u"environment"_s)) {
        spec.environment = readEnvironment(*environment);
    }
    if (const Node *release = job.given(u"release"_s)) {
        spec.release = readRelease(*release);
    }
    if (const QString coverage = textOf(job, u"coverage"_s); coverage.size() > 2) {
        spec.coverage = coverage.sliced(1, coverage.size() - 2);
    }
    spec.manualConfirmation = textOf(job, u"manual_confirmation"_s);
    return spec;
}

RetrySpec readRetry(const Node *retry)
{
    RetrySpec spec;
    if (!retry || !retry->isMap()) {
        spec.max = retry ? std::optional(int(retry->toInteger())) : std::nullopt;
        spec.when = {u"always"_s};
        return spec;
    }
    const Node *max = retry->given(u"max"_s);
    spec.max = max ? std::optional(int(max->toInteger())) : std::nullopt;
    spec.when = textsOf(retry->given(u"when"_s));
    spec.when.removeDuplicates();
    spec.exitCodes = integersOf(retry->given(u"exit_codes"_s));
    if (spec.when.isEmpty() && spec.exitCodes.empty()) {
        spec.when = {u"always"_s};
    }
    return spec;
}

AllowFailure readAllowFailure(const Node &value)
{
    if (value.isMap()) {
        return {false, integersOf(value.given(u"exit_codes"_s))};
    }
    return {value.toBool(), {}};
}

static QStringList triggerIncludes(const Node *include)
{
    if (!include) {
        return {};
    }
    if (!include->isList()) {
        return {toJson(*include)};
    }
    QStringList entries;
    for (const NodePtr &entry : include->items()) {
        entries.append(toJson(*entry));
    }
    return entries;
}

TriggerSpec readTrigger(const Node &job)
{
    TriggerSpec spec;
    const Node *trigger = job.given(u"trigger"_s);
    if (!trigger) {
        const Node *needs = job.given(u"needs"_s);
        const Node *upstream = needs ? upstreamNeed(*needs) : nullptr;
        spec.upstream = upstream ? textOf(*upstream, u"pipeline"_s) : QString();
        return spec;
    }
    if (!trigger->isMap()) {
        spec.project = trigger->text();
        return spec;
    }
    spec.project = textOf(*trigger, u"project"_s);
    spec.branch = textOf(*trigger, u"branch"_s);
    spec.includes = triggerIncludes(trigger->given(u"include"_s));
    if (const Node *inputs = trigger->given(u"inputs"_s)) {
        spec.inputs = toJson(*inputs);
    }
    spec.strategy = textOf(*trigger, u"strategy"_s);
    if (const Node *forward = trigger->given(u"forward"_s)) {
        spec.forwardYamlVariables = flagOf(*forward, u"yaml_variables"_s, true);
        spec.forwardPipelineVariables = flagOf(*forward, u"pipeline_variables"_s, false);
    }
    return spec;
}

} // namespace ci::ciconfig
