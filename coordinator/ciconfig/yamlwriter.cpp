// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/yamlwriter.h"

#include "coordinator/ciconfig/yamlscalar.h"

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

static bool isPlainSafe(const QString &text)
{
    if (text.isEmpty() || text.front().isSpace() || text.back().isSpace() || text.back() == u':'
        || text.contains(": "_L1) || text.contains(" #"_L1)
        || "-?:,[]{}#&*!|>'\"%@`<="_L1.contains(text.front())) {
        return false;
    }
    const bool printable = std::all_of(text.begin(), text.end(), [](QChar c) { return c.isPrint(); });
    return printable && plainScalar(text, {})->isString();
}

static QString scalarYaml(const Node &node)
{
    if (node.isNull()) {
        return u"null"_s;
    }
    return !node.isString() || isPlainSafe(node.text()) ? node.text() : toJson(node);
}

// `|` keeps a text line by line; it cannot hold one that begins with a space or has odd characters.
static bool isBlockSafe(const QString &text)
{
    return text.contains(u'\n') && !text.startsWith(u' ') && !text.startsWith(u'\n')
        && std::all_of(text.begin(), text.end(), [](QChar c) { return c.isPrint() || c == u'\n' || c == u'\t'; });
}

static void appendYaml(const Node &node, int indent, QString &out);

static void appendBlock(const QString &text, int indent, QString &out)
{
    const bool ends = text.endsWith(u'\n');
    const bool endsTwice = text.endsWith("\n\n"_L1);
    out += ends ? (endsTwice ? u" |+\n"_s : u" |\n"_s) : u" |-\n"_s;
    const QString body = ends ? text.chopped(1) : text;
    for (const QString &line : body.split(u'\n')) {
        out += line.isEmpty() ? u"\n"_s : QString(indent, u' ') + line + u'\n';
    }
}

static void appendValue(const Node &node, int indent, QString &out)
{
    const bool empty = node.items().empty() && node.entries().empty();
    if (node.isScalar()) {
        if (node.isString() && isBlockSafe(node.text())) {
            appendBlock(node.text(), indent, out);
        } else {
            out += u' ' + scalarYaml(node) + u'\n';
        }
    } else if (empty) {
        out += node.isMap() ? u" {}\n"_s : u" []\n"_s;
    } else {
        out += u'\n';
        appendYaml(node, indent, out);
    }
}

static void appendYaml(const Node &node, int indent, QString &out)
{
    for (const MapEntry &entry : node.entries()) {
        out += QString(indent, u' ') + scalarYaml(*Node::string(entry.key, {})) + u':';
        appendValue(*entry.value, indent + 2, out);
    }
    for (const NodePtr &item : node.items()) {
        out += QString(indent, u' ') + u'-';
        appendValue(*item, indent + 2, out);
    }
}

QString toYaml(const Node &root)
{
    QString out = u"---\n"_s;
    appendYaml(root, 0, out);
    return out;
}

} // namespace ci::ciconfig
