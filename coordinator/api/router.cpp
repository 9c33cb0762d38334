// SPDX-License-Identifier: MIT
#include "coordinator/api/router.h"

#include "coordinator/api/urltext.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

// Deeper than any path of ours; the search backs up, so its depth must have a bound.
constexpr size_t MaxSegments = 64;

std::vector<QByteArrayView> splitPath(QByteArrayView path)
{
    std::vector<QByteArrayView> segments;
    qsizetype start = 1;
    while (start <= path.size()) {
        qsizetype end = path.indexOf('/', start);
        end = end < 0 ? path.size() : end;
        segments.push_back(path.sliced(start, end - start));
        start = end + 1;
    }
    return segments;
}

bool isDotSegment(QByteArrayView segment)
{
    return segment == "." || segment == "..";
}

} // namespace

struct Router::Node
{
    QHash<QByteArray, std::shared_ptr<Node>> literals;
    std::unique_ptr<Node> parameter;
    Methods methods; ///< Of the patterns that end here.
    Methods rest; ///< Of the patterns that go on with "*x".
};

Router::Router(const std::vector<Key> &table)
    : m_root(std::make_unique<Node>())
{
    for (size_t row = 0; row < table.size(); ++row) {
        if (table[row].pattern.startsWith('*')) {
            addSuffix(table[row], row);
        } else {
            add(table[row], row);
        }
    }
}

Router::~Router() = default;

void Router::add(const Key &key, size_t row)
{
    Node *node = m_root.get();
    for (const QByteArrayView segment : splitPath(key.pattern)) {
        if (segment.startsWith('*')) {
            node->rest.insert(key.method, row);
            return;
        }
        if (segment.startsWith(':')) {
            if (!node->parameter) {
                node->parameter = std::make_unique<Node>();
            }
            node = node->parameter.get();
        } else {
            std::shared_ptr<Node> &next = node->literals[segment.toByteArray()];
            if (!next) {
                next = std::make_shared<Node>();
            }
            node = next.get();
        }
    }
    node->methods.insert(key.method, row);
}

void Router::addSuffix(const Key &key, size_t row)
{
    const QByteArray text = key.pattern.mid(1);
    const auto found = std::find_if(m_suffixes.begin(),
                                    m_suffixes.end(),
                                    [&text](const Suffix &suffix) { return suffix.text == text; });
    Suffix &suffix =
        found != m_suffixes.end() ? *found : m_suffixes.emplace_back(Suffix {text, {}});
    suffix.methods.insert(key.method, row);
}

Router::Answer Router::find(QByteArrayView method, QByteArrayView path) const
{
    if (!path.startsWith('/')) {
        return NoSuchPath {};
    }
    Search state;
    state.path = path;
    state.segments = splitPath(path);
    const bool isPlain = state.segments.size() <= MaxSegments
        && std::none_of(state.segments.begin(), state.segments.end(), isDotSegment);
    if (!isPlain) {
        return NoSuchPath {};
    }
    if (searchSuffixes(state) || search(*m_root, 0, state)) {
        return answer(method, state);
    }
    return NoSuchPath {};
}

bool Router::searchSuffixes(Search &state) const
{
    for (const Suffix &suffix : m_suffixes) {
        if (state.path.endsWith(suffix.text) && state.path.size() > suffix.text.size() + 1) {
            const qsizetype length = state.path.size() - suffix.text.size() - 1;
            state.values = {state.path.sliced(1, length)};
            state.methods = &suffix.methods;
            return true;
        }
    }
    return false;
}

bool Router::search(const Node &node, size_t depth, Search &state) const
{
    if (depth == state.segments.size()) {
        state.methods = &node.methods;
        return !node.methods.isEmpty();
    }
    const QByteArrayView segment = state.segments[depth];
    // A raw view as key: no copy, the hash only looks at the bytes.
    const QByteArray key = QByteArray::fromRawData(segment.data(), segment.size());
    if (const auto found = node.literals.constFind(key);
        found != node.literals.constEnd() && search(**found, depth + 1, state)) {
        return true;
    }
    if (node.parameter && !segment.isEmpty()) {
        state.values.push_back(segment);
        if (search(*node.parameter, depth + 1, state)) {
            return true;
        }
        state.values.pop_back();
    }
    if (node.rest.isEmpty() || segment.isEmpty()) {
        return false;
    }
    const qsizetype offset = segment.data() - state.path.data();
    state.values.push_back(state.path.sliced(offset));
    state.methods = &node.rest;
    return true;
}

Router::Answer Router::answer(QByteArrayView method, const Search &state)
{
    const QByteArray name = method.toByteArray();
    auto found = state.methods->constFind(name);
    if (found == state.methods->constEnd() && name == "HEAD") {
        found = state.methods->constFind("GET"_ba);
    }
    if (found == state.methods->constEnd()) {
        QList<QByteArray> allowed = state.methods->keys();
        if (allowed.contains("GET")) {
            allowed.append("HEAD"_ba);
        }
        std::sort(allowed.begin(), allowed.end());
        return OtherMethods {allowed.join(", ")};
    }
    Match match {*found, {}};
    match.values.reserve(state.values.size());
    for (const QByteArrayView value : state.values) {
        Result<QString> text = decodePathPart(value);
        if (!text) {
            return BadPath {text.error().detail};
        }
        match.values.push_back(std::move(*text));
    }
    return match;
}

std::vector<QByteArray> Router::names(QByteArrayView pattern)
{
    if (pattern.startsWith('*')) {
        return {"0"_ba};
    }
    std::vector<QByteArray> found;
    for (const QByteArrayView segment : splitPath(pattern)) {
        if (segment.startsWith(':') || segment.startsWith('*')) {
            found.push_back(segment.sliced(1).toByteArray());
        }
    }
    return found;
}

} // namespace ci::api
