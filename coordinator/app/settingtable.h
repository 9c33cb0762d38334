// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/app/settings.h"

#include <span>

namespace ci::app {

struct SettingRow
{
    const char *key; ///< In the file: "listen". The flag is "--listen", '_' as '-'; the environment
                     ///< "CAPSTAN_LISTEN".
    const char *argument; ///< What the flag takes, for --help; null for a switch.
    const char *standard; ///< As it would be written; what holds without it.
    const char *help;
    Result<void> (*read)(Settings &settings, const QString &text);

    QString flag() const;
    QByteArray environment() const;
};

/// All settings, in the order of --help.
std::span<const SettingRow> settingTable();

const SettingRow *findSetting(QStringView key);

/// The part of --help that lists them.
QString settingHelp();

} // namespace ci::app
