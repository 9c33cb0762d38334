// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/expression.h"

#include "coordinator/ciconfig/expressionlexer.h"

#include <variant>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

struct ExpressionNode
{
    TokenKind kind;
    QString text;
    std::shared_ptr<const ExpressionNode> left;
    std::shared_ptr<const ExpressionNode> right;
};

namespace {

using NodeRef = std::shared_ptr<const ExpressionNode>;

struct Nothing
{
    bool operator==(const Nothing &) const = default;
};
struct RegexLiteral
{
    QString literal;
    bool operator==(const RegexLiteral &) const = default;
};
using Value = std::variant<Nothing, bool, QString, RegexLiteral>;

/// Recursive descent; at most 100 tokens, so the recursion is bounded too.
class ExpressionParser final
{
public:
    ExpressionParser(std::vector<Token> tokens, RegexCache &regexes)
        : m_tokens(std::move(tokens)), m_regexes(regexes)
    {
    }

    Result<NodeRef> parse()
    {
        NodeRef root = disjunction();
        if (root && m_next < m_tokens.size()) {
            root = fail();
        }
        if (!root) {
            return invalid(m_problem);
        }
        return root;
    }
    QStringList variables() const { return m_variables; }

private:
    const Token *peek() const { return m_next < m_tokens.size() ? &m_tokens[m_next] : nullptr; }

    NodeRef fail()
    {
        if (m_problem.isEmpty()) {
            const Token *token = peek();
            m_problem = token ? u"unexpected token at column %1"_s.arg(token->column)
                              : u"unexpected end"_s;
        }
        return nullptr;
    }

    NodeRef disjunction()
    {
        return chain([this] { return conjunction(); }, [](TokenKind k) { return k == TokenKind::Or; });
    }

    NodeRef conjunction()
    {
        return chain([this] { return comparison(); }, [](TokenKind k) { return k == TokenKind::And; });
    }

    NodeRef comparison()
    {
        return chain([this] { return primary(); }, [](TokenKind k) {
            return k == TokenKind::Equal || k == TokenKind::NotEqual || k == TokenKind::Match
                || k == TokenKind::NoMatch;
        });
    }

    template<typename Operand, typename IsOperator>
    NodeRef chain(Operand operand, IsOperator isOperator)
    {
        NodeRef left = operand();
        while (left && peek() && isOperator(peek()->kind)) {
            const TokenKind kind = peek()->kind;
            const bool isMatch = kind == TokenKind::Match || kind == TokenKind::NoMatch;
            if (isMatch && left->kind == TokenKind::Regex) {
                return fail();
            }
            ++m_next;
            NodeRef right = operand();
            if (!right) {
                return nullptr;
            }
            left = std::make_shared<ExpressionNode>(
                ExpressionNode {kind, QString(), std::move(left), std::move(right)});
        }
        return left;
    }

    NodeRef primary()
    {
        const Token *token = peek();
        if (!token || token->kind == TokenKind::Close || token->kind >= TokenKind::Equal) {
            return fail();
        }
        if (token->kind == TokenKind::Regex && !m_regexes.isValid(token->text)) {
            m_problem = u"invalid regular expression at column %1"_s.arg(token->column);
            return nullptr;
        }
        if (token->kind == TokenKind::Variable && !m_variables.contains(token->text)) {
            m_variables.append(token->text);
        }
        ++m_next;
        if (token->kind != TokenKind::Open) {
            return std::make_shared<ExpressionNode>(ExpressionNode {token->kind, token->text, {}, {}});
        }
        NodeRef inner = disjunction();
        if (!inner || !peek() || peek()->kind != TokenKind::Close) {
            return fail();
        }
        ++m_next;
        return inner;
    }

    std::vector<Token> m_tokens;
    RegexCache &m_regexes;
    size_t m_next = 0;
    QString m_problem;
    QStringList m_variables;
};

/// One question. A broken regex sets `failed`, which makes the whole answer false.
class Evaluation final
{
public:
    Evaluation(const Scope &scope, RegexCache &regexes) : m_scope(scope), m_regexes(regexes) { }

    bool isTrue(const ExpressionNode &root)
    {
        const Value value = evaluate(root);
        if (m_failed || !isPresent(value)) {
            return false;
        }
        const QString *text = std::get_if<QString>(&value);
        return !text || !text->trimmed().isEmpty();
    }

private:
    // As in Ruby: the empty text is not nothing.
    static bool isPresent(const Value &value)
    {
        const bool *truth = std::get_if<bool>(&value);
        return !std::holds_alternative<Nothing>(value) && (!truth || *truth);
    }

    static bool areEqual(const Value &left, const Value &right)
    {
        // `true` beside text means the word: a boolean input is written into the text as one.
        const auto asText = [](const Value &value) -> Value {
            const bool *truth = std::get_if<bool>(&value);
            return truth ? Value(*truth ? u"true"_s : u"false"_s) : value;
        };
        return asText(left) == asText(right);
    }

    bool matches(const Value &left, const Value &right)
    {
        const QString *leftText = std::get_if<QString>(&left);
        const QString subject = leftText ? *leftText : QString();
        const RegexLiteral *regex = std::get_if<RegexLiteral>(&right);
        const QString *text = std::get_if<QString>(&right);
        if (!regex && !text) {
            return false;
        }
        const QString &literal = regex ? regex->literal : *text;
        if (!regex && !RegexCache::isLiteral(literal)) {
            return literal.contains(subject);
        }
        const std::optional<bool> found = m_regexes.matches(literal, subject);
        m_failed = m_failed || !found;
        return found.value_or(false);
    }

    Value evaluate(const ExpressionNode &node)
    {
        switch (node.kind) {
        case TokenKind::Variable: {
            const auto value = m_scope.value(node.text);
            return value ? Value(*value) : Value(Nothing {});
        }
        case TokenKind::Text:
            return node.text;
        case TokenKind::Regex:
            return RegexLiteral {node.text};
        case TokenKind::True:
            return true;
        case TokenKind::False:
            return false;
        case TokenKind::Equal:
            return areEqual(evaluate(*node.left), evaluate(*node.right));
        case TokenKind::NotEqual:
            return !areEqual(evaluate(*node.left), evaluate(*node.right));
        case TokenKind::Match:
            return matches(evaluate(*node.left), evaluate(*node.right));
        case TokenKind::NoMatch:
            return !matches(evaluate(*node.left), evaluate(*node.right));
        case TokenKind::And: {
            const Value left = evaluate(*node.left);
            return isPresent(left) ? evaluate(*node.right) : left;
        }
        case TokenKind::Or: {
            const Value left = evaluate(*node.left);
            return isPresent(left) ? left : evaluate(*node.right);
        }
        case TokenKind::Null:
        case TokenKind::Open:
        case TokenKind::Close:
            break;
        }
        return Nothing {};
    }

    const Scope &m_scope;
    RegexCache &m_regexes;
    bool m_failed = false;
};

} // namespace

Result<Expression> Expression::parse(const QString &text, RegexCache &regexes)
{
    Result<std::vector<Token>> tokens = expressionTokens(text);
    if (!tokens) {
        return tokens.error();
    }
    ExpressionParser parser(std::move(*tokens), regexes);
    const Result<NodeRef> root = parser.parse();
    if (!root) {
        return root.error();
    }
    Expression expression;
    expression.m_root = *root;
    expression.m_variables = parser.variables();
    return expression;
}

bool Expression::isTrue(const Scope &scope, RegexCache &regexes) const
{
    return Evaluation(scope, regexes).isTrue(*m_root);
}

} // namespace ci::ciconfig
