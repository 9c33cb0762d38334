// SPDX-License-Identifier: MIT
#include "coordinator/app/commandline.h"

#include "coordinator/app/admincommand.h"
#include "coordinator/app/cicommand.h"
#include "coordinator/app/servecommand.h"
#include "coordinator/app/settingtable.h"

#include <array>
#include <cstdio>

using namespace Qt::StringLiterals;

namespace ci::app {
namespace {

QString serveHelp()
{
    return "capstan serve [--config FILE] [settings]\n\n"
           "Each setting is a flag, a key of the TOML file given with --config (\"data\"), and a\n"
           "variable (CAPSTAN_DATA); flags win over variables, these over the file. At the first\n"
           "start CAPSTAN_ROOT_PASSWORD, CAPSTAN_ROOT_TOKEN and CAPSTAN_REGISTRATION_TOKEN set\n"
           "what would be made at random.\n\n"_L1
        + settingHelp();
}

QString wholeHelp()
{
    return "Capstan: a coordinator for CI jobs with a terminal into each of them.\n\n"
           "  capstan serve                              run the coordinator\n"
           "  capstan ci validate|compile|lint FILE      look at a .gitlab-ci.yml without a "
           "server\n"
           "  capstan --version\n\nAdministration, on the data directory given with --data:\n"_L1
        + adminHelp() + u'\n' + serveHelp();
}

int printText(const QString &text)
{
    std::fputs(qUtf8Printable(text), stdout);
    return 0;
}

int serve(const QStringList &arguments)
{
    const bool wantsHelp = arguments.contains(u"--help"_s) || arguments.contains(u"-h"_s);
    return wantsHelp ? printText(serveHelp()) : serveCommand(arguments);
}

int admin(const QStringList &arguments)
{
    return arguments.contains(u"--help"_s) ? printText(adminHelp()) : adminCommand(arguments);
}

int version(const QStringList &)
{
    return printText(QStringLiteral("capstan " CAPSTAN_VERSION "\n"));
}

int help(const QStringList &)
{
    return printText(wholeHelp());
}

struct CommandRow
{
    QLatin1StringView name;
    int (*run)(const QStringList &arguments);
};

constexpr std::array CommandTable {
    CommandRow {"serve"_L1, serve},
    CommandRow {"ci"_L1, ciCommand},
    CommandRow {"admin"_L1, admin},
    CommandRow {"version"_L1, version},
    CommandRow {"--version"_L1, version},
    CommandRow {"help"_L1, help},
    CommandRow {"--help"_L1, help},
    CommandRow {"-h"_L1, help},
};

} // namespace

int runCommandLine(const QStringList &arguments)
{
    const QString name = arguments.value(0);
    for (const CommandRow &row : CommandTable) {
        if (name == row.name) {
            return row.run(arguments.mid(1));
        }
    }
    std::fputs(qUtf8Printable(wholeHelp()), stderr);
    return 2;
}

} // namespace ci::app
