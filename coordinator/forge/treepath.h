// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>

#include <algorithm>

namespace ci::forge {

/// What can be in a tree. Other forms ("../x") git reads against a working tree, and dies.
inline bool isTreePath(QStringView path)
{
    const QList<QStringView> parts = path.split(u'/');
    return std::none_of(parts.begin(), parts.end(), [](QStringView part) {
        return part.isEmpty() || part == QLatin1StringView(".") || part == QLatin1StringView("..");
    });
}

} // namespace ci::forge
