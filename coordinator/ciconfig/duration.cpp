// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/duration.h"

#include <QLatin1StringView>
#include <QLocale>
#include <QString>

#include <array>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

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

static bool isNumberCharacter(QChar c) { return (c >= u'0' && c <= u'9') || c == u'.'; }

// Runs of digits, runs of letters; everything between them only separates.
static std::optional<QStringList> durationWords(QStringView text)
{
    QStringList words;
    for (qsizetype i = 0; i < text.size();) {
        const QChar c = text[i];
        if (c.isSpace() || c == u',') {
            ++i;
            continue;
        }
        const bool number = isNumberCharacter(c);
        if (!number && !c.isLetter()) {
            return std::nullopt;
        }
        qsizetype end = i;
        while (end < text.size() && (number ? isNumberCharacter(text[end]) : text[end].isLetter())) {
            ++end;
        }
        words.append(text.sliced(i, end - i).toString());
        i = end;
    }
    return words;
}

std::optional<std::chrono::seconds> parseDuration(QStringView text)
{
    const auto words = durationWords(text);
    if (!words || words->isEmpty()) {
        return std::nullopt;
    }
    double total = 0;
    std::optional<double> amount;
    for (const QString &word : *words) {
        if (word.compare("and"_L1, Qt::CaseInsensitive) == 0) {
            continue;
        }
        const auto unit = amount ? unitSeconds(word) : std::nullopt;
        if (unit) {
            total += *amount * *unit;
            amount.reset();
            continue;
        }
        bool ok = false;
        const double number = QLocale::c().toDouble(word, &ok);
        const auto value = ok ? std::optional(number) : numberWord(word);
        if (!value || amount) {
            return std::nullopt;
        }
        amount = value;
    }
    total += amount.value_or(0); // A bare number is seconds.
    if (!(total < LongestSeconds)) {
        return std::nullopt;
    }
    return std::chrono::seconds(qint64(total));
}

} // namespace ci::ciconfig
