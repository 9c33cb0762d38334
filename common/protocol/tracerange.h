// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <optional>

// The two ranges of PATCH /jobs/:id/trace (reference of the runner API, 5). Neither is HTTP's own.

namespace ci::protocol {

/// The first byte of a piece of log, from `Content-Range: A-B`: no unit, no total. B is the last
/// byte's index but was A+length in some versions, so only A counts; the length is the body's.
struct TraceRange
{
    qint64 start = 0;
    qint64 end = 0; ///< As written; do not rely on it.

    bool operator==(const TraceRange &) const = default;
};

/// nullopt: missing parts, signs, spaces, end before start-1, or more than 18 digits.
std::optional<TraceRange> parseContentRange(QByteArrayView header);
QByteArray contentRange(qint64 start, qint64 length);

/// `Range: 0-N` of an answer, where N is the number of bytes held, not the last index
/// (GitLab Runner, network/patch_response.go: the runner resumes at N).
std::optional<qint64> parseHeldSize(QByteArrayView header);
QByteArray heldRange(qint64 size);

/// `crc32:` and 8 lower-case hex digits over the whole log (6.1).
QByteArray traceChecksum(quint32 crc);
std::optional<quint32> parseTraceChecksum(QByteArrayView text);

/// What the answer to a PATCH means to a runner (5.2). The Job-Status header is looked at apart.
enum class TraceOutcome : quint8 {
    Accepted, ///< 202, and only that.
    RangeMismatch, ///< 416: go on at the size named, or at 0 without one.
    NotFound, ///< 404: again later; at the end the rest is given up.
    Aborted, ///< 403: the job is no longer ours.
    Failed, ///< Everything else: again later.
};

TraceOutcome traceOutcome(int status);

} // namespace ci::protocol
