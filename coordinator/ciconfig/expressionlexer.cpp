// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/expressionlexer.h"

#include "coordinator/ciconfig/limits.h"

#include <array>
#include <optional>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

struct FixedToken
{
    QLatin1StringView text;
    TokenKind kind;
};

constexpr std::array FixedTokens {
    FixedToken {"("_L1, TokenKind::Open},      FixedToken {")"_L1, TokenKind::Close},
    FixedToken {"=="_L1, TokenKind::Equal},    FixedToken {"!="_L1, TokenKind::NotEqual},
    FixedToken {"=~"_L1, TokenKind::Match},    FixedToken {"!~"_L1, TokenKind::NoMatch},
    FixedToken {"&&"_L1, TokenKind::And},      FixedToken {"||"_L1, TokenKind::Or},
    FixedToken {"null"_L1, TokenKind::Null},   FixedToken {"true"_L1, TokenKind::True},
    FixedToken {"false"_L1, TokenKind::False},
};

static bool isWordCharacter(QChar c)
{
    const char16_t u = c.unicode();
    return (u >= u'a' && u <= u'z') || (u >= u'A' && u <= u'Z') || (u >= u'0' && u <= u'9') || u == u'_';
}

struct Lexeme
{
    Token token;
    qsizetype length;
};

static std::optional<Lexeme> variableAt(QStringView rest, int column)
{
    qsizetype end = 1;
    while (end < rest.size() && isWordCharacter(rest[end])) {
        ++end;
    }
    if (end == 1 || (rest[1] >= u'0' && rest[1] <= u'9')) {
        return std::nullopt;
    }
    return Lexeme {{TokenKind::Variable, rest.sliced(1, end - 1).toString(), column}, end};
}

static std::optional<Lexeme> quotedAt(QStringView rest, int column)
{
    const qsizetype end = rest.indexOf(rest.front(), 1);
    if (end < 0) {
        return std::nullopt;
    }
    return Lexeme {{TokenKind::Text, rest.sliced(1, end - 1).toString(), column}, end + 1};
}

static std::optional<Lexeme> regexAt(QStringView rest, int column)
{
    qsizetype end = 1;
    while (end < rest.size() && rest[end] != u'/') {
        end += rest[end] == u'\\' ? 2 : 1;
    }
    if (end >= rest.size() || end == 1) {
        return std::nullopt;
    }
    ++end;
    while (end < rest.size() && "ismU"_L1.contains(rest[end])) {
        ++end;
    }
    return Lexeme {{TokenKind::Regex, rest.first(end).toString(), column}, end};
}

static std::optional<Lexeme> fixedAt(QStringView rest, int column)
{
    for (const FixedToken &fixed : FixedTokens) {
        const bool isWord = isWordCharacter(fixed.text.front());
        const qsizetype length = fixed.text.size();
        if (rest.startsWith(fixed.text)
            && !(isWord && rest.size() > length && isWordCharacter(rest[length]))) {
            return Lexeme {{fixed.kind, QString(), column}, length};
        }
    }
    return std::nullopt;
}

static std::optional<Lexeme> lexemeAt(QStringView rest, int column)
{
    switch (rest.front().unicode()) {
    case u'$':
        return variableAt(rest, column);
    case u'"':
    case u'\'':
        return quotedAt(rest, column);
    case u'/':
        return regexAt(rest, column);
    default:
        return fixedAt(rest, column);
    }
}

Result<std::vector<Token>> expressionTokens(const QString &text)
{
    std::vector<Token> tokens;
    for (qsizetype i = 0; i < text.size();) {
        if (text[i].isSpace()) {
            ++i;
            continue;
        }
        auto lexeme = lexemeAt(QStringView(text).sliced(i), int(i) + 1);
        if (!lexeme) {
            return invalid(u"unknown lexeme at column %1"_s.arg(i + 1));
        }
        if (tokens.size() == size_t(limits::MaxExpressionTokens)) {
            return invalid(u"Too many tokens!"_s);
        }
        tokens.push_back(std::move(lexeme->token));
        i += lexeme->length;
    }
    return tokens;
}

} // namespace ci::ciconfig
