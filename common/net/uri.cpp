// SPDX-License-Identifier: MIT
#include "common/net/uri.h"

#include "common/net/syntax.h"

namespace ci::net {

using namespace Qt::StringLiterals;

namespace {

// Nobody sends that many on purpose; each costs an allocation or two.
constexpr qsizetype MaxItems = 1000;

std::optional<QByteArray> decoded(QByteArrayView text, bool plusIsSpace)
{
    QByteArray result;
    result.reserve(text.size());
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c != '%') {
            result += plusIsSpace && c == '+' ? ' ' : c;
            continue;
        }
        if (i + 2 >= text.size()) {
            return std::nullopt;
        }
        const int high = hexDigit(text[i + 1]);
        const int low = hexDigit(text[i + 2]);
        if (high < 0 || low < 0) {
            return std::nullopt;
        }
        result += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return result;
}

bool isText(const QByteArray &bytes)
{
    return !bytes.contains('\0') && bytes.isValidUtf8();
}

} // namespace

std::optional<QByteArray> percentDecoded(QByteArrayView text)
{
    return decoded(text, false);
}

QByteArray percentEncoded(QByteArrayView text)
{
    return text.toByteArray().toPercentEncoding();
}

Result<QList<QByteArray>> pathSegments(QByteArrayView path)
{
    if (!path.startsWith('/')) {
        return invalid(u"a path begins with '/'"_s);
    }
    QList<QByteArray> segments;
    while (!path.isEmpty()) {
        path = path.sliced(1);
        const qsizetype end = path.indexOf('/');
        const std::optional<QByteArray> segment = percentDecoded(end < 0 ? path : path.first(end));
        if (!segment || !isText(*segment)) {
            return invalid(u"the path is malformed"_s);
        }
        segments.append(*segment);
        path = end < 0 ? QByteArrayView() : path.sliced(end);
    }
    return segments;
}

Result<Query> Query::parse(QByteArrayView text)
{
    Query query;
    while (!text.isEmpty()) {
        const qsizetype end = text.indexOf('&');
        const QByteArrayView item = end < 0 ? text : text.first(end);
        text = end < 0 ? QByteArrayView() : text.sliced(end + 1);
        if (item.isEmpty()) {
            continue;
        }
        if (query.m_items.size() >= MaxItems) {
            return invalid(u"the query has too many fields"_s);
        }
        const qsizetype equals = item.indexOf('=');
        const auto name = decoded(equals < 0 ? item : item.first(equals), true);
        const auto value = decoded(equals < 0 ? QByteArrayView() : item.sliced(equals + 1), true);
        if (!name || !value || !isText(*name) || !isText(*value)) {
            return invalid(u"the query is malformed"_s);
        }
        query.m_items.append({*name, *value});
    }
    return query;
}

std::optional<QByteArray> Query::value(QByteArrayView name) const
{
    for (const Item &item : m_items) {
        if (item.name == name) {
            return item.value;
        }
    }
    return std::nullopt;
}

QList<QByteArray> Query::values(QByteArrayView name) const
{
    QList<QByteArray> result;
    for (const Item &item : m_items) {
        if (item.name == name) {
            result.append(item.value);
        }
    }
    return result;
}

} // namespace ci::net
