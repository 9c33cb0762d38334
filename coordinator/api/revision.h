// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/call.h"

namespace ci::api {

/// A branch, tag or commit that the field names; the default branch where it names none.
inline QString revisionField(Call &call, const char *name)
{
    const QString asked = call.fields().text(name).value_or(QString());
    const bool isNone = asked.isEmpty() || asked == QLatin1StringView("HEAD");
    return isNone ? call.project().defaultBranch : asked;
}

} // namespace ci::api
