// SPDX-License-Identifier: MIT
#include "common/base/result.h"

#include <cerrno>
#include <system_error>

namespace ci {

Error systemError(const QString &what, int errorNumber)
{
    // generic_category rather than strerror: no shared buffer between threads.
    const std::string text = std::generic_category().message(errorNumber);
    const bool full = errorNumber == ENOSPC || errorNumber == EDQUOT;
    return {full ? ErrorKind::Unavailable : ErrorKind::Io,
            what + QLatin1StringView(": ") + QString::fromStdString(text)};
}

} // namespace ci
