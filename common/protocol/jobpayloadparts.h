// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secret.h"
#include "common/protocol/jsonreader.h"

#include <QByteArrayView>
#include <QJsonValue>
#include <QString>
#include <QStringList>

#include <optional>

// The lists inside a job's payload (jobpayload.h). Section numbers are those of the reference of
// the runner API.

namespace ci::protocol {

/// 4.4
struct JobVariable
{
    QString key;
    QString value;
    bool isPublic = false;
    bool masked = false;
    bool file = false; ///< The value is written to a file; the variable holds its path.
    bool raw = false; ///< No `$` expansion inside.

    bool operator==(const JobVariable &) const = default;
    QJsonObject toJson() const;
    /// The same as text.
    void appendTo(QByteArray &json) const;
    static JobVariable read(JsonReader &reader);
};

/// When a step, an artifact or a cache applies. An unknown word reads as OnSuccess: a job must not
/// be undecodable for it.
enum class RunWhen : quint8 { OnSuccess, OnFailure, Always };

QByteArrayView word(RunWhen when);

/// 4.5: `script` (before_script included), `after_script`, `release`, `run`.
struct JobStep
{
    QString name;
    QStringList script;
    qint64 timeoutSeconds = 0; ///< Informational; the job's timeout rules.
    RunWhen when = RunWhen::OnSuccess;
    bool allowFailure = false;

    bool operator==(const JobStep &) const = default;
    QJsonObject toJson() const;
    static JobStep read(JsonReader &reader);
};

/// 4.5
struct JobHook
{
    QString name; ///< pre_get_sources_script, post_get_sources_script
    QStringList script;

    bool operator==(const JobHook &) const = default;
    QJsonObject toJson() const;
    static JobHook read(JsonReader &reader);
};

struct ServicePort
{
    qint64 number = 0;
    QString protocol;
    QString name;

    bool operator==(const ServicePort &) const = default;
    QJsonObject toJson() const;
    static ServicePort read(JsonReader &reader);
};

/// 4.6: an image, or a service (which may also have alias, command and variables).
struct JobImage
{
    QString name;
    QString alias;
    QStringList entrypoint;
    QStringList command;
    QList<ServicePort> ports;
    QStringList pullPolicy;
    QList<JobVariable> variables;
    QString dockerPlatform; ///< executor_opts; any further key there fails the job at the runner.
    QString dockerUser;
    QString kubernetesUser;

    bool operator==(const JobImage &) const = default;
    QJsonObject toJson() const;
    static JobImage read(JsonReader &reader);
};

enum class ArtifactFormat : quint8 { Zip, Gzip, Raw, Unknown };

QByteArrayView word(ArtifactFormat format);
ArtifactFormat artifactFormat(QByteArrayView word); ///< Empty is Zip.

/// 4.7
struct JobArtifact
{
    QString name; ///< Of the archive, variables not expanded; empty: "artifacts".
    bool untracked = false;
    QStringList paths;
    QStringList exclude; ///< Omitted where empty.
    RunWhen when = RunWhen::OnSuccess;
    QString expireIn; ///< As the user wrote it; sent back with the upload.
    QString type; ///< "archive" or a report type.
    ArtifactFormat format = ArtifactFormat::Zip;

    bool operator==(const JobArtifact &) const = default;
    QJsonObject toJson() const;
    static JobArtifact read(JsonReader &reader);
};

/// 4.8
struct JobCache
{
    QString key; ///< Finished: files hashed, protection suffix added.
    bool untracked = false;
    QStringList paths;
    QString policy; ///< "pull-push" (also empty), "pull", "push"; another fails the job.
    RunWhen when = RunWhen::OnSuccess;
    QStringList fallbackKeys;

    bool operator==(const JobCache &) const = default;
    QJsonObject toJson() const;
    static JobCache read(JsonReader &reader);
};

/// 4.9
struct JobCredential
{
    QString type; ///< "registry"
    QString url;
    QString username;
    Secret password;

    bool operator==(const JobCredential &) const = default;
    QJsonObject toJson() const;
    static JobCredential read(JsonReader &reader);
};

/// 4.10
struct DependencyFile
{
    QString filename;
    qint64 size = 0;

    bool operator==(const DependencyFile &) const = default;
    QJsonObject toJson() const;
    static DependencyFile read(JsonReader &reader);
};

struct JobDependency
{
    qint64 id = 0;
    QString name;
    Secret token; ///< To download with: the running job's own.
    std::optional<DependencyFile> file; ///< artifacts_file; absent: nothing to download.

    bool operator==(const JobDependency &) const = default;
    QJsonObject toJson() const;
    static JobDependency read(JsonReader &reader);
};

/// 4.12
struct JobInput
{
    QString key;
    QString type;
    QJsonValue content; ///< Any JSON.
    bool sensitive = false;

    bool operator==(const JobInput &) const = default;
    QJsonObject toJson() const;
    static JobInput read(JsonReader &reader);
};

/// 4.13, carried as it came: only a runner with that secret store understands it.
struct JobSecret
{
    QString name;
    QJsonObject definition;

    bool operator==(const JobSecret &) const = default;
};

struct PolicyOptions
{
    bool executionPolicyJob = false;
    QString policyName;
    bool variablesOverrideAllowed = false;
    QStringList variablesOverrideExceptions;

    bool operator==(const PolicyOptions &) const = default;
    QJsonObject toJson() const;
    static PolicyOptions read(JsonReader &reader);
};

struct SuspendOptions
{
    bool onSuccess = false;
    bool onFailure = false;
    QString runtimeEnvironmentKey;

    bool operator==(const SuspendOptions &) const = default;
    QJsonObject toJson() const;
    static SuspendOptions read(JsonReader &reader);
};

} // namespace ci::protocol
