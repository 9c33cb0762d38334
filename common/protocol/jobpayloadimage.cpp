// SPDX-License-Identifier: MIT
#include "common/protocol/jobpayloadparts.h"

using namespace Qt::StringLiterals;

// The rarer parts of a payload: images and services, inputs, policies.

namespace ci::protocol {

namespace {

struct ExecutorOptions
{
    QString platform;
    QString user;

    static ExecutorOptions read(JsonReader &reader)
    {
        ExecutorOptions options;
        options.platform = reader.text("platform"_L1);
        // A user may be written as a number (4.6).
        const QJsonValue user = reader.raw("user"_L1);
        options.user = user.isDouble() ? QString::number(reader.integer("user"_L1))
                                       : reader.text("user"_L1);
        return options;
    }
};

struct ImageOptions
{
    ExecutorOptions docker;
    ExecutorOptions kubernetes;

    static ImageOptions read(JsonReader &reader)
    {
        ImageOptions options;
        options.docker = reader.object<ExecutorOptions>("docker"_L1);
        options.kubernetes = reader.object<ExecutorOptions>("kubernetes"_L1);
        return options;
    }
};

QJsonObject imageOptionsJson(const JobImage &image)
{
    QJsonObject docker;
    if (!image.dockerPlatform.isEmpty()) {
        docker.insert("platform"_L1, image.dockerPlatform);
    }
    if (!image.dockerUser.isEmpty()) {
        docker.insert("user"_L1, image.dockerUser);
    }
    QJsonObject options;
    if (!docker.isEmpty()) {
        options.insert("docker"_L1, docker);
    }
    if (!image.kubernetesUser.isEmpty()) {
        options.insert("kubernetes"_L1, QJsonObject {{u"user"_s, image.kubernetesUser}});
    }
    return options;
}

// Stock runners take null for a list; entrypoint `[]` and null differ for none of them.
QJsonValue listOrNull(const QStringList &list)
{
    return list.isEmpty() ? QJsonValue() : QJsonValue(QJsonArray::fromStringList(list));
}

} // namespace

QJsonObject ServicePort::toJson() const
{
    return {{u"number"_s, number}, {u"protocol"_s, protocol}, {u"name"_s, name}};
}

ServicePort ServicePort::read(JsonReader &reader)
{
    ServicePort port;
    port.number = reader.integer("number"_L1);
    port.protocol = reader.text("protocol"_L1);
    port.name = reader.text("name"_L1);
    return port;
}

QJsonObject JobImage::toJson() const
{
    QJsonObject object {{u"name"_s, name},
                        {u"entrypoint"_s, listOrNull(entrypoint)},
                        {u"ports"_s, toJsonArray(ports)},
                        {u"executor_opts"_s, imageOptionsJson(*this)},
                        {u"pull_policy"_s, listOrNull(pullPolicy)}};
    if (!alias.isEmpty()) {
        object.insert("alias"_L1, alias);
    }
    if (!command.isEmpty()) {
        object.insert("command"_L1, QJsonArray::fromStringList(command));
    }
    if (!variables.isEmpty()) {
        object.insert("variables"_L1, toJsonArray(variables));
    }
    return object;
}

JobImage JobImage::read(JsonReader &reader)
{
    JobImage image;
    image.name = reader.text("name"_L1);
    image.alias = reader.text("alias"_L1);
    image.entrypoint = reader.texts("entrypoint"_L1);
    image.command = reader.texts("command"_L1);
    image.ports = reader.list<ServicePort>("ports"_L1);
    image.pullPolicy = reader.texts("pull_policy"_L1);
    image.variables = reader.list<JobVariable>("variables"_L1);
    const auto options = reader.object<ImageOptions>("executor_opts"_L1);
    image.dockerPlatform = options.docker.platform;
    image.dockerUser = options.docker.user;
    image.kubernetesUser = options.kubernetes.user;
    return image;
}

QJsonObject JobInput::toJson() const
{
    const QJsonObject value {
        {u"type"_s, type}, {u"content"_s, content}, {u"sensitive"_s, sensitive}};
    return {{u"key"_s, key}, {u"value"_s, value}};
}

JobInput JobInput::read(JsonReader &reader)
{
    JobInput input;
    input.key = reader.text("key"_L1);
    JsonReader value(reader.jsonObject("value"_L1));
    input.type = value.text("type"_L1);
    input.content = value.raw("content"_L1);
    input.sensitive = value.flag("sensitive"_L1);
    if (value.error()) {
        reader.refuse("value"_L1, "must have a text 'type' and a flag 'sensitive'");
    }
    return input;
}

QJsonObject PolicyOptions::toJson() const
{
    return {{u"execution_policy_job"_s, executionPolicyJob},
            {u"policy_name"_s, policyName},
            {u"policy_variables_override_allowed"_s, variablesOverrideAllowed},
            {u"policy_variables_override_exceptions"_s,
             QJsonArray::fromStringList(variablesOverrideExceptions)}};
}

PolicyOptions PolicyOptions::read(JsonReader &reader)
{
    PolicyOptions options;
    options.executionPolicyJob = reader.flag("execution_policy_job"_L1);
    options.policyName = reader.text("policy_name"_L1);
    options.variablesOverrideAllowed = reader.flag("policy_variables_override_allowed"_L1);
    options.variablesOverrideExceptions = reader.texts("policy_variables_override_exceptions"_L1);
    return options;
}

QJsonObject SuspendOptions::toJson() const
{
    return {{u"suspend_on_success"_s, onSuccess},
            {u"suspend_on_failure"_s, onFailure},
            {u"runtime_environment_key"_s, runtimeEnvironmentKey}};
}

SuspendOptions SuspendOptions::read(JsonReader &reader)
{
    SuspendOptions options;
    options.onSuccess = reader.flag("suspend_on_success"_L1);
    options.onFailure = reader.flag("suspend_on_failure"_L1);
    options.runtimeEnvironmentKey = reader.text("runtime_environment_key"_L1);
    return options;
}

} // namespace ci::protocol
