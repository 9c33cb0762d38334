// SPDX-License-Identifier: MIT
#include "runner/commands.h"

#include "runner/configfile.h"
#include "runner/runnerversion.h"

#include <array>
#include <cstdio>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

using Kind = CommandFlag::Kind;

const std::vector<CommandFlag> ConfigFlags {
    {"config", 'c', "CONFIG_FILE", Kind::Text, "config.toml"},
};

const std::vector<CommandFlag> SelectFlags {
    {"config", 'c', "CONFIG_FILE", Kind::Text, "config.toml"},
    {"name", 'n', "RUNNER_NAME", Kind::Text, "the entry of this name"},
    {"url", 'u', "CI_SERVER_URL", Kind::Text, "the entry of this address"},
    {"token", 't', "CI_SERVER_TOKEN", Kind::Text, "the entry of this token"},
    {"delete", 0, nullptr, Kind::Switch, "verify: remove entries that are no longer known"},
    {"all-runners", 0, nullptr, Kind::Switch, "unregister: every entry"},
};

const std::vector<CommandFlag> EntryFlags {
    {"url", 'u', "CI_SERVER_URL", Kind::Text, "address of the coordinator"},
    {"token", 't', "CI_SERVER_TOKEN", Kind::Text, "runner token from the page or API"},
    {"name", 0, "RUNNER_NAME", Kind::Text, "name of the runner"},
    {"description", 0, "RUNNER_DESCRIPTION", Kind::Text, "the same"},
    {"executor", 0, "RUNNER_EXECUTOR", Kind::Text, "shell"},
    {"shell", 0, "RUNNER_SHELL", Kind::Text, "bash"},
    {"builds-dir", 0, "RUNNER_BUILDS_DIR", Kind::Text, "where jobs work"},
    {"cache-dir", 0, "RUNNER_CACHE_DIR", Kind::Text, "where caches lie"},
    {"limit", 0, "RUNNER_LIMIT", Kind::Text, "jobs of this entry at once"},
    {"request-concurrency", 0, "RUNNER_REQUEST_CONCURRENCY", Kind::Text, "questions at once"},
    {"output-limit", 0, "RUNNER_OUTPUT_LIMIT", Kind::Text, "log limit in KB (4096)"},
    {"env", 0, "RUNNER_ENV", Kind::List, "KEY=value for every job"},
    {"clone-url", 0, "CLONE_URL", Kind::Text, "replaces the repository's host"},
    {"tls-ca-file", 0, "CI_SERVER_TLS_CA_FILE", Kind::Text, "PEM of the coordinator's authority"},
    {"pre-get-sources-script", 0, "RUNNER_PRE_GET_SOURCES_SCRIPT", Kind::Text,
     "commands before the sources"},
    {"post-get-sources-script", 0, "RUNNER_POST_GET_SOURCES_SCRIPT", Kind::Text,
     "commands after the sources"},
    {"pre-build-script", 0, "RUNNER_PRE_BUILD_SCRIPT", Kind::Text, "commands before each script"},
    {"post-build-script", 0, "RUNNER_POST_BUILD_SCRIPT", Kind::Text, "commands after each script"},
    {"run-as", 0, "RUNNER_RUN_AS", Kind::Text, "user that jobs run as, where we are root"},
    {"shell-login", 0, nullptr, Kind::Switch, "a login shell for scripts"},
};

const std::vector<CommandFlag> RegistrationFlags {
    {"config", 'c', "CONFIG_FILE", Kind::Text, "config.toml"},
    {"non-interactive", 'n', "REGISTER_NON_INTERACTIVE", Kind::Switch, "ask nothing"},
    {"registration-token", 'r', "REGISTRATION_TOKEN", Kind::Text, "token to register with"},
    {"tag-list", 0, "RUNNER_TAG_LIST", Kind::Text, "tags, separated by commas"},
    {"run-untagged", 0, "REGISTER_RUN_UNTAGGED", Kind::Switch, "take jobs without tags"},
    {"locked", 0, "REGISTER_LOCKED", Kind::Switch, "only for its project"},
    {"paused", 0, "REGISTER_PAUSED", Kind::Switch, "take no jobs yet"},
    {"access-level", 0, "REGISTER_ACCESS_LEVEL", Kind::Text, "not_protected or ref_protected"},
    {"maximum-timeout", 0, "REGISTER_MAXIMUM_TIMEOUT", Kind::Text, "seconds a job may take"},
    {"maintenance-note", 0, "REGISTER_MAINTENANCE_NOTE", Kind::Text, "for other people"},
};

const std::vector<CommandFlag> ServeFlags {
    {"config", 'c', "CONFIG_FILE", Kind::Text, "config.toml"},
    {"working-directory", 'd', nullptr, Kind::Text, "where to work"},
    {"user", 0, nullptr, Kind::Text, "user that jobs run as, where we are root"},
};

const std::vector<CommandFlag> SingleFlags {
    {"max-builds", 0, "RUNNER_MAX_BUILDS", Kind::Text, "end after so many jobs"},
    {"wait-timeout", 0, "RUNNER_WAIT_TIMEOUT", Kind::Text, "end after so many seconds without"},
    {"working-directory", 'd', nullptr, Kind::Text, "where to work"},
    {"user", 0, nullptr, Kind::Text, "user that jobs run as, where we are root"},
};

std::vector<CommandFlag> joined(std::vector<CommandFlag> first, const std::vector<CommandFlag> &second)
{
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

struct Command
{
    QLatin1StringView name;
    const char *help;
    int (*run)(const CommandValues &);
    std::vector<CommandFlag> flags;
};

std::vector<Command> commandTable()
{
    return {
        {"register"_L1, "make this machine a runner of a coordinator", registerCommand,
         joined(RegistrationFlags, EntryFlags)},
        {"verify"_L1, "ask whether the entries are known", verifyCommand, SelectFlags},
        {"unregister"_L1, "give an entry up", unregisterCommand, SelectFlags},
        {"list"_L1, "show the entries", listCommand, ConfigFlags},
        {"run"_L1, "take jobs for all entries", serveCommand, ServeFlags},
        {"run-single"_L1, "take jobs for one entry, without a file", serveSingleCommand,
         joined(SingleFlags, EntryFlags)},
    };
}

void printUsage()
{
    QString text = u"capstan-runner "_s + QLatin1StringView(RunnerVersion)
        + u"\n\nUsage: capstan-runner COMMAND [flags]\n\n"_s;
    for (const Command &command : commandTable()) {
        text += u"  "_s + QString(command.name).leftJustified(12)
            + QLatin1StringView(command.help) + u'\n';
    }
    tell(text + u"\ncapstan-runner COMMAND --help shows the flags."_s);
}

} // namespace

int complain(const QString &text)
{
    std::fprintf(stderr, "capstan-runner: %s\n", qUtf8Printable(text));
    return 1;
}

void tell(const QString &text)
{
    std::fprintf(stdout, "%s\n", qUtf8Printable(text));
    std::fflush(stdout);
}

QString configPath(const CommandValues &values)
{
    return values.text("config", ConfigFile::defaultPath());
}

int runCommand(const QStringList &arguments)
{
    const QString wanted = arguments.value(1);
    if (wanted == "--version"_L1 || wanted == "-v"_L1 || wanted == "version"_L1) {
        tell(QLatin1StringView(RunnerVersion));
        return 0;
    }
    if (wanted.isEmpty() || wanted == "--help"_L1 || wanted == "-h"_L1 || wanted == "help"_L1) {
        printUsage();
        return wanted.isEmpty() ? 1 : 0;
    }
    for (const Command &command : commandTable()) {
        if (command.name != wanted) {
            continue;
        }
        if (arguments.contains("--help"_L1)) {
            tell(flagsHelp(command.flags));
            return 0;
        }
        const Result<CommandValues> values
            = CommandValues::parse(command.flags, arguments.sliced(2));
        return values ? command.run(*values) : complain(values.error().detail);
    }
    return complain(u"unknown command "_s + wanted + u"; see capstan-runner --help"_s);
}

} // namespace ci::runner
