// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QString>

#include <vector>

namespace ci::ciconfig {

enum class TokenKind : quint8 {
    Open,
    Close,
    Variable,
    Text,
    Regex,
    Null,
    True,
    False,
    Equal,
    NotEqual,
    Match,
    NoMatch,
    And,
    Or,
};

struct Token
{
    TokenKind kind;
    QString text; ///< Name, text without quotes, or the regex with slashes and flags.
    int column; ///< 1-based.
};

/// The words of an expression; fails on what is none and past limits::MaxExpressionTokens.
Result<std::vector<Token>> expressionTokens(const QString &text);

} // namespace ci::ciconfig
