// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArrayView>
#include <QList>

#include <optional>

namespace ci::net {

/// "%2F" to "/". Nothing for a '%' without two hexadecimal digits. '+' stays.
std::optional<QByteArray> percentDecoded(QByteArrayView text);
/// Everything but unreserved characters as %XX: for one path segment or query value.
QByteArray percentEncoded(QByteArrayView text);

/// A path cut at '/' and each segment decoded ("/a%2Fb/c" is "a/b" and "c"). Invalid: not starting
/// with '/', a broken '%', NUL, bytes that are not UTF-8. Empty, "." and ".." segments are kept for
/// the caller to refuse.
Result<QList<QByteArray>> pathSegments(QByteArrayView path);

/// The fields of a query or an application/x-www-form-urlencoded body, in order.
class Query
{
public:
    struct Item
    {
        QByteArray name;
        QByteArray value;
    };

    /// Invalid: broken '%', NUL, bytes that are not UTF-8, more than 1000 fields. '+' is a space.
    static Result<Query> parse(QByteArrayView text);

    std::optional<QByteArray> value(QByteArrayView name) const; ///< The first of that name.
    QList<QByteArray> values(QByteArrayView name) const; ///< All, as with "scope[]".
    bool contains(QByteArrayView name) const { return value(name).has_value(); }
    const QList<Item> &items() const { return m_items; }

private:
    QList<Item> m_items;
};

} // namespace ci::net
