// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "coordinator/ciconfig/regex.h"
#include "coordinator/ciconfig/scope.h"

#include <QStringList>

#include <memory>

namespace ci::ciconfig {

struct ExpressionNode;

/// A condition of `rules:if` or `only:variables`, parsed once and asked with any variables.
/// Grammar, loosest first: `||`, `&&`, then `== != =~ !~` of equal rank from left to right, then
/// `$NAME`, "text", 'text', /regex/flags, null, true, false and parentheses.
class Expression final
{
public:
    /// Fails with the reason and the column within `text`.
    static Result<Expression> parse(const QString &text, RegexCache &regexes);

    /// False also where a regex in a variable is broken.
    bool isTrue(const Scope &scope, RegexCache &regexes) const;

    /// Every `$NAME` in it, each once.
    const QStringList &variables() const { return m_variables; }

private:
    std::shared_ptr<const ExpressionNode> m_root;
    QStringList m_variables;
};

} // namespace ci::ciconfig
