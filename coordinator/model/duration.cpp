// SPDX-License-Identifier: MIT
#include "coordinator/model/duration.h"

#include <QLatin1StringView>
#include <QLocale>
#include <QString>

#include <algorithm>
#include <array>
#include <vector>

using namespace Qt::StringLiterals;

namespace ci::model {

struct DurationUnit
{
    QLatin1StringView name;
    double seconds;
};

constexpr double Minute = 60;
constexpr double Hour = 60 * Minute;
constexpr double Day = 24 * Hour;
constexpr double Week = 7 * Day;
constexpr double Month = 30 * Day;
constexpr double Year = 365.25 * Day;
constexpr double LongestSeconds = 100 * Year;
constexpr qsizetype LongestText = 1'000; ///< Every word of it is kept for a moment.

constexpr std::array DurationUnits {
    DurationUnit {"s"_L1, 1},         DurationUnit {"sec"_L1, 1},
    DurationUnit {"secs"_L1, 1},      DurationUnit {"second"_L1, 1},
    DurationUnit {"seconds"_L1, 1},   DurationUnit {"m"_L1, Minute},
    DurationUnit {"min"_L1, Minute},  DurationUnit {"mins"_L1, Minute},
    DurationUnit {"minute"_L1, Minute}, DurationUnit {"minutes"_L1, Minute},
    DurationUnit {"h"_L1, Hour},      DurationUnit {"hr"_L1, Hour},
    DurationUnit {"hrs"_L1, Hour},    DurationUnit {"hour"_L1, Hour},
    DurationUnit {"hours"_L1, Hour},  DurationUnit {"d"_L1, Day},
    DurationUnit {"dy"_L1, Day},      DurationUnit {"day"_L1, Day},
    DurationUnit {"days"_L1, Day},    DurationUnit {"w"_L1, Week},
    DurationUnit {"wk"_L1, Week},     DurationUnit {"wks"_L1, Week},
    DurationUnit {"week"_L1, Week},   DurationUnit {"weeks"_L1, Week},
    DurationUnit {"mo"_L1, Month},    DurationUnit {"mos"_L1, Month},
    DurationUnit {"month"_L1, Month}, DurationUnit {"months"_L1, Month},
    DurationUnit {"y"_L1, Year},      DurationUnit {"yr"_L1, Year},
    DurationUnit {"yrs"_L1, Year},    DurationUnit {"year"_L1, Year},
    DurationUnit {"years"_L1, Year},
};

struct NumberWord
{
    QLatin1StringView word;
    int value;
};

constexpr std::array NumberWords {
    NumberWord {"a"_L1, 1},       NumberWord {"an"_L1, 1},      NumberWord {"one"_L1, 1},
    NumberWord {"two"_L1, 2},     NumberWord {"three"_L1, 3},   NumberWord {"four"_L1, 4},
    NumberWord {"five"_L1, 5},    NumberWord {"six"_L1, 6},     NumberWord {"seven"_L1, 7},
    NumberWord {"eight"_L1, 8},   NumberWord {"nine"_L1, 9},    NumberWord {"ten"_L1, 10},
    NumberWord {"eleven"_L1, 11}, NumberWord {"twelve"_L1, 12}, NumberWord {"thirteen"_L1, 13},
    NumberWord {"fourteen"_L1, 14}, NumberWord {"fifteen"_L1, 15}, NumberWord {"twenty"_L1, 20},
    NumberWord {"thirty"_L1, 30}, NumberWord {"forty"_L1, 40},  NumberWord {"fifty"_L1, 50},
    NumberWord {"sixty"_L1, 60},
};

static std::optional<double> unitSeconds(QStringView word)
{
    for (const DurationUnit &unit : DurationUnits) {
        if (word.compare(unit.name, Qt::CaseInsensitive) == 0) {
            return unit.seconds;
        }
    }
    return std::nullopt;
}

static std::optional<double> numberWord(QStringView word)
{
    for (const NumberWord &number : NumberWords) {
        if (word.compare(number.word, Qt::CaseInsensitive) == 0) {
            return number.value;
        }
    }
    return std::nullopt;
}

static bool isDecimalDigit(QChar c) { return c >= u'0' && c <= u'9'; }

// Where a number that begins at `from` ends: digits, and a point only where a digit follows it.
static qsizetype numberEnd(QStringView text, qsizetype from)
{
    const auto digitAt = [text](qsizetype i) { return i < text.size() && isDecimalDigit(text[i]); };
    qsizetype end = from;
    while (digitAt(end)) {
        ++end;
    }
    if (end < text.size() && text[end] == u'.' && digitAt(end + 1)) {
        ++end;
        while (digitAt(end)) {
            ++end;
        }
    }
    return end;
}

// Numbers stand for themselves, everything between them is words with space around.
static QStringList durationWords(QStringView text)
{
    QStringList words;
    for (qsizetype i = 0; i < text.size();) {
        if (text[i].isSpace()) {
            ++i;
            continue;
        }
        qsizetype end = numberEnd(text, i);
        if (end == i) {
            while (end < text.size() && !text[end].isSpace() && numberEnd(text, end) == end) {
                ++end;
            }
        }
        words.append(text.sliced(i, end - i).toString());
        i = end;
    }
    return words;
}

// "3:41:59": seconds last, and each part before them counts the next unit.
static std::optional<double> clockSeconds(QStringView text)
{
    constexpr std::array units {1.0, Minute, Hour, Day, Month, Year};
    const QString packed = text.toString().remove(u' ');
    const auto parts = QStringView(packed).split(u':');
    if (parts.size() < 2 || size_t(parts.size()) > units.size()) {
        return std::nullopt;
    }
    double total = 0;
    for (qsizetype i = 0; i < parts.size(); ++i) {
        const QStringView part = parts[parts.size() - 1 - i];
        if (part.isEmpty() || !std::all_of(part.begin(), part.end(), isDecimalDigit)) {
            return std::nullopt;
        }
        total += part.toDouble() * units[size_t(i)];
    }
    return total;
}

struct DurationPart
{
    bool isNumber = false;
    double value = 0; ///< The number, or the seconds of the unit.
};

static bool isJoiner(QStringView word)
{
    constexpr QLatin1StringView joiners[] {"and"_L1, "with"_L1, "plus"_L1};
    return std::any_of(std::begin(joiners), std::end(joiners), [word](QLatin1StringView joiner) {
        return word.compare(joiner, Qt::CaseInsensitive) == 0;
    });
}

static QStringView withoutCommas(QStringView word)
{
    if (word.startsWith(u',')) {
        word = word.sliced(1);
    }
    return word.endsWith(u',') ? word.chopped(1) : word;
}

// nullopt: a word that is none of ours.
static std::optional<std::vector<DurationPart>> durationParts(QStringView text)
{
    std::vector<DurationPart> parts;
    bool afterTens = false; // "twenty five": the ones are added.
    for (const QString &word : durationWords(text)) {
        bool ok = false;
        const double number = QLocale::c().toDouble(word, &ok);
        if (ok) {
            parts.push_back({true, number});
            afterTens = false;
            continue;
        }
        const QStringView bare = withoutCommas(word);
        if (const auto named = numberWord(bare)) {
            if (afterTens && *named < 10) {
                parts.back().value += *named;
            } else {
                parts.push_back({true, *named});
            }
            afterTens = *named >= 20;
        } else if (const auto unit = unitSeconds(bare)) {
            parts.push_back({false, *unit});
            afterTens = false;
        } else if (!isJoiner(bare)) {
            return std::nullopt;
        }
    }
    return parts;
}

// As ChronicDuration, with which GitLab reads them: "day" is one day, a bare number at the end is
// seconds, a number before another number counts nothing.
static std::optional<double> spokenSeconds(QStringView text)
{
    auto parts = durationParts(text);
    if (!parts || parts->empty()) {
        return std::nullopt;
    }
    if (!parts->front().isNumber) {
        parts->insert(parts->begin(), {true, 1});
    }
    double total = 0;
    for (size_t i = 0; i < parts->size(); ++i) {
        if (!(*parts)[i].isNumber) {
            continue;
        }
        const bool isLast = i + 1 == parts->size();
        const bool hasUnit = !isLast && !(*parts)[i + 1].isNumber;
        total += (*parts)[i].value * (hasUnit ? (*parts)[i + 1].value : isLast ? 1 : 0);
    }
    return total;
}

std::optional<std::chrono::seconds> parseDuration(QStringView text)
{
    if (text.size() > LongestText) {
        return std::nullopt;
    }
    auto total = clockSeconds(text);
    if (!total) {
        total = spokenSeconds(text);
    }
    if (!total || !(*total > 0) || !(*total < LongestSeconds)) {
        return std::nullopt;
    }
    return std::chrono::seconds(qint64(*total));
}

bool isNever(QStringView text) { return text.compare("never"_L1, Qt::CaseInsensitive) == 0; }

} // namespace ci::model
