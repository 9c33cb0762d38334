// SPDX-License-Identifier: MIT
#include "runner/commandline.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

const CommandFlag *findFlag(const std::vector<CommandFlag> &flags, const QString &argument)
{
    const auto matches = [&argument](const CommandFlag &flag) {
        const bool isLetter = flag.letter != 0 && argument.size() == 2
            && argument == u'-' + QString(QLatin1Char(flag.letter));
        return isLetter || argument == u"--"_s + QLatin1StringView(flag.name)
            || argument == u'-' + QString(QLatin1StringView(flag.name));
    };
    const auto found = std::find_if(flags.begin(), flags.end(), matches);
    return found == flags.end() ? nullptr : &*found;
}

} // namespace

Result<CommandValues> CommandValues::parse(const std::vector<CommandFlag> &flags,
                                           const QStringList &arguments)
{
    CommandValues parsed;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const qsizetype equals = arguments[i].indexOf(u'=');
        const QString word = arguments[i].first(equals < 0 ? arguments[i].size() : equals);
        const CommandFlag *flag = findFlag(flags, word);
        if (!flag) {
            return invalid(u"unknown flag "_s + word);
        }
        QString value = equals < 0 ? QString() : arguments[i].sliced(equals + 1);
        if (equals < 0 && flag->kind == CommandFlag::Kind::Switch) {
            value = u"true"_s;
        } else if (equals < 0) {
            if (++i >= arguments.size()) {
                return invalid(u"flag "_s + word + u" needs a value"_s);
            }
            value = arguments[i];
        }
        QStringList &values = parsed.m_values[QLatin1StringView(flag->name)];
        if (flag->kind != CommandFlag::Kind::List) {
            values.clear();
        }
        values.append(value);
    }
    for (const CommandFlag &flag : flags) {
        const QString value
            = flag.variable ? qEnvironmentVariable(flag.variable) : QString();
        if (!value.isEmpty() && !parsed.has(flag.name)) {
            parsed.m_values.insert(QLatin1StringView(flag.name), {value});
        }
    }
    return parsed;
}

QString CommandValues::text(const char *name, const QString &fallback) const
{
    const QStringList values = list(name);
    return values.isEmpty() ? fallback : values.last();
}

QStringList CommandValues::list(const char *name) const
{
    return m_values.value(QLatin1StringView(name));
}

bool CommandValues::isOn(const char *name) const
{
    const QString value = text(name).toLower();
    return value == "true"_L1 || value == "1"_L1 || value == "yes"_L1;
}

Result<int> CommandValues::number(const char *name, int fallback) const
{
    if (!has(name)) {
        return fallback;
    }
    bool isNumber = false;
    const int value = text(name).toInt(&isNumber);
    if (!isNumber || value < 0) {
        return invalid(u"--"_s + QLatin1StringView(name) + u" must be a whole number"_s);
    }
    return value;
}

QString flagsHelp(const std::vector<CommandFlag> &flags)
{
    QString text;
    for (const CommandFlag &flag : flags) {
        QString names = u"  --"_s + QLatin1StringView(flag.name);
        if (flag.letter != 0) {
            names += u", -"_s + QLatin1Char(flag.letter);
        }
        text += names.leftJustified(34) + QLatin1StringView(flag.help);
        if (flag.variable) {
            text += u" [$"_s + QLatin1StringView(flag.variable) + u']';
        }
        text += u'\n';
    }
    return text;
}

} // namespace ci::runner
