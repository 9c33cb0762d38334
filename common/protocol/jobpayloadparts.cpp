// SPDX-License-Identifier: MIT
#include "common/protocol/jobpayloadparts.h"

#include "common/protocol/jsontext.h"

#include <array>

using namespace Qt::StringLiterals;

namespace ci::protocol {

namespace {

constexpr std::array<QByteArrayView, 3> RunWhenWords {"on_success", "on_failure", "always"};
static_assert(static_cast<size_t>(RunWhen::Always) + 1 == RunWhenWords.size());

constexpr std::array<QByteArrayView, 4> ArtifactFormatWords {"zip", "gzip", "raw", "unknown"};
static_assert(static_cast<size_t>(ArtifactFormat::Unknown) + 1 == ArtifactFormatWords.size());

RunWhen readWhen(JsonReader &reader)
{
    const QByteArray text = reader.text("when"_L1).toUtf8();
    for (size_t i = 0; i < RunWhenWords.size(); ++i) {
        if (RunWhenWords[i] == text) {
            return static_cast<RunWhen>(i);
        }
    }
    return RunWhen::OnSuccess;
}

QString textOf(QByteArrayView word) { return QString::fromLatin1(word); }

QJsonArray strings(const QStringList &list) { return QJsonArray::fromStringList(list); }

} // namespace

QByteArrayView word(RunWhen when) { return RunWhenWords[static_cast<size_t>(when)]; }

QByteArrayView word(ArtifactFormat format)
{
    return ArtifactFormatWords[static_cast<size_t>(format)];
}

ArtifactFormat artifactFormat(QByteArrayView word)
{
    if (word.isEmpty()) {
        return ArtifactFormat::Zip;
    }
    for (size_t i = 0; i < ArtifactFormatWords.size(); ++i) {
        if (ArtifactFormatWords[i] == word) {
            return static_cast<ArtifactFormat>(i);
        }
    }
    return ArtifactFormat::Unknown;
}

QJsonObject JobVariable::toJson() const
{
    return {{u"key"_s, key},       {u"value"_s, value}, {u"public"_s, isPublic},
            {u"masked"_s, masked}, {u"file"_s, file},   {u"raw"_s, raw}};
}

void JobVariable::appendTo(QByteArray &json) const
{
    const auto flag = [&json](const char *name, bool isSet) {
        json += name;
        json += isSet ? "true" : "false";
    };
    json += "{\"key\":";
    appendJsonText(json, key);
    json += ",\"value\":";
    appendJsonText(json, value);
    flag(",\"public\":", isPublic);
    flag(",\"masked\":", masked);
    flag(",\"file\":", file);
    flag(",\"raw\":", raw);
    json += '}';
}

JobVariable JobVariable::read(JsonReader &reader)
{
    JobVariable variable;
    variable.key = reader.text("key"_L1);
    variable.value = reader.text("value"_L1);
    variable.isPublic = reader.flag("public"_L1);
    variable.masked = reader.flag("masked"_L1);
    variable.file = reader.flag("file"_L1);
    variable.raw = reader.flag("raw"_L1);
    return variable;
}

QJsonObject JobStep::toJson() const
{
    return {{u"name"_s, name},
            {u"script"_s, strings(script)},
            {u"timeout"_s, timeoutSeconds},
            {u"when"_s, textOf(word(when))},
            {u"allow_failure"_s, allowFailure}};
}

JobStep JobStep::read(JsonReader &reader)
{
    JobStep step;
    step.name = reader.text("name"_L1);
    step.script = reader.texts("script"_L1);
    step.timeoutSeconds = reader.integer("timeout"_L1);
    step.when = readWhen(reader);
    step.allowFailure = reader.flag("allow_failure"_L1);
    return step;
}

QJsonObject JobHook::toJson() const
{
    return {{u"name"_s, name}, {u"script"_s, strings(script)}};
}

JobHook JobHook::read(JsonReader &reader)
{
    JobHook hook;
    hook.name = reader.text("name"_L1);
    hook.script = reader.texts("script"_L1);
    return hook;
}

QJsonObject JobArtifact::toJson() const
{
    QJsonObject object {{u"name"_s, name.isEmpty() ? QJsonValue() : QJsonValue(name)},
                        {u"untracked"_s, untracked},
                        {u"paths"_s, strings(paths)},
                        {u"when"_s, textOf(word(when))},
                        {u"artifact_type"_s, type},
                        {u"artifact_format"_s, textOf(word(format))}};
    if (!exclude.isEmpty()) {
        object.insert("exclude"_L1, strings(exclude));
    }
    if (!expireIn.isEmpty()) {
        object.insert("expire_in"_L1, expireIn);
    }
    return object;
}

JobArtifact JobArtifact::read(JsonReader &reader)
{
    JobArtifact artifact;
    artifact.name = reader.text("name"_L1);
    artifact.untracked = reader.flag("untracked"_L1);
    artifact.paths = reader.texts("paths"_L1);
    artifact.exclude = reader.texts("exclude"_L1);
    artifact.when = readWhen(reader);
    artifact.expireIn = reader.text("expire_in"_L1);
    artifact.type = reader.text("artifact_type"_L1);
    artifact.format = artifactFormat(reader.text("artifact_format"_L1).toUtf8());
    return artifact;
}

QJsonObject JobCache::toJson() const
{
    return {{u"key"_s, key},
            {u"untracked"_s, untracked},
            {u"paths"_s, strings(paths)},
            {u"policy"_s, policy.isEmpty() ? u"pull-push"_s : policy},
            {u"when"_s, textOf(word(when))},
            {u"fallback_keys"_s, strings(fallbackKeys)}};
}

JobCache JobCache::read(JsonReader &reader)
{
    JobCache cache;
    cache.key = reader.text("key"_L1);
    cache.untracked = reader.flag("untracked"_L1);
    cache.paths = reader.texts("paths"_L1);
    cache.policy = reader.text("policy"_L1);
    cache.when = readWhen(reader);
    cache.fallbackKeys = reader.texts("fallback_keys"_L1);
    return cache;
}

QJsonObject JobCredential::toJson() const
{
    return {{u"type"_s, type},
            {u"url"_s, url},
            {u"username"_s, username},
            {u"password"_s, QString::fromUtf8(password.reveal())}};
}

JobCredential JobCredential::read(JsonReader &reader)
{
    JobCredential credential;
    credential.type = reader.text("type"_L1);
    credential.url = reader.text("url"_L1);
    credential.username = reader.text("username"_L1);
    credential.password = Secret(reader.text("password"_L1).toUtf8());
    return credential;
}

QJsonObject DependencyFile::toJson() const
{
    return {{u"filename"_s, filename}, {u"size"_s, size}};
}

DependencyFile DependencyFile::read(JsonReader &reader)
{
    DependencyFile file;
    file.filename = reader.text("filename"_L1);
    file.size = reader.integer("size"_L1);
    return file;
}

QJsonObject JobDependency::toJson() const
{
    QJsonObject object {
        {u"id"_s, id}, {u"name"_s, name}, {u"token"_s, QString::fromUtf8(token.reveal())}};
    if (file) {
        object.insert("artifacts_file"_L1, file->toJson());
    }
    return object;
}

JobDependency JobDependency::read(JsonReader &reader)
{
    JobDependency dependency;
    dependency.id = reader.integer("id"_L1);
    dependency.name = reader.text("name"_L1);
    dependency.token = Secret(reader.text("token"_L1).toUtf8());
    dependency.file = reader.optionalObject<DependencyFile>("artifacts_file"_L1);
    return dependency;
}

} // namespace ci::protocol
