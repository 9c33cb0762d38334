// SPDX-License-Identifier: MIT
#include "runner/variabletext.h"

#include <algorithm>

namespace ci::runner {

namespace {

bool isNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool isNamePart(char c) { return isNameStart(c) || (c >= '0' && c <= '9'); }

bool isShellParameter(char c)
{
    return (c >= '0' && c <= '9') || QByteArrayView("*#$@!?-").contains(c);
}

struct Reference
{
    QByteArray name; ///< Empty: not a reference, or a bad one that is dropped.
    qsizetype length = 0; ///< After the '$'.
};

Reference braced(QByteArrayView rest)
{
    const qsizetype close = rest.indexOf('}');
    if (close < 0) {
        return {{}, 1}; // As os.Expand: the "${" is eaten.
    }
    return {rest.sliced(1, close - 1).toByteArray(), close + 1};
}

Reference referenceAt(QByteArrayView rest)
{
    if (rest.isEmpty()) {
        return {};
    }
    if (rest.front() == '{') {
        return braced(rest);
    }
    if (isShellParameter(rest.front())) {
        return {QByteArray(1, rest.front()), 1};
    }
    const auto *end = std::find_if_not(rest.begin(), rest.end(), isNamePart);
    return {rest.first(end - rest.begin()).toByteArray(), end - rest.begin()};
}

QByteArray replacement(const QByteArray &name,
                       const std::function<QByteArray(const QByteArray &)> &lookup)
{
    if (name.size() == 1 && isShellParameter(name.front())) {
        return name == "$" ? QByteArray(name) : QByteArray();
    }
    return lookup(name);
}

} // namespace

QByteArray expandVariables(const QByteArray &text,
                           const std::function<QByteArray(const QByteArray &)> &lookup)
{
    QByteArray out;
    qsizetype at = 0;
    while (at < text.size()) {
        const qsizetype dollar = text.indexOf('$', at);
        if (dollar < 0) {
            break;
        }
        out += text.sliced(at, dollar - at);
        const Reference reference = referenceAt(QByteArrayView(text).sliced(dollar + 1));
        if (reference.length == 0) {
            out += '$';
        } else if (!reference.name.isEmpty()) {
            out += replacement(reference.name, lookup);
        }
        at = dollar + 1 + reference.length;
    }
    return out + text.sliced(at);
}

bool isShellName(QByteArrayView name)
{
    return !name.isEmpty() && isNameStart(name.front())
        && std::all_of(name.begin(), name.end(), isNamePart);
}

QByteArray shellQuoted(QByteArrayView text)
{
    QByteArray out("'");
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
        } else if (c != '\0') {
            out += c;
        }
    }
    return out + '\'';
}

} // namespace ci::runner
