// SPDX-License-Identifier: MIT
#include "common/net/conditional.h"

#include "common/net/syntax.h"

#include <QCryptographicHash>

#include <algorithm>

namespace ci::net {

namespace {

using Kind = RangeDecision::Kind;

// "500-999", "500-", "-500"
RangeDecision decideSpec(QByteArrayView spec, qint64 size)
{
    const qsizetype dash = spec.indexOf('-');
    if (dash < 0) {
        return {};
    }
    const QByteArrayView from = spec.first(dash);
    const QByteArrayView to = spec.sliced(dash + 1);
    if (from.isEmpty()) {
        const std::optional<qint64> suffix = parseDecimal(to);
        if (!suffix) {
            return {};
        }
        const qint64 length = std::min(*suffix, size);
        return length == 0 ? RangeDecision {Kind::Unsatisfiable, {}}
                           : RangeDecision {Kind::Partial, {size - length, length}};
    }
    const std::optional<qint64> first = parseDecimal(from);
    const std::optional<qint64> last = to.isEmpty() ? std::optional(size - 1) : parseDecimal(to);
    if (!first || !last || (!to.isEmpty() && *last < *first)) {
        return {};
    }
    if (*first >= size) {
        return {Kind::Unsatisfiable, {}};
    }
    return {Kind::Partial, {*first, std::min(*last, size - 1) - *first + 1}};
}

QByteArrayView withoutWeak(QByteArrayView tag)
{
    return tag.startsWith("W/") ? tag.sliced(2) : tag;
}

// One tag of a list, or an empty view; commas may stand inside the quotes.
QByteArrayView takeTag(QByteArrayView &list)
{
    while (!list.isEmpty() && (list.front() == ',' || list.front() == ' ' || list.front() == '\t')) {
        list = list.sliced(1);
    }
    const qsizetype open = list.startsWith("W/\"") ? 2 : list.startsWith('"') ? 0 : -1;
    const qsizetype close = open < 0 ? -1 : list.indexOf('"', open + 1);
    if (close < 0) {
        list = {};
        return {};
    }
    const QByteArrayView tag = list.first(close + 1);
    list = list.sliced(close + 1);
    return tag;
}

} // namespace

RangeDecision decideRange(const Headers &request, qint64 size, QByteArrayView etag)
{
    const std::optional<QByteArray> field = request.value("Range");
    if (!field || request.count("Range") > 1) {
        return {};
    }
    const qsizetype equals = field->indexOf('=');
    if (equals < 0 || !equalsIgnoringCase(QByteArrayView(*field).first(equals), "bytes")) {
        return {};
    }
    const std::optional<QByteArray> condition = request.value("If-Range");
    if (condition && (etag.isEmpty() || etag.startsWith("W/") || *condition != etag)) {
        return {}; // Changed since, or told by date: the whole is always right.
    }
    const QByteArrayView specs = QByteArrayView(*field).sliced(equals + 1);
    if (specs.contains(',')) {
        return {}; // Several ranges need a multipart answer and invite abuse (many overlapping ones).
    }
    return decideSpec(trimmedSpace(specs), size);
}

QByteArray contentRange(ByteRange range, qint64 size)
{
    return "bytes " + QByteArray::number(range.first) + '-'
        + QByteArray::number(range.first + range.length - 1) + '/' + QByteArray::number(size);
}

bool matchesEtag(QByteArrayView field, QByteArrayView etag, bool weakly)
{
    if (trimmedSpace(field) == "*") {
        return !etag.isEmpty();
    }
    while (!field.isEmpty()) {
        const QByteArrayView tag = takeTag(field);
        if (tag.isEmpty()) {
            break;
        }
        const bool same = weakly ? withoutWeak(tag) == withoutWeak(etag)
                                 : tag == etag && !tag.startsWith("W/");
        if (same) {
            return true;
        }
    }
    return false;
}

bool isNotModified(const Headers &request, QByteArrayView etag)
{
    const std::optional<QByteArray> field = request.value("If-None-Match");
    return field && matchesEtag(*field, etag, true);
}

QByteArray makeEtag(QByteArrayView bytes)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(bytes);
    // 128 bits tell versions of one file apart.
    return '"' + hash.result().first(16).toHex() + '"';
}

bool acceptsEncoding(const Headers &request, QByteArrayView coding)
{
    bool any = false;
    for (const QByteArrayView item : splitList(request.value("Accept-Encoding", {}))) {
        const QList<QByteArrayView> parts = splitList(item, ';');
        if (parts.isEmpty()) {
            continue;
        }
        // "q=0", "q=0.000": not acceptable (RFC 9110, 12.4.2).
        const bool refused = parts.size() > 1 && parts.at(1).startsWith("q=0")
            && std::all_of(parts.at(1).begin() + 2, parts.at(1).end(), [](char c) {
                   return c == '0' || c == '.';
               });
        if (equalsIgnoringCase(parts.first(), coding)) {
            return !refused;
        }
        any = any || (parts.first() == "*" && !refused);
    }
    return any;
}

} // namespace ci::net
