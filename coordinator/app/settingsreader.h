// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/app/settings.h"

#include <QHash>

namespace ci::app {

/// Where settings come from: the file, over it the environment, over it the flags.
struct SettingSources
{
    QStringList arguments; ///< After the word `serve`.
    QHash<QByteArray, QString> environment; ///< Only names that begin with CAPSTAN_ matter.
};

/// Errors name the place: "--listen: …", "CAPSTAN_LISTEN: …", "capstan.toml:3: listen: …".
Result<Settings> readSettings(const SettingSources &sources);

/// The environment of this process.
QHash<QByteArray, QString> processEnvironment();

} // namespace ci::app
