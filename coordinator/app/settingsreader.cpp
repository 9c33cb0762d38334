// SPDX-License-Identifier: MIT
#include "coordinator/app/settingsreader.h"

#include "coordinator/app/settingtable.h"
#include "coordinator/app/tomlfile.h"

#include <QProcessEnvironment>

using namespace Qt::StringLiterals;

namespace ci::app {
namespace {

struct GivenFlag
{
    const SettingRow *row = nullptr;
    QString value;
};

struct CommandLine
{
    QString configFile;
    QList<GivenFlag> flags;
};

const SettingRow *rowOfFlag(QStringView flag)
{
    for (const SettingRow &row : settingTable()) {
        if (flag == row.flag()) {
            return &row;
        }
    }
    return nullptr;
}

Result<CommandLine> parseArguments(const QStringList &arguments)
{
    CommandLine line;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString &argument = arguments.at(i);
        const qsizetype equals = argument.indexOf(u'=');
        const QString name = argument.left(equals < 0 ? argument.size() : equals);
        const SettingRow *row = rowOfFlag(name);
        if (!row && name != "--config"_L1) {
            return invalid(u"unknown argument '%1'; see capstan serve --help"_s.arg(argument));
        }
        QString value;
        if (equals >= 0) {
            value = argument.mid(equals + 1);
        } else if (row && !row->argument) {
            value = u"true"_s;
        } else if (i + 1 < arguments.size()) {
            value = arguments.at(++i);
        } else {
            return invalid(u"%1 needs a value"_s.arg(name));
        }
        if (row) {
            line.flags.append({row, value});
        } else {
            line.configFile = value;
        }
    }
    return line;
}

Result<void> applyFile(Settings &settings)
{
    const Result<QList<TomlEntry>> entries = readTomlFile(settings.configFile);
    if (!entries) {
        return entries.error();
    }
    for (const TomlEntry &entry : *entries) {
        const QString place =
            u"%1:%2: %3"_s.arg(settings.configFile).arg(entry.line).arg(entry.key);
        const SettingRow *row = findSetting(entry.key);
        if (!row) {
            return invalid(place + " is not a setting"_L1);
        }
        if (const Result<void> read = row->read(settings, entry.value); !read) {
            return read.error().within(place);
        }
    }
    return {};
}

Result<void> applyEnvironment(Settings &settings, const QHash<QByteArray, QString> &environment)
{
    for (const SettingRow &row : settingTable()) {
        const auto found = environment.constFind(row.environment());
        if (found == environment.constEnd()) {
            continue;
        }
        if (const Result<void> read = row.read(settings, *found); !read) {
            return read.error().within(QString::fromLatin1(row.environment()));
        }
    }
    return {};
}

Result<void> check(const Settings &settings)
{
    if (settings.tlsCertificate.isEmpty() != settings.tlsKey.isEmpty()) {
        return invalid(u"tls_certificate and tls_key belong together: one of them is missing"_s);
    }
    return {};
}

} // namespace

Result<Settings> readSettings(const SettingSources &sources)
{
    const Result<CommandLine> line = parseArguments(sources.arguments);
    if (!line) {
        return line.error();
    }
    Settings settings;
    settings.configFile = line->configFile.isEmpty()
        ? sources.environment.value("CAPSTAN_CONFIG"_ba)
        : line->configFile;
    if (!settings.configFile.isEmpty()) {
        if (const Result<void> applied = applyFile(settings); !applied) {
            return applied.error();
        }
    }
    if (const Result<void> applied = applyEnvironment(settings, sources.environment); !applied) {
        return applied.error();
    }
    for (const GivenFlag &flag : line->flags) {
        if (const Result<void> read = flag.row->read(settings, flag.value); !read) {
            return read.error().within(flag.row->flag());
        }
    }
    if (const Result<void> checked = check(settings); !checked) {
        return checked.error();
    }
    return settings;
}

QHash<QByteArray, QString> processEnvironment()
{
    QHash<QByteArray, QString> found;
    const QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : environment.keys()) {
        if (name.startsWith("CAPSTAN_"_L1)) {
            found.insert(name.toLatin1(), environment.value(name));
        }
    }
    return found;
}

} // namespace ci::app
