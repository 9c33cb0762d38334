// SPDX-License-Identifier: MIT
#include "coordinator/queue/predefined.h"

#include "coordinator/queue/environmenttier.h"
#include "coordinator/queue/predefinedrow.h"
#include "coordinator/queue/slug.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <array>

namespace ci::queue {

using namespace Qt::StringLiterals;
using Facts = JobFacts;
using Value = PredefinedValue;

namespace {

Value some(const QString &text)
{
    return text;
}

Value unlessEmpty(const QString &text)
{
    return text.isEmpty() ? Value() : Value(text);
}

Value always(QLatin1StringView text)
{
    return QString(text);
}

QString number(qint64 value)
{
    return QString::number(value);
}

QString serverUrl(const Facts &facts)
{
    return facts.settings.externalUrl.toString(QUrl::StripTrailingSlash);
}

int serverPort(const Facts &facts)
{
    const QUrl &url = facts.settings.externalUrl;
    return url.port(url.scheme() == "https"_L1 ? 443 : 80);
}

QString hostWithPort(const Facts &facts)
{
    const QUrl &url = facts.settings.externalUrl;
    return url.port() < 0 ? url.host() : url.host() + u':' + number(url.port());
}

Value versionPart(qsizetype index)
{
    return QString::fromLatin1(GitLabVersion).section(u'.', index, index);
}

QString description(const Facts &facts)
{
    return facts.pipeline.commit.message.section(u'\n', 1).trimmed();
}

QString author(const Facts &facts)
{
    const model::Commit &commit = facts.pipeline.commit;
    return u"%1 <%2>"_s.arg(commit.authorName, commit.authorEmail);
}

QString time(Timestamp at)
{
    return QString::fromLatin1(toIso8601(at));
}

QString tagList(const Facts &facts)
{
    return QString::fromUtf8(
        QJsonDocument(QJsonArray::fromStringList(facts.runner->tags)).toJson(QJsonDocument::Compact));
}

// The directory of the job's project is set by the runner; these are names only.
QString rootNamespace(const Facts &facts)
{
    return facts.project.groupPath.section(u'/', 0, 0);
}

const model::EnvironmentSpec *environment(const Facts &facts)
{
    return facts.spec && facts.spec->environment ? &*facts.spec->environment : nullptr;
}

Value environmentTier(const Facts &facts)
{
    const model::EnvironmentSpec *spec = environment(facts);
    if (!spec) {
        return {};
    }
    if (!spec->tier.isEmpty()) {
        return spec->tier;
    }
    return guessedTier(facts.environmentName);
}

// One row each; where the value comes from stands beside the name (reference of the runner API, 9).
const std::array Predefined {
    PredefinedRow {"CI"_L1, KnownFrom::Commit, [](const Facts &) { return always("true"_L1); }},
    PredefinedRow {"GITLAB_CI"_L1, KnownFrom::Commit,
                   [](const Facts &) { return always("true"_L1); }},
    PredefinedRow {"CI_SERVER"_L1, KnownFrom::Commit,
                   [](const Facts &) { return always("yes"_L1); }},
    PredefinedRow {"GITLAB_FEATURES"_L1, KnownFrom::Commit,
                   [](const Facts &) { return some(QString()); }},
    PredefinedRow {"CI_SERVER_URL"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(serverUrl(f)); }},
    PredefinedRow {"CI_SERVER_HOST"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(f.settings.externalUrl.host()); }},
    PredefinedRow {"CI_SERVER_PORT"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(number(serverPort(f))); }},
    PredefinedRow {"CI_SERVER_PROTOCOL"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(f.settings.externalUrl.scheme()); }},
    PredefinedRow {"CI_SERVER_FQDN"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(hostWithPort(f)); }},
    PredefinedRow {"CI_SERVER_NAME"_L1, KnownFrom::Commit,
                   [](const Facts &) { return always("Capstan"_L1); }},
    PredefinedRow {"CI_SERVER_VERSION"_L1, KnownFrom::Commit,
                   [](const Facts &) { return some(QString::fromLatin1(GitLabVersion)); }},
    PredefinedRow {"CI_SERVER_VERSION_MAJOR"_L1, KnownFrom::Commit,
                   [](const Facts &) { return versionPart(0); }},
    PredefinedRow {"CI_SERVER_VERSION_MINOR"_L1, KnownFrom::Commit,
                   [](const Facts &) { return versionPart(1); }},
    PredefinedRow {"CI_SERVER_VERSION_PATCH"_L1, KnownFrom::Commit,
                   [](const Facts &) { return versionPart(2); }},
    PredefinedRow {"CI_SERVER_REVISION"_L1, KnownFrom::Commit,
                   [](const Facts &) { return always(QLatin1StringView(CAPSTAN_VERSION)); }},
    PredefinedRow {"CI_API_V4_URL"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(serverUrl(f) + "/api/v4"_L1); }},
    PredefinedRow {"CI_TEMPLATE_REGISTRY_HOST"_L1, KnownFrom::Commit,
                   [](const Facts &) { return always("registry.gitlab.com"_L1); }},

    PredefinedRow {"CI_PROJECT_ID"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(number(f.project.id.value())); }},
    PredefinedRow {"CI_PROJECT_NAME"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(f.project.path); }},
    PredefinedRow {"CI_PROJECT_TITLE"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(f.project.name); }},
    PredefinedRow {"CI_PROJECT_DESCRIPTION"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return unlessEmpty(f.project.description); }},
    PredefinedRow {"CI_PROJECT_PATH"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(f.project.fullPath()); }},
    PredefinedRow {"CI_PROJECT_PATH_SLUG"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(slugOf(f.project.fullPath())); }},
    PredefinedRow {"CI_PROJECT_NAMESPACE"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(f.project.groupPath); }},
    PredefinedRow {"CI_PROJECT_NAMESPACE_ID"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(number(f.project.group.value())); }},
    PredefinedRow {"CI_PROJECT_NAMESPACE_SLUG"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(slugOf(f.project.groupPath)); }},
    PredefinedRow {"CI_PROJECT_ROOT_NAMESPACE"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(rootNamespace(f)); }},
    PredefinedRow {"CI_PROJECT_URL"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(projectUrl(f.settings, f.project)); }},
    PredefinedRow {"CI_PAGES_DOMAIN"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(f.settings.externalUrl.host()); }},
    PredefinedRow {"CI_PAGES_HOSTNAME"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(f.settings.externalUrl.host()); }},
    PredefinedRow {"CI_PAGES_URL"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return some(serverUrl(f) + "/-/pages/"_L1 + f.project.fullPath());
                   }},
    PredefinedRow {"CI_PROJECT_VISIBILITY"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(visibilityWord(f.project.visibility)); }},
    PredefinedRow {"CI_DEFAULT_BRANCH"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(f.project.defaultBranch); }},
    PredefinedRow {"CI_CONFIG_PATH"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(f.project.ciConfigPath); }},

    PredefinedRow {"CI_PIPELINE_SOURCE"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(f.pipeline.source); }},
    PredefinedRow {"CI_PIPELINE_TRIGGERED"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return f.pipeline.source == "trigger"_L1 ? always("true"_L1) : Value();
                   }},
    PredefinedRow {"CI_TRIGGER_SHORT_TOKEN"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return unlessEmpty(f.pipeline.origin.triggerShortToken); }},
    PredefinedRow {"CI_PIPELINE_SCHEDULE_ID"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return f.pipeline.schedule ? Value(number(f.pipeline.schedule->value()))
                                                  : Value();
                   }},
    PredefinedRow {"CI_PIPELINE_SCHEDULE_DESCRIPTION"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return unlessEmpty(f.pipeline.origin.scheduleDescription);
                   }},
    PredefinedRow {"CI_COMMIT_SHA"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return some(QString::fromLatin1(f.pipeline.commit.sha));
                   }},
    PredefinedRow {"CI_COMMIT_SHORT_SHA"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return some(QString::fromLatin1(f.pipeline.commit.sha.left(8)));
                   }},
    PredefinedRow {"CI_COMMIT_BEFORE_SHA"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return some(QString::fromLatin1(f.pipeline.beforeSha));
                   }},
    PredefinedRow {"CI_COMMIT_REF_NAME"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(refName(f.pipeline)); }},
    PredefinedRow {"CI_COMMIT_REF_SLUG"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(slugOf(refName(f.pipeline))); }},
    PredefinedRow {"CI_COMMIT_REF_PROTECTED"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return always(f.pipeline.isRefProtected ? "true"_L1 : "false"_L1);
                   }},
    PredefinedRow {"CI_COMMIT_BRANCH"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return f.pipeline.isTag || f.pipeline.origin.mergeRequest
                           ? Value()
                           : Value(f.pipeline.ref);
                   }},
    PredefinedRow {"CI_COMMIT_TAG"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return f.pipeline.isTag ? Value(f.pipeline.ref) : Value();
                   }},
    PredefinedRow {"CI_COMMIT_MESSAGE"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(f.pipeline.commit.message); }},
    PredefinedRow {"CI_COMMIT_TITLE"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(f.pipeline.commit.title()); }},
    PredefinedRow {"CI_COMMIT_DESCRIPTION"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(description(f)); }},
    PredefinedRow {"CI_COMMIT_AUTHOR"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(author(f)); }},
    PredefinedRow {"CI_COMMIT_TIMESTAMP"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return some(time(f.pipeline.commit.committedAt)); }},
    PredefinedRow {"GITLAB_USER_ID"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return f.user ? Value(number(f.user->id.value())) : Value();
                   }},
    PredefinedRow {"GITLAB_USER_LOGIN"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return f.user ? Value(f.user->username) : Value(); }},
    PredefinedRow {"GITLAB_USER_NAME"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return f.user ? Value(f.user->name) : Value(); }},
    PredefinedRow {"GITLAB_USER_EMAIL"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return f.user ? Value(f.user->email) : Value(); }},

    PredefinedRow {"CI_PIPELINE_ID"_L1, KnownFrom::Pipeline,
                   [](const Facts &f) { return some(number(f.pipeline.id.value())); }},
    PredefinedRow {"CI_PIPELINE_IID"_L1, KnownFrom::Pipeline,
                   [](const Facts &f) { return some(number(f.pipeline.iid)); }},
    PredefinedRow {"CI_PIPELINE_URL"_L1, KnownFrom::Pipeline,
                   [](const Facts &f) {
                       return some(projectUrl(f.settings, f.project) + "/-/pipelines/"_L1
                                   + number(f.pipeline.id.value()));
                   }},
    PredefinedRow {"CI_PIPELINE_CREATED_AT"_L1, KnownFrom::Pipeline,
                   [](const Facts &f) { return some(time(f.pipeline.createdAt)); }},
    PredefinedRow {"CI_PIPELINE_NAME"_L1, KnownFrom::Pipeline,
                   [](const Facts &f) { return unlessEmpty(f.pipeline.name); }},

    PredefinedRow {"CI_JOB_NAME"_L1, KnownFrom::Job,
                   [](const Facts &f) { return some(f.job->name); }},
    PredefinedRow {"CI_JOB_NAME_SLUG"_L1, KnownFrom::Job,
                   [](const Facts &f) { return some(slugOf(f.job->name)); }},
    PredefinedRow {"CI_JOB_GROUP_NAME"_L1, KnownFrom::Job,
                   [](const Facts &f) { return some(f.job->group); }},
    PredefinedRow {"CI_JOB_STAGE"_L1, KnownFrom::Job,
                   [](const Facts &f) { return some(f.job->stage); }},
    PredefinedRow {"CI_JOB_MANUAL"_L1, KnownFrom::Job,
                   [](const Facts &f) {
                       return f.job->when == model::When::Manual ? always("true"_L1) : Value();
                   }},
    PredefinedRow {"CI_NODE_TOTAL"_L1, KnownFrom::Job,
                   [](const Facts &f) { return some(number(f.spec->nodeTotal)); }},
    PredefinedRow {"CI_NODE_INDEX"_L1, KnownFrom::Job,
                   [](const Facts &f) {
                       return f.spec->nodeIndex > 0 ? Value(number(f.spec->nodeIndex)) : Value();
                   }},

    PredefinedRow {"CI_JOB_ID"_L1, KnownFrom::HandOut,
                   [](const Facts &f) { return some(number(f.job->id.value())); }},
    PredefinedRow {"CI_JOB_URL"_L1, KnownFrom::HandOut,
                   [](const Facts &f) {
                       return some(projectUrl(f.settings, f.project) + "/-/jobs/"_L1
                                   + number(f.job->id.value()));
                   }},
    PredefinedRow {"CI_JOB_STARTED_AT"_L1, KnownFrom::HandOut,
                   [](const Facts &f) { return some(time(f.now)); }},
    PredefinedRow {"CI_JOB_TOKEN"_L1, KnownFrom::HandOut,
                   [](const Facts &f) {
                       return some(QString::fromLatin1(f.token.reveal()));
                   },
                   true},
    PredefinedRow {"CI_REPOSITORY_URL"_L1, KnownFrom::HandOut,
                   [](const Facts &f) { return some(repositoryUrl(f)); }, true},
    PredefinedRow {"CI_RUNNER_ID"_L1, KnownFrom::HandOut,
                   [](const Facts &f) { return some(number(f.runner->id.value())); }},
    PredefinedRow {"CI_RUNNER_DESCRIPTION"_L1, KnownFrom::HandOut,
                   [](const Facts &f) { return some(f.runner->description); }},
    PredefinedRow {"CI_RUNNER_TAGS"_L1, KnownFrom::HandOut,
                   [](const Facts &f) { return some(tagList(f)); }},
    PredefinedRow {"CI_ENVIRONMENT_NAME"_L1, KnownFrom::HandOut,
                   [](const Facts &f) { return unlessEmpty(f.environmentName); }},
    PredefinedRow {"CI_ENVIRONMENT_SLUG"_L1, KnownFrom::HandOut,
                   [](const Facts &f) {
                       return f.environmentName.isEmpty()
                           ? Value()
                           : Value(environmentSlugOf(f.environmentName));
                   }},
    PredefinedRow {"CI_ENVIRONMENT_ACTION"_L1, KnownFrom::HandOut,
                   [](const Facts &f) {
                       const model::EnvironmentSpec *spec = environment(f);
                       return !spec                     ? Value()
                           : spec->action.isEmpty() ? always("start"_L1)
                                                    : Value(spec->action);
                   }},
    PredefinedRow {"CI_ENVIRONMENT_TIER"_L1, KnownFrom::HandOut, environmentTier},
    PredefinedRow {"CI_ENVIRONMENT_URL"_L1, KnownFrom::HandOut,
                   [](const Facts &f) { return unlessEmpty(f.environmentUrl); }},
};

void addRow(VariableList &list, const Facts &facts, KnownFrom known, const PredefinedRow &row)
{
    const Value value = row.from > known ? Value() : row.value(facts);
    if (!value) {
        return;
    }
    protocol::JobVariable variable;
    variable.key = row.key;
    variable.value = *value;
    variable.isPublic = !row.isSecret;
    variable.masked = row.isSecret;
    // A commit message is text, whatever it says: `$` in it means nothing.
    variable.raw = true;
    list.add(variable);
}

} // namespace

QString refName(const model::Pipeline &pipeline)
{
    const auto &request = pipeline.origin.mergeRequest;
    return request && !request->sourceBranch.isEmpty() ? request->sourceBranch : pipeline.ref;
}

void addPredefined(VariableList &list, const JobFacts &facts, KnownFrom known)
{
    for (const PredefinedRow &row : Predefined) {
        addRow(list, facts, known, row);
    }
    for (const PredefinedRow &row : mergeRequestRows()) {
        addRow(list, facts, known, row);
    }
}

QString visibilityWord(model::Visibility visibility)
{
    constexpr std::array<QLatin1StringView, 3> words {"private"_L1, "internal"_L1, "public"_L1};
    return words[static_cast<size_t>(visibility)];
}

bool isReservedVariable(const QString &key)
{
    return key == "CI_JOB_TOKEN"_L1 || key == "CI_REPOSITORY_URL"_L1;
}

QString projectUrl(const QueueSettings &settings, const model::Project &project)
{
    return settings.externalUrl.toString(QUrl::StripTrailingSlash) + u'/' + project.fullPath();
}

QString repositoryUrl(const JobFacts &facts)
{
    QUrl url = facts.settings.externalUrl;
    url.setUserName(u"gitlab-ci-token"_s);
    url.setPassword(QString::fromLatin1(facts.token.reveal()));
    return url.toString(QUrl::StripTrailingSlash | QUrl::FullyEncoded) + u'/'
        + facts.project.fullPath() + ".git"_L1;
}

} // namespace ci::queue
