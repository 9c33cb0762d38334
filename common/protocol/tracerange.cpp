// SPDX-License-Identifier: MIT
#include "common/protocol/tracerange.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::protocol {

namespace {

// 18 digits always fit 63 bits, so no overflow can be written.
constexpr qsizetype MaxOffsetDigits = 18;

std::optional<qint64> parseOffset(QByteArrayView digits)
{
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (digits.isEmpty() || digits.size() > MaxOffsetDigits
        || !std::all_of(digits.begin(), digits.end(), isDigit)) {
        return std::nullopt;
    }
    return digits.toByteArray().toLongLong();
}

} // namespace

std::optional<TraceRange> parseContentRange(QByteArrayView header)
{
    const qsizetype dash = header.indexOf('-');
    if (dash < 0) {
        return std::nullopt;
    }
    const std::optional<qint64> start = parseOffset(header.first(dash));
    const std::optional<qint64> end = parseOffset(header.sliced(dash + 1));
    if (!start || !end || *end < *start - 1) {
        return std::nullopt;
    }
    return TraceRange {*start, *end};
}

QByteArray contentRange(qint64 start, qint64 length)
{
    return QByteArray::number(start) + '-' + QByteArray::number(start + length - 1);
}

std::optional<qint64> parseHeldSize(QByteArrayView header)
{
    const qsizetype dash = header.indexOf('-');
    if (dash < 0 || !parseOffset(header.first(dash))) {
        return std::nullopt;
    }
    return parseOffset(header.sliced(dash + 1));
}

QByteArray heldRange(qint64 size)
{
    return "0-"_ba + QByteArray::number(size);
}

QByteArray traceChecksum(quint32 crc)
{
    return "crc32:"_ba + QByteArray::number(crc, 16).rightJustified(8, '0');
}

std::optional<quint32> parseTraceChecksum(QByteArrayView text)
{
    constexpr QByteArrayView Prefix = "crc32:";
    if (!text.startsWith(Prefix) || text.size() != Prefix.size() + 8) {
        return std::nullopt;
    }
    const QByteArrayView digits = text.sliced(Prefix.size());
    const auto isHex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (!std::all_of(digits.begin(), digits.end(), isHex)) {
        return std::nullopt;
    }
    return digits.toByteArray().toUInt(nullptr, 16);
}

TraceOutcome traceOutcome(int status)
{
    switch (status) {
    case 202:
        return TraceOutcome::Accepted;
    case 403:
        return TraceOutcome::Aborted;
    case 404:
        return TraceOutcome::NotFound;
    case 416:
        return TraceOutcome::RangeMismatch;
    default:
        return TraceOutcome::Failed;
    }
}

} // namespace ci::protocol
