// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArray>
#include <QHash>
#include <QString>

#include <array>
#include <memory>
#include <variant>
#include <vector>

namespace ci::api {

/// Finds the row of a route table for a method and a path. Patterns:
///     /api/v4/projects/:id     one segment, not empty, decoded after the match, so %2F is part of
///     it /assets/*path            the rest, at least one character; its "%2F" is decoded too
///     */info/refs              any beginning, at least one segment, given as "0"
/// Literal segments win over ":x", these over "*x". Built once, then read from any thread.
class Router
{
public:
    struct Key
    {
        QByteArray method;
        QByteArray pattern;
    };

    struct Match
    {
        size_t row = 0;
        std::vector<QString> values; ///< In the order of the pattern's names.
    };

    struct NoSuchPath
    {
    };

    struct OtherMethods
    {
        QByteArray allowed; ///< "GET, HEAD, PUT"
    };

    /// The path has a part that cannot be decoded.
    struct BadPath
    {
        QString why;
    };

    using Answer = std::variant<Match, NoSuchPath, OtherMethods, BadPath>;

    explicit Router(const std::vector<Key> &table);
    ~Router();
    Q_DISABLE_COPY_MOVE(Router)

    /// `path` as it came, still encoded. HEAD finds the row of GET where it has none of its own.
    Answer find(QByteArrayView method, QByteArrayView path) const;

    /// The names in a pattern, in order.
    static std::vector<QByteArray> names(QByteArrayView pattern);

private:
    struct Node;
    using Segments = std::vector<QByteArrayView>;
    using Methods = QHash<QByteArray, size_t>;

    struct Search
    {
        Segments segments;
        QByteArrayView path;
        std::vector<QByteArrayView> values; ///< Still encoded.
        const Methods *methods = nullptr;
    };

    struct Suffix
    {
        QByteArray text;
        Methods methods;
    };

    void add(const Key &key, size_t row);
    void addSuffix(const Key &key, size_t row);
    bool search(const Node &node, size_t depth, Search &state) const;
    bool searchSuffixes(Search &state) const;
    static Answer answer(QByteArrayView method, const Search &state);

    std::unique_ptr<Node> m_root;
    std::vector<Suffix> m_suffixes;
};

} // namespace ci::api
