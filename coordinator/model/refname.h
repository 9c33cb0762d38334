// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace ci::model {

/// The name of a branch or tag that may be given in full: without "refs/heads/" or "refs/tags/".
/// Other names stay as they are.
inline QString shortRef(const QString &ref)
{
    for (const QLatin1StringView prefix :
         {QLatin1StringView("refs/heads/"), QLatin1StringView("refs/tags/")}) {
        if (ref.startsWith(prefix)) {
            return ref.sliced(prefix.size());
        }
    }
    return ref;
}

} // namespace ci::model
