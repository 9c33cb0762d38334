// SPDX-License-Identifier: MIT
#include "common/base/clock.h"

#include <QDateTime>
#include <QTimeZone>

namespace ci {

using std::chrono::floor;
using std::chrono::milliseconds;

Timestamp SystemClock::now() const
{
    return floor<milliseconds>(std::chrono::system_clock::now());
}

milliseconds SystemClock::monotonic() const
{
    return floor<milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

QByteArray toIso8601(Timestamp time)
{
    return QDateTime::fromMSecsSinceEpoch(toMilliseconds(time), Qt::UTC)
        .toString(Qt::ISODateWithMs)
        .toLatin1();
}

std::optional<Timestamp> fromIso8601(QByteArrayView text)
{
    const QDateTime parsed
        = QDateTime::fromString(QString::fromLatin1(text), Qt::ISODateWithMs);
    if (!parsed.isValid()) {
        return std::nullopt;
    }
    return fromMilliseconds(parsed.toMSecsSinceEpoch());
}

} // namespace ci
