// SPDX-License-Identifier: MIT
#include "coordinator/terminal/viewerstart.h"

#include "coordinator/terminal/queryfilter.h"

#include <algorithm>

namespace ci::terminal {

namespace {

QByteArray copyOf(const OffsetRing &ring, qint64 from, qint64 to)
{
    QByteArray bytes;
    while (from < to) {
        const QByteArrayView piece = ring.at(from, static_cast<qsizetype>(to - from));
        bytes.append(piece);
        from += piece.size();
    }
    return bytes;
}

} // namespace

ViewerStart startAt(const OffsetRing &ring, qint64 asked, qint64 shownUpTo)
{
    if (asked < ring.begin() || asked > ring.end()) {
        return startAnew(ring, shownUpTo);
    }
    ViewerStart start {asked, false, copyOf(ring, asked, std::min(shownUpTo, ring.end()))};
    blankQueries(start.replay);
    return start;
}

ViewerStart startAnew(const OffsetRing &ring, qint64 shownUpTo)
{
    ViewerStart start {ring.begin(), true, copyOf(ring, ring.begin(), ring.end())};
    if (ring.begin() > 0) {
        const qsizetype lineEnd = start.replay.indexOf('\n');
        const qsizetype skipped = lineEnd < 0 ? start.replay.size() : lineEnd + 1;
        start.replay.remove(0, skipped);
        start.offset += skipped;
    }
    const qint64 shown = std::clamp<qint64>(shownUpTo - start.offset, 0, start.replay.size());
    start.replay.truncate(static_cast<qsizetype>(shown));
    blankQueries(start.replay);
    return start;
}

} // namespace ci::terminal
