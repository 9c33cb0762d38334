// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/yamlscalar.h"

#include <QLocale>
#include <QRegularExpression>

#include <array>
#include <limits>
#include <optional>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

struct ScalarWord
{
    QLatin1StringView word;
    Kind kind;
    bool value;
};

// Any case: Psych compares without it.
constexpr std::array ScalarWords {
    ScalarWord {"~"_L1, Kind::Null, false},      ScalarWord {"null"_L1, Kind::Null, false},
    ScalarWord {"true"_L1, Kind::Bool, true},    ScalarWord {"yes"_L1, Kind::Bool, true},
    ScalarWord {"on"_L1, Kind::Bool, true},      ScalarWord {"false"_L1, Kind::Bool, false},
    ScalarWord {"no"_L1, Kind::Bool, false},     ScalarWord {"off"_L1, Kind::Bool, false},
};

static bool isDigit(QChar c) { return c >= u'0' && c <= u'9'; }

static bool allOf(QStringView text, QLatin1StringView allowed)
{
    for (const QChar c : text) {
        if (!allowed.contains(c)) {
            return false;
        }
    }
    return !text.isEmpty();
}

struct Radix
{
    QLatin1StringView prefix;
    QLatin1StringView digits;
    int base;
};

constexpr std::array Radixes {
    Radix {"0x"_L1, "0123456789abcdefABCDEF_,"_L1, 16},
    Radix {"0b"_L1, "01_,"_L1, 2},
    Radix {"0o"_L1, "01234567_,"_L1, 8},
    Radix {"0"_L1, "01234567_,"_L1, 8},
};

static QString withoutSeparators(QStringView digits)
{
    return digits.toString().remove(u'_').remove(u',');
}

static std::optional<qint64> radixInteger(QStringView unsignedText)
{
    for (const Radix &radix : Radixes) {
        const QStringView digits = unsignedText.sliced(std::min(unsignedText.size(), radix.prefix.size()));
        if (unsignedText.startsWith(radix.prefix) && allOf(digits, radix.digits)) {
            bool ok = false;
            const qint64 value = withoutSeparators(digits).toLongLong(&ok, radix.base);
            return ok ? std::optional(value) : std::nullopt;
        }
    }
    return std::nullopt;
}

static bool isDecimalInteger(QStringView text)
{
    if (text.isEmpty() || !isDigit(text.front()) || !isDigit(text.back())) {
        return false;
    }
    return text == u"0" || (text.front() != u'0' && allOf(text, "0123456789_,"_L1));
}

// "1:30": Psych weighs the first part with 3600 also where there are only two.
static std::optional<qint64> sexagesimal(QStringView text)
{
    const auto parts = text.split(u':');
    if (parts.size() < 2 || parts.size() > 3) {
        return std::nullopt;
    }
    qint64 value = 0;
    qint64 weight = 3600;
    for (qsizetype i = 0; i < parts.size(); ++i, weight /= 60) {
        bool ok = allOf(parts[i], "0123456789"_L1);
        const int number = ok ? parts[i].toInt(&ok) : 0;
        if (!ok || (i > 0 && (number > 59 || parts[i].size() > 2))) {
            return std::nullopt;
        }
        value += number * weight;
    }
    return value;
}

static std::optional<double> decimalFraction(QStringView text)
{
    const qsizetype dot = text.indexOf(u'.');
    if (dot < 0 || text.size() < 2) {
        return std::nullopt;
    }
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        const bool exponentSign = (c == u'+' || c == u'-') && i > dot && (text[i - 1] == u'e' || text[i - 1] == u'E');
        // "1.5e3" is text: Psych asks for the sign of an exponent.
        const bool exponent = (c == u'e' || c == u'E') && i > dot && i + 1 < text.size()
            && (text[i + 1] == u'+' || text[i + 1] == u'-');
        const bool separator = (c == u'_' || c == u',') && i < dot && i > 0;
        if (!isDigit(c) && i != dot && !exponentSign && !exponent && !separator) {
            return std::nullopt;
        }
    }
    bool ok = false;
    const double value = QLocale::c().toDouble(withoutSeparators(text), &ok);
    return ok ? std::optional(value) : std::nullopt;
}

static NodePtr specialFloat(QStringView unsignedText, bool negative, Position position)
{
    if (unsignedText.compare(".inf"_L1, Qt::CaseInsensitive) == 0) {
        const double infinity = std::numeric_limits<double>::infinity();
        return Node::decimal(negative ? -infinity : infinity, position);
    }
    if (unsignedText.compare(".nan"_L1, Qt::CaseInsensitive) == 0) {
        return Node::decimal(std::numeric_limits<double>::quiet_NaN(), position);
    }
    return nullptr;
}

static NodePtr numberScalar(const QString &text, Position position)
{
    const bool negative = text.startsWith(u'-');
    const QStringView digits = QStringView(text).sliced(negative || text.startsWith(u'+') ? 1 : 0);
    const qint64 sign = negative ? -1 : 1;
    if (const auto value = radixInteger(digits)) {
        return Node::integer(sign * *value, position);
    }
    if (isDecimalInteger(digits)) {
        bool ok = false;
        const qint64 value = withoutSeparators(digits).toLongLong(&ok);
        // A number past 64 bits is only ever used as text.
        return ok ? Node::integer(sign * value, position) : Node::string(text, position);
    }
    if (const auto value = sexagesimal(digits)) {
        return Node::integer(sign * *value, position);
    }
    if (const auto value = decimalFraction(digits)) {
        return Node::decimal(double(sign) * *value, position);
    }
    return specialFloat(digits, negative, position);
}

// What Psych takes for a date or a time (scalar_scanner.rb).
static bool isDate(const QString &text)
{
    static const QRegularExpression date(
        u"^(\\d{4}-(1[012]|0\\d|\\d)-([12]\\d|3[01]|0\\d|\\d)"
        "|-?\\d{4}-\\d{1,2}-\\d{1,2}([Tt]|\\s+)\\d{1,2}:\\d\\d:\\d\\d(\\.\\d*)?(\\s*(Z|[-+]\\d{1,2}:?(\\d\\d)?))?)$"_s);
    return date.match(text).hasMatch();
}

QString refusedClass(const QString &text)
{
    // Few scalars have a hyphen where a year ends: the pattern is not asked for the others.
    const qsizetype year = text.startsWith(u'-') ? 1 : 0;
    if (text.size() < year + 8 || text[year + 4] != u'-' || !isDigit(text[year]) || !isDate(text)) {
        return {};
    }
    return text.contains(u':') ? u"Time"_s : u"Date"_s;
}

NodePtr plainScalar(const QString &text, Position position)
{
    if (text.isEmpty()) {
        return Node::null(position);
    }
    const QChar first = text.front();
    if (isDigit(first) || first == u'.' || first == u'-' || first == u'+') {
        NodePtr number = numberScalar(text, position);
        return number ? number : Node::string(text, position);
    }
    if (text.size() <= 5) {
        for (const ScalarWord &word : ScalarWords) {
            if (text.compare(word.word, Qt::CaseInsensitive) == 0) {
                return word.kind == Kind::Null ? Node::null(position)
                                               : Node::boolean(word.value, position);
            }
        }
    }
    return Node::string(text, position);
}

} // namespace ci::ciconfig
