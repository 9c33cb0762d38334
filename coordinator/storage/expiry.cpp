// SPDX-License-Identifier: MIT
#include "coordinator/storage/expiry.h"

#include <QString>
#include <QStringList>

#include <array>

namespace ci::storage {

using namespace Qt::StringLiterals;
using std::chrono::seconds;

namespace {

struct ExpiryUnit
{
    QStringView name;
    double secondsEach;
};

// Reference of the CI language, section 7, "Durations".
constexpr std::array ExpiryUnits {
    ExpiryUnit {u"s", 1},          ExpiryUnit {u"sec", 1},
    ExpiryUnit {u"second", 1},     ExpiryUnit {u"m", 60},
    ExpiryUnit {u"min", 60},       ExpiryUnit {u"minute", 60},
    ExpiryUnit {u"h", 3600},       ExpiryUnit {u"hr", 3600},
    ExpiryUnit {u"hour", 3600},    ExpiryUnit {u"d", 86400},
    ExpiryUnit {u"day", 86400},    ExpiryUnit {u"w", 604800},
    ExpiryUnit {u"wk", 604800},    ExpiryUnit {u"week", 604800},
    ExpiryUnit {u"mo", 2592000},   ExpiryUnit {u"mos", 2592000},
    ExpiryUnit {u"month", 2592000}, ExpiryUnit {u"y", 31557600},
    ExpiryUnit {u"yr", 31557600},  ExpiryUnit {u"year", 31557600},
};

// A century: beyond it the sum could leave the range of a time stamp.
constexpr double LongestExpiry = 100.0 * 31557600;

std::optional<double> unitSeconds(QStringView name)
{
    for (const ExpiryUnit &unit : ExpiryUnits) {
        const bool isPlural = name.endsWith(u's') && name.chopped(1) == unit.name;
        if (name == unit.name || isPlural) {
            return unit.secondsEach;
        }
    }
    return std::nullopt;
}

// "1h 30m" → 1 h 30 m: numbers and words apart, without fillers.
QStringList expiryWords(QStringView text)
{
    QString spaced;
    QChar last = u' ';
    for (const QChar c : text) {
        const bool isNumber = c.isDigit() || c == u'.';
        const bool wasNumber = last.isDigit() || last == u'.';
        if (isNumber != wasNumber) {
            spaced += u' ';
        }
        spaced += c == u',' ? QChar(u' ') : c.toLower();
        last = c;
    }
    QStringList words = spaced.simplified().split(u' ', Qt::SkipEmptyParts);
    words.removeAll(u"and"_s);
    return words;
}

std::optional<seconds> expirySpan(QStringView text)
{
    const QStringList words = expiryWords(text);
    double total = 0;
    for (qsizetype i = 0; i < words.size(); i += 2) {
        bool isNumber = false;
        const double number = words.at(i).toDouble(&isNumber);
        const bool isLast = i + 1 == words.size();
        const std::optional<double> unit
            = isLast ? std::optional(1.0) : unitSeconds(words.at(i + 1));
        if (!isNumber || number < 0 || !unit || (isLast && words.size() > 1)) {
            return std::nullopt;
        }
        total += number * *unit;
    }
    if (words.isEmpty() || total > LongestExpiry) {
        return std::nullopt;
    }
    return seconds {static_cast<qint64>(total)};
}

} // namespace

std::optional<Timestamp> expiryTime(QStringView expireIn,
                                    Timestamp now,
                                    std::optional<seconds> fallback)
{
    const QStringView text = expireIn.trimmed();
    if (text.compare("never"_L1, Qt::CaseInsensitive) == 0) {
        return std::nullopt;
    }
    const std::optional<seconds> span = expirySpan(text);
    const std::optional<seconds> used = span ? span : fallback;
    return used ? std::optional(now + *used) : std::nullopt;
}

} // namespace ci::storage
