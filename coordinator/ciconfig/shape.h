// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/node.h"
#include "coordinator/ciconfig/regex.h"
#include "coordinator/ciconfig/report.h"

#include <QLatin1StringView>

#include <span>

namespace ci::ciconfig {

class ShapeChecker;
struct Field;

/// Where a checked value stands, from the root: "jobs", "build", "image". Lives on the stack and is
/// only turned into text for a message.
struct Place
{
    const Place *parent = nullptr;
    QString key;

    QString path() const { return parent ? parent->path() + u':' + key : key; }
};

/// Which types a value may have.
enum Accepts : unsigned {
    Text = 1,
    Integer = 2,
    Float = 4,
    Boolean = 8,
    List = 16,
    Map = 32,
    Scalar = Text | Integer | Float | Boolean,
};

using ShapeCheck = void (*)(ShapeChecker &, const Node &, const Place &);

/// What a value must look like: a row of the language's tables. Null is "not given" and never wrong,
/// except as the value of a required key.
struct Shape
{
    unsigned accepts = 0;
    /// The message for another type, word or number of items. "config …" is said of the path
    /// ("jobs:a:image config …"), anything else of the attribute ("jobs:a when …").
    QLatin1StringView wrong;
    std::span<const Field> fields {}; ///< The keys of a map; none = any key.
    const Shape *each = nullptr; ///< Items of a list, and values of a map that takes any key.
    std::span<const QLatin1StringView> words {}; ///< The only texts allowed; none = any.
    int most = -1; ///< Items of a list; -1 = any number.
    int least = 0; ///< The same from below.
    ShapeCheck extra = nullptr; ///< Asked only where the type was right.
};

enum class Presence : quint8 { Optional, Required };

struct Field
{
    QLatin1StringView key;
    const Shape *shape;
    Presence presence = Presence::Optional;
};

/// Compares nodes with shapes and reports what differs, in GitLab's wording.
class ShapeChecker final
{
public:
    ShapeChecker(Report &report, RegexCache &regexes) : m_report(report), m_regexes(regexes) { }

    void check(const Node &node, const Shape &shape, const Place &place);

    /// Keys of a map against a table that is not part of a shape.
    void checkFields(const Node &map, std::span<const Field> fields, const Place &place);

    /// "jobs:a:image config should …" or "jobs:a when should …", by how `message` begins.
    void fail(const Node &node, const Place &place, const QString &message);

    Report &report() { return m_report; }
    RegexCache &regexes() { return m_regexes; }

private:
    Report &m_report;
    RegexCache &m_regexes;
};

} // namespace ci::ciconfig
