// SPDX-License-Identifier: MIT
#include "coordinator/queue/idtokens.h"

#include "common/base/secret.h"
#include "coordinator/queue/environmenttier.h"
#include "coordinator/queue/predefined.h"

#include <QJsonArray>

namespace ci::queue {

using namespace Qt::StringLiterals;

namespace {

// Clocks of verifiers are not ours.
constexpr qint64 ClockSkewSeconds = 5;
constexpr int TokenIdLength = 32;

QString decimal(qint64 value)
{
    return QString::number(value);
}

QString serverName(const QUrl &url)
{
    return url.port() < 0 ? url.host() : url.host() + u':' + decimal(url.port());
}

QString wordOfFlag(bool isSet)
{
    return isSet ? u"true"_s : u"false"_s;
}

void addEnvironment(QJsonObject &claims, const IdTokenFacts &facts)
{
    // Of the plan, not of the variables: anybody may set those.
    const std::optional<model::EnvironmentSpec> &spec = facts.records.spec.environment;
    if (!spec) {
        return;
    }
    claims.insert(u"environment"_s, spec->name);
    claims.insert(u"environment_protected"_s, wordOfFlag(false));
    claims.insert(u"deployment_tier"_s, isTier(spec->tier) ? spec->tier : guessedTier(spec->name));
    claims.insert(u"environment_action"_s, spec->action.isEmpty() ? u"start"_s : spec->action);
}

void addUser(QJsonObject &claims, const IdTokenFacts &facts)
{
    if (!facts.records.user) {
        return;
    }
    const model::User &user = *facts.records.user;
    claims.insert(u"user_id"_s, decimal(user.id.value()));
    claims.insert(u"user_login"_s, user.username);
    claims.insert(u"user_email"_s, user.email);
    if (!facts.userAccess.isEmpty()) {
        claims.insert(u"user_access_level"_s, facts.userAccess);
    }
}

void addTimes(QJsonObject &claims, const IdTokenFacts &facts)
{
    const qint64 now = toMilliseconds(facts.now) / 1000;
    claims.insert(u"iat"_s, now);
    claims.insert(u"nbf"_s, now - ClockSkewSeconds);
    claims.insert(u"exp"_s, now + static_cast<qint64>(facts.timeout.count()));
    claims.insert(u"jti"_s, QString::fromLatin1(randomText(TokenIdLength)));
}

QString fullRefOf(const model::Pipeline &pipeline, const QString &name)
{
    // A merge request that does not tell its branch has only the ref that is fetched.
    const bool isFull = pipeline.origin.mergeRequest && name == pipeline.ref;
    return isFull ? name : (pipeline.isTag ? "refs/tags/"_L1 : "refs/heads/"_L1) + name;
}

QJsonObject claimsOf(const QueueSettings &settings, const IdTokenFacts &facts)
{
    const model::Project &project = facts.records.project;
    const model::Pipeline &pipeline = facts.records.pipeline;
    const QString path = project.fullPath();
    const QString ref = refName(pipeline);
    const QString kind = pipeline.isTag ? u"tag"_s : u"branch"_s;
    const QString fullRef = fullRefOf(pipeline, ref);
    const QString sha = QString::fromLatin1(pipeline.commit.sha);
    QJsonObject claims {
        {u"iss"_s, settings.externalUrl.toString(QUrl::StripTrailingSlash)},
        {u"sub"_s, u"project_path:%1:ref_type:%2:ref:%3"_s.arg(path, kind, ref)},
        {u"namespace_id"_s, decimal(project.group.value())},
        {u"namespace_path"_s, project.groupPath},
        {u"project_id"_s, decimal(project.id.value())},
        {u"project_path"_s, path},
        {u"project_visibility"_s, visibilityWord(project.visibility)},
        {u"pipeline_id"_s, decimal(pipeline.id.value())},
        {u"pipeline_source"_s, pipeline.source},
        {u"job_id"_s, decimal(facts.job.id.value())},
        {u"ref"_s, ref},
        {u"ref_type"_s, kind},
        {u"ref_path"_s, fullRef},
        {u"ref_protected"_s, wordOfFlag(facts.job.isRefProtected)},
        {u"runner_id"_s, facts.runner.id.value()},
        {u"runner_environment"_s, u"self-hosted"_s},
        {u"sha"_s, sha},
        {u"ci_config_ref_uri"_s,
         u"%1/%2//%3@%4"_s.arg(serverName(settings.externalUrl), path,
                               project.ciConfigPath, fullRef)},
        {u"ci_config_sha"_s, sha},
    };
    addUser(claims, facts);
    addEnvironment(claims, facts);
    addTimes(claims, facts);
    return claims;
}

QJsonValue audienceOf(const model::IdTokenSpec &token, const VariableList &variables)
{
    QJsonArray audience;
    for (const QString &each : token.audience) {
        audience.append(variables.expandedWhole(each));
    }
    return audience.size() == 1 ? audience.first() : QJsonValue(audience);
}

} // namespace

Result<QList<protocol::JobVariable>> idTokens(const SigningKey &key,
                                              const QueueSettings &settings,
                                              const IdTokenFacts &facts)
{
    QList<protocol::JobVariable> tokens;
    for (const model::IdTokenSpec &wanted : facts.records.spec.idTokens) {
        QJsonObject claims = claimsOf(settings, facts);
        claims.insert(u"aud"_s, audienceOf(wanted, facts.variables));
        const Result<Secret> token = key.sign(claims);
        if (!token) {
            return token.error();
        }
        protocol::JobVariable variable;
        variable.key = wanted.name;
        variable.value = QString::fromLatin1(token->reveal());
        variable.masked = true;
        variable.raw = true;
        tokens.append(variable);
    }
    return tokens;
}

} // namespace ci::queue
