// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QHash>
#include <QStringList>

#include <vector>

namespace ci::runner {

/// One flag, named as GitLab Runner names it. Nothing in an argument is ever read as a file ("@x").
struct CommandFlag
{
    enum class Kind : quint8 { Text, Switch, List };
    const char *name; ///< "registration-token"
    char letter; ///< 'r', or 0.
    const char *variable; ///< Environment variable that gives a default, or nullptr.
    Kind kind;
    const char *help;
};

/// The flags of one call.
class CommandValues final
{
public:
    /// `--name value`, `--name=value`, `-n value`; a switch takes `=true` or `=false` as well.
    static Result<CommandValues> parse(const std::vector<CommandFlag> &flags,
                                       const QStringList &arguments);

    void set(const char *name, const QString &value)
    {
        m_values.insert(QLatin1StringView(name), {value});
    }
    bool has(const char *name) const { return m_values.contains(QLatin1StringView(name)); }
    QString text(const char *name, const QString &fallback = {}) const;
    QStringList list(const char *name) const;
    bool isOn(const char *name) const;
    /// 0 where it is absent; Invalid where it is not a whole number of at least 0.
    Result<int> number(const char *name, int fallback = 0) const;

private:
    QHash<QString, QStringList> m_values;
};

QString flagsHelp(const std::vector<CommandFlag> &flags);

} // namespace ci::runner
