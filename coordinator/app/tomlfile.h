// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QList>
#include <QString>

namespace ci::app {

struct TomlEntry
{
    QString key;
    QString value; ///< A list: its parts with commas.
    int line = 0;
};

/// The top-level keys of a TOML file, values as text. The only file that meets toml++, whose
/// exceptions end here.
Result<QList<TomlEntry>> readTomlFile(const QString &path);
Result<QList<TomlEntry>> readToml(const QByteArray &text, const QString &name);

} // namespace ci::app
