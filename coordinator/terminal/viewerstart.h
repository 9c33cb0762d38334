// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/offsetring.h"

#include <QByteArray>

namespace ci::terminal {

/// Where a viewer begins, and what it is given there instead of the ring's own bytes.
struct ViewerStart
{
    qint64 offset = 0;
    bool isGap = false; ///< Bytes that it lacks are gone: it begins with an empty screen.
    QByteArray replay; ///< Shown before, so with its queries blanked (queryfilter.h).
};

/// A viewer that has everything up to `asked`. Output before `shownUpTo` was given to a writer, whose
/// terminal answered its queries.
ViewerStart startAt(const OffsetRing &ring, qint64 asked, qint64 shownUpTo);

/// A new screen from the oldest bytes there are, behind a line's end so that no escape sequence is
/// torn.
ViewerStart startAnew(const OffsetRing &ring, qint64 shownUpTo);

} // namespace ci::terminal
