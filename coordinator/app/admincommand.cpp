// SPDX-License-Identifier: MIT
#include "coordinator/app/admincommand.h"

#include "common/base/logging.h"
#include "coordinator/app/admintask.h"
#include "coordinator/app/backup.h"
#include "coordinator/app/settingsreader.h"
#include "coordinator/app/verbosity.h"

#include <QCoreApplication>
#include <QTimer>

#include <array>
#include <cstdio>

using namespace Qt::StringLiterals;

namespace ci::app {
namespace {

struct AdminRow
{
    QLatin1StringView name; ///< "user create"
    const char *usage;
    int words; ///< That must follow.
    const char *help;
    void (AdminTask::*run)(); ///< nullptr: restore, which has no data directory yet.
};

constexpr std::array AdminTable {
    AdminRow {"user create"_L1,
              "NAME [--admin] [--name TEXT] [--email ADDRESS]",
              1,
              "Password from standard input.",
              &AdminTask::createUser},
    AdminRow {"user list"_L1, "", 0, "", &AdminTask::listUsers},
    AdminRow {"user password"_L1,
              "NAME",
              1,
              "New password from standard input.",
              &AdminTask::changePassword},
    AdminRow {
        "user block"_L1, "NAME", 1, "Ends sessions; tokens stop working.", &AdminTask::blockUser},
    AdminRow {"user unblock"_L1, "NAME", 1, "", &AdminTask::unblockUser},
    AdminRow {"token create"_L1,
              "USER [--name TEXT] [--scopes api,read_api]",
              1,
              "Prints it, this once.",
              &AdminTask::createToken},
    AdminRow {"backup"_L1,
              "FOLDER",
              1,
              "Copies everything, also of a running coordinator.",
              &AdminTask::backUp},
    AdminRow {"restore"_L1,
              "FOLDER",
              1,
              "Makes the (new) data directory from a backup.",
              nullptr},
    AdminRow {
        "doctor"_L1, "", 0, "Says what is wrong with this installation.", &AdminTask::examine},
};

struct AdminArguments
{
    QStringList words;
    QHash<QString, QString> options;
};

/// "--x value", "--x=value"; "--admin" alone.
std::optional<AdminArguments> readAdminArguments(const QStringList &given)
{
    AdminArguments arguments;
    for (qsizetype i = 0; i < given.size(); ++i) {
        const QString &word = given.at(i);
        if (!word.startsWith("--"_L1)) {
            arguments.words.append(word);
            continue;
        }
        const QString name = word.mid(2).section(u'=', 0, 0);
        if (word.contains(u'=')) {
            arguments.options.insert(name, word.section(u'=', 1));
        } else if (name == "admin"_L1) {
            arguments.options.insert(name, {});
        } else if (i + 1 < given.size()) {
            arguments.options.insert(name, given.at(++i));
        } else {
            return std::nullopt;
        }
    }
    return arguments;
}

const AdminRow *findRow(const QStringList &words)
{
    for (const AdminRow &row : AdminTable) {
        const QStringList name = QString(row.name).split(u' ');
        if (words.mid(0, name.size()) == name && words.size() == name.size() + row.words) {
            return &row;
        }
    }
    return nullptr;
}

int usageError()
{
    std::fprintf(stderr, "%s", qUtf8Printable(adminHelp()));
    return 2;
}

int restore(const QString &backup, const Settings &settings)
{
    const Result<void> restored = restoreBackup(backup, settings.dataDirectory);
    if (!restored) {
        std::fprintf(stderr, "capstan: %s\n", qUtf8Printable(restored.error().detail));
        return 1;
    }
    std::printf("restored to %s\n", qUtf8Printable(settings.dataDirectory));
    return 0;
}

int runTask(const AdminRow &row, const AdminArguments &arguments, const Settings &settings)
{
    Result<std::unique_ptr<Store>> store = Store::visit(settings);
    if (!store) {
        std::fprintf(stderr, "capstan: %s\n", qUtf8Printable(store.error().detail));
        return 1;
    }
    const qsizetype own = QString(row.name).count(u' ') + 1;
    AdminTask task(**store, arguments.words.mid(own), arguments.options);
    QTimer::singleShot(0, &task, [&task, run = row.run] { (task.*run)(); });
    return QCoreApplication::exec();
}

} // namespace

QString adminHelp()
{
    QString text;
    for (const AdminRow &row : AdminTable) {
        const QString call =
            "  capstan admin "_L1 + row.name + u' ' + QString::fromLatin1(row.usage);
        text += call.trimmed().prepend("  "_L1).leftJustified(44) + u' '
            + QString::fromLatin1(row.help) + u'\n';
    }
    return text;
}

int adminCommand(const QStringList &given)
{
    std::optional<AdminArguments> arguments = readAdminArguments(given);
    const AdminRow *row = arguments ? findRow(arguments->words) : nullptr;
    if (!row) {
        return usageError();
    }
    // Where the data lies is said as for `serve`.
    QStringList settingArguments;
    for (const QString &name : {u"data"_s, u"config"_s}) {
        if (arguments->options.contains(name)) {
            settingArguments << "--"_L1 + name << arguments->options.take(name);
        }
    }
    const Result<Settings> settings = readSettings({settingArguments, processEnvironment()});
    if (!settings) {
        std::fprintf(stderr, "capstan: %s\n", qUtf8Printable(settings.error().detail));
        return 2;
    }
    startLogging();
    setVerbosity(Verbosity::Normal);
    if (!row->run) {
        return restore(arguments->words.last(), *settings);
    }
    return runTask(*row, *arguments, *settings);
}

} // namespace ci::app
