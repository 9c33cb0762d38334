// SPDX-License-Identifier: MIT
#include "runner/commands.h"
#include "runner/config.h"

#include <QSysInfo>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

struct TextFlag
{
    const char *name;
    QString RunnerEntry::*member;
};

constexpr TextFlag TextFlags[] {
    {"description", &RunnerEntry::name},
    {"name", &RunnerEntry::name},
    {"executor", &RunnerEntry::executor},
    {"shell", &RunnerEntry::shell},
    {"builds-dir", &RunnerEntry::buildsDir},
    {"cache-dir", &RunnerEntry::cacheDir},
    {"clone-url", &RunnerEntry::cloneUrl},
    {"tls-ca-file", &RunnerEntry::tlsCaFile},
    {"pre-get-sources-script", &RunnerEntry::preGetSourcesScript},
    {"post-get-sources-script", &RunnerEntry::postGetSourcesScript},
    {"pre-build-script", &RunnerEntry::preBuildScript},
    {"post-build-script", &RunnerEntry::postBuildScript},
    {"run-as", &RunnerEntry::runAs},
};

Result<void> readNumbers(const CommandValues &values, RunnerEntry &entry)
{
    const Result<int> limit = values.number("limit");
    const Result<int> questions = values.number("request-concurrency", 1);
    const Result<int> output = values.number("output-limit", 4096);
    for (const Result<int> *number : {&limit, &questions, &output}) {
        if (!*number) {
            return number->error();
        }
    }
    entry.limit = *limit;
    entry.requestConcurrency = std::max(*questions, 1);
    entry.outputLimitKb = std::max(*output, 1);
    return {};
}

} // namespace

Result<RunnerEntry> entryFromFlags(const CommandValues &values)
{
    RunnerEntry entry;
    entry.name = QSysInfo::machineHostName();
    for (const TextFlag &flag : TextFlags) {
        if (values.has(flag.name)) {
            entry.*flag.member = values.text(flag.name);
        }
    }
    entry.url = QUrl(values.text("url"), QUrl::StrictMode);
    entry.token = Secret(values.text("token").toUtf8());
    entry.environment = values.list("env");
    entry.shellLogin = values.isOn("shell-login");
    if (entry.url.scheme() != "http"_L1 && entry.url.scheme() != "https"_L1) {
        return invalid(u"--url must be an http or https address"_s);
    }
    if (entry.executor != "shell"_L1) {
        return invalid(u"--executor: only shell is supported"_s);
    }
    if (entry.shell != "bash"_L1) {
        return invalid(u"--shell: only bash is supported"_s);
    }
    if (const Result<void> read = readNumbers(values, entry); !read) {
        return read.error();
    }
    return entry;
}

} // namespace ci::runner
