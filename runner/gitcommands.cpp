// SPDX-License-Identifier: MIT
#include "runner/gitcommands.h"

#include "runner/runnerversion.h"

#include <QUrl>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr int MaxAttempts = 10; // GitLab Runner's own limit.

QList<QByteArray> words(const QByteArray &text)
{
    QList<QByteArray> list = text.simplified().split(' ');
    list.removeAll(QByteArray());
    return list;
}

SourceOptions::Strategy strategyOf(const JobContext &context)
{
    using Strategy = SourceOptions::Strategy;
    const QByteArray word = context.variables.value("GIT_STRATEGY", {});
    if (word == "clone") {
        return Strategy::Clone;
    }
    if (word == "none") {
        return Strategy::None;
    }
    if (word == "empty") {
        return Strategy::Empty;
    }
    if (word == "fetch") {
        return Strategy::Fetch;
    }
    return context.payload.allowGitFetch ? Strategy::Fetch : Strategy::Clone;
}

bool isHash(const QByteArray &text)
{
    const auto isHex = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    };
    return text.size() >= 7 && text.size() <= 64 && std::all_of(text.begin(), text.end(), isHex);
}

void readAddress(const JobContext &context, SourceOptions &options)
{
    QUrl url(context.payload.gitInfo.repoUrl);
    const QString user = url.userName(QUrl::FullyDecoded);
    const QString password = url.password(QUrl::FullyDecoded);
    url.setUserInfo({});
    if (const QUrl replaced(context.entry.cloneUrl); !context.entry.cloneUrl.isEmpty()) {
        url.setScheme(replaced.scheme());
        url.setAuthority(replaced.authority(QUrl::FullyEncoded));
        url.setUserInfo({});
    }
    options.url = url.toEncoded();
    if (url.scheme() == "http"_L1 || url.scheme() == "https"_L1) {
        options.origin = url.toEncoded(QUrl::RemovePath | QUrl::RemoveQuery | QUrl::RemoveFragment)
            + '/';
        if (!password.isEmpty()) {
            options.authorization = "Basic " + (user + u':' + password).toUtf8().toBase64();
        }
    }
}

QList<QByteArray> withPaths(QList<QByteArray> arguments, const SourceOptions &options)
{
    if (!options.submodulePaths.isEmpty()) {
        arguments.append("--");
        arguments.append(options.submodulePaths);
    }
    return arguments;
}

bool isRecursive(const SourceOptions &options)
{
    return options.submodules == SourceOptions::Submodules::Recursive;
}

} // namespace

Result<SourceOptions> SourceOptions::read(const JobContext &context)
{
    const JobVariables &variables = context.variables;
    const protocol::GitInfo &git = context.payload.gitInfo;
    SourceOptions options;
    options.strategy = strategyOf(context);
    readAddress(context, options);
    options.authorityFile = variables.value("CI_SERVER_TLS_CA_FILE", {});
    options.sha = git.sha.toUtf8();
    for (const QString &refspec : git.refspecs) {
        options.refspecs.append(refspec.toUtf8());
    }
    options.depth = variables.number("GIT_DEPTH", static_cast<int>(std::clamp<qint64>(
                                                      git.depth, 0, 1'000'000)));
    options.submoduleDepth = variables.number("GIT_SUBMODULE_DEPTH", options.depth);
    options.checkout = variables.flag("GIT_CHECKOUT", true);
    options.isSha256 = git.objectFormat == "sha256"_L1;
    options.forceHttps = variables.flag("GIT_SUBMODULE_FORCE_HTTPS");
    const QByteArray clean = variables.value("GIT_CLEAN_FLAGS", "-ffdx");
    options.cleanFlags = clean == "none" ? QList<QByteArray>() : words(clean);
    options.fetchFlags = words(variables.value("GIT_FETCH_EXTRA_FLAGS", "--prune --quiet"));
    options.submoduleFlags = words(variables.value("GIT_SUBMODULE_UPDATE_FLAGS", {}));
    options.submodulePaths = words(variables.value("GIT_SUBMODULE_PATHS", {}));
    options.attempts = std::clamp(variables.number("GET_SOURCES_ATTEMPTS", 1), 1, MaxAttempts);
    const QByteArray submodules = variables.value("GIT_SUBMODULE_STRATEGY", {});
    options.submodules = submodules == "normal" ? Submodules::Normal
        : submodules == "recursive"             ? Submodules::Recursive
                                                : Submodules::None;
    const bool isOption = options.url.startsWith('-')
        || std::any_of(options.refspecs.begin(), options.refspecs.end(),
                       [](const QByteArray &refspec) { return refspec.startsWith('-'); });
    const bool usesGit = options.strategy == Strategy::Clone || options.strategy == Strategy::Fetch;
    if (usesGit && (isOption || !isHash(options.sha))) {
        return invalid(u"the coordinator named an impossible commit, ref or address"_s);
    }
    return options;
}

QList<QByteArray> gitEnvironment(const SourceOptions &options)
{
    QList<std::pair<QByteArray, QByteArray>> settings {
        {"init.defaultBranch", "none"},
        {"advice.detachedHead", "false"},
        {"gc.autoDetach", "false"},
        {"credential.interactive", "never"},
        {"fetch.recurseSubmodules", "false"},
    };
    if (!options.authorization.isEmpty()) {
        settings.append({"http." + options.origin + ".extraHeader",
                         "Authorization: " + options.authorization});
    }
    if (!options.authorityFile.isEmpty() && !options.origin.isEmpty()) {
        settings.append({"http." + options.origin + ".sslCAInfo", options.authorityFile});
    }
    if (options.forceHttps && !options.origin.isEmpty()) {
        const QByteArray host = QUrl::fromEncoded(options.origin).host().toUtf8();
        settings.append({"url." + options.origin + ".insteadOf", "git@" + host + ':'});
        settings.append({"url." + options.origin + ".insteadOf", "ssh://git@" + host + '/'});
    }
    QList<QByteArray> environment {
        "GIT_TERMINAL_PROMPT=0",
        "GIT_ASKPASS=/bin/true",
        "GIT_HTTP_USER_AGENT=" + userAgent(),
        "GIT_CONFIG_COUNT=" + QByteArray::number(settings.size()),
    };
    for (qsizetype i = 0; i < settings.size(); ++i) {
        environment.append("GIT_CONFIG_KEY_" + QByteArray::number(i) + '=' + settings[i].first);
        environment.append("GIT_CONFIG_VALUE_" + QByteArray::number(i) + '=' + settings[i].second);
    }
    return environment;
}

QList<QByteArray> gitInit(const SourceOptions &options)
{
    // Without a template: no sample hooks, and no hooks of the machine's administrator either.
    QList<QByteArray> arguments {"init", "--template="};
    if (options.isSha256) {
        arguments.append("--object-format=sha256");
    }
    return arguments;
}

QList<QByteArray> gitSetRemote(const SourceOptions &options)
{
    return {"config", "remote.origin.url", options.url};
}

QList<QByteArray> gitFetch(const SourceOptions &options, bool isShallow)
{
    QList<QByteArray> arguments {"fetch"};
    if (options.depth > 0) {
        arguments.append({"--depth", QByteArray::number(options.depth)});
    } else if (isShallow) {
        arguments.append("--unshallow");
    }
    arguments.append(options.fetchFlags);
    arguments.append({"--no-recurse-submodules", "--", "origin"});
    return arguments + options.refspecs;
}

QList<QByteArray> gitCheckout(const SourceOptions &options)
{
    return {"-c", "submodule.recurse=false", "checkout", "-f", "-q", "--detach", options.sha};
}

QList<QByteArray> gitClean(const SourceOptions &options)
{
    return QList<QByteArray> {"clean"} + options.cleanFlags;
}

QList<QByteArray> gitSubmoduleSync(const SourceOptions &options)
{
    QList<QByteArray> arguments {"submodule", "sync", "--quiet"};
    if (isRecursive(options)) {
        arguments.append("--recursive");
    }
    return withPaths(arguments, options);
}

QList<QByteArray> gitSubmoduleUpdate(const SourceOptions &options)
{
    QList<QByteArray> arguments {"submodule", "update", "--init", "--force"};
    if (isRecursive(options)) {
        arguments.append("--recursive");
    }
    if (options.submoduleDepth > 0) {
        arguments.append({"--depth", QByteArray::number(options.submoduleDepth)});
    }
    return withPaths(arguments + options.submoduleFlags, options);
}

QList<QByteArray> gitSubmoduleClean(const SourceOptions &options)
{
    QList<QByteArray> arguments {"submodule", "--quiet", "foreach"};
    if (isRecursive(options)) {
        arguments.append("--recursive");
    }
    arguments.append({"git", "clean"});
    return arguments + options.cleanFlags;
}

} // namespace ci::runner
