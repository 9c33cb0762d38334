// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/cron.h"

#include <QDateTime>

#include <algorithm>
#include <array>
#include <span>

namespace ci::pipelines {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 MinuteMs = 60'000;
constexpr qint64 DayMs = 24 * 60 * MinuteMs;
// From one 29 February to the next there are at most eight years.
constexpr int MaxDays = 9 * 366;
constexpr qsizetype MaxLength = 256;

struct Word
{
    QLatin1StringView name;
    QLatin1StringView fields;
};
constexpr std::array Words {
    Word {"@yearly"_L1, "0 0 1 1 *"_L1},  Word {"@annually"_L1, "0 0 1 1 *"_L1},
    Word {"@monthly"_L1, "0 0 1 * *"_L1}, Word {"@weekly"_L1, "0 0 * * 0"_L1},
    Word {"@daily"_L1, "0 0 * * *"_L1},   Word {"@midnight"_L1, "0 0 * * *"_L1},
    Word {"@noon"_L1, "0 12 * * *"_L1},   Word {"@hourly"_L1, "0 * * * *"_L1},
};

constexpr std::array MonthNames {"jan"_L1, "feb"_L1, "mar"_L1, "apr"_L1, "may"_L1, "jun"_L1,
                                 "jul"_L1, "aug"_L1, "sep"_L1, "oct"_L1, "nov"_L1, "dec"_L1};
constexpr std::array DayNames {"sun"_L1, "mon"_L1, "tue"_L1, "wed"_L1, "thu"_L1, "fri"_L1, "sat"_L1};

/// One of the five fields: its bounds and names.
struct Field
{
    QLatin1StringView title;
    int first = 0;
    int last = 0;
    std::span<const QLatin1StringView> names; ///< Of `first` and what follows.
};
constexpr std::array Fields {
    Field {"minute"_L1, 0, 59, {}},      Field {"hour"_L1, 0, 23, {}},
    Field {"day of month"_L1, 1, 31, {}}, Field {"month"_L1, 1, 12, MonthNames},
    Field {"day of week"_L1, 0, 7, DayNames},
};

Error wrong(const Field &field, const QString &part)
{
    return invalid(u"cron: `%1` is no %2 (%3 to %4)"_s.arg(part, field.title)
                       .arg(field.first)
                       .arg(field.last));
}

std::optional<int> numberIn(const Field &field, QStringView text)
{
    for (size_t i = 0; i < field.names.size(); ++i) {
        if (text.compare(field.names[i], Qt::CaseInsensitive) == 0) {
            return field.first + static_cast<int>(i);
        }
    }
    const bool isNumber = !text.isEmpty() && text.size() <= 2
        && std::all_of(text.begin(), text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    const int number = isNumber ? text.toInt() : -1;
    return number >= field.first && number <= field.last ? std::optional(number) : std::nullopt;
}

/// "*", "5", "1-5", each with "/2" behind it; a range may go over the end ("22-2", "fri-mon").
template<size_t Size>
Result<void> addPart(std::bitset<Size> &set, const Field &field, const QString &part)
{
    const QString range = part.section(u'/', 0, 0);
    const bool hasStep = part.contains(u'/');
    bool isNumber = true;
    const int step = hasStep ? part.section(u'/', 1).toInt(&isNumber) : 1;
    const QStringList ends = range.split(u'-');
    if (!isNumber || step < 1 || step > field.last || ends.size() > 2) {
        return wrong(field, part);
    }
    const bool isAll = range == "*"_L1;
    const std::optional<int> from = isAll ? field.first : numberIn(field, ends.front());
    std::optional<int> to = from;
    if (ends.size() == 2) {
        to = numberIn(field, ends.back());
    } else if (isAll || hasStep) {
        to = field.last;
    }
    if (!from || !to) {
        return wrong(field, part);
    }
    const int count = field.last - field.first + 1;
    const int length = *to >= *from ? *to - *from : *to - *from + count;
    for (int each = 0; each <= length; each += step) {
        const int value = field.first + (*from - field.first + each) % count;
        set.set(static_cast<size_t>(value) % Size);
    }
    return {};
}

template<size_t Size>
Result<void> readField(std::bitset<Size> &set, const Field &field, const QString &text)
{
    for (const QString &part : text.split(u',')) {
        if (const Result<void> added = addPart(set, field, part); !added) {
            return added;
        }
    }
    return {};
}

qint64 offsetAt(const QTimeZone &zone, qint64 utcMs)
{
    return qint64 {1000} * zone.offsetFromUtc(QDateTime::fromMSecsSinceEpoch(utcMs, Qt::UTC));
}

/// The moment at which the clocks of `zone` show `localMs`.
qint64 momentOf(const QTimeZone &zone, qint64 localMs)
{
    // No zone jumps by more than a day; two days around it see both sides of any jump.
    const qint64 before = localMs - 2 * DayMs;
    const qint64 after = localMs + 2 * DayMs;
    const std::array offsets {offsetAt(zone, before), offsetAt(zone, after)};
    std::optional<qint64> first;
    for (const qint64 offset : offsets) {
        const qint64 moment = localMs - offset;
        if (offsetAt(zone, moment) == offset) {
            first = std::min(first.value_or(moment), moment);
        }
    }
    if (first) {
        return *first;
    }
    // The clocks leave it out: the moment of the jump, to which the offset changes.
    qint64 low = before;
    qint64 high = after;
    while (high - low > 1) {
        const qint64 middle = low + (high - low) / 2;
        (offsetAt(zone, middle) == offsets[0] ? low : high) = middle;
    }
    return high;
}

struct ZoneName
{
    QLatin1StringView name;
    QLatin1StringView zone;
};
// Names of Rails' list that are not the last part of an IANA name.
constexpr std::array ZoneNames {
    ZoneName {"Pacific Time (US & Canada)"_L1, "America/Los_Angeles"_L1},
    ZoneName {"Mountain Time (US & Canada)"_L1, "America/Denver"_L1},
    ZoneName {"Central Time (US & Canada)"_L1, "America/Chicago"_L1},
    ZoneName {"Eastern Time (US & Canada)"_L1, "America/New_York"_L1},
    ZoneName {"Berlin"_L1, "Europe/Berlin"_L1},   ZoneName {"London"_L1, "Europe/London"_L1},
    ZoneName {"Paris"_L1, "Europe/Paris"_L1},     ZoneName {"Madrid"_L1, "Europe/Madrid"_L1},
    ZoneName {"Rome"_L1, "Europe/Rome"_L1},       ZoneName {"Vienna"_L1, "Europe/Vienna"_L1},
    ZoneName {"Moscow"_L1, "Europe/Moscow"_L1},   ZoneName {"New Delhi"_L1, "Asia/Kolkata"_L1},
    ZoneName {"Beijing"_L1, "Asia/Shanghai"_L1},  ZoneName {"Tokyo"_L1, "Asia/Tokyo"_L1},
    ZoneName {"Sydney"_L1, "Australia/Sydney"_L1},
};

} // namespace

Result<Cron> Cron::parse(const QString &text)
{
    QString written = text.simplified();
    for (const Word &word : Words) {
        if (written.compare(word.name, Qt::CaseInsensitive) == 0) {
            written = word.fields;
        }
    }
    const QStringList fields = written.split(u' ');
    if (text.size() > MaxLength || fields.size() != qsizetype(Fields.size())) {
        return invalid(u"cron: five fields are needed (minute hour day month weekday), or a word "
                       "such as @daily"_s);
    }
    Cron cron;
    QStringList monthDays = fields[2].split(u',');
    cron.m_days.lastOfMonth = monthDays.removeAll(u"L"_s) + monthDays.removeAll(u"l"_s) > 0;
    std::bitset<8> weekDays;
    Result<void> read = readField(cron.m_minutes, Fields[0], fields[0]);
    read = read ? readField(cron.m_hours, Fields[1], fields[1]) : read;
    if (read && !monthDays.isEmpty()) {
        read = readField(cron.m_days.ofMonth, Fields[2], monthDays.join(u','));
    }
    read = read ? readField(cron.m_days.months, Fields[3], fields[3]) : read;
    read = read ? readField(weekDays, Fields[4], fields[4]) : read;
    if (!read) {
        return read.error();
    }
    for (size_t day = 0; day < weekDays.size(); ++day) {
        if (weekDays[day]) {
            cron.m_days.ofWeek.set(day % 7); // 7 is Sunday too.
        }
    }
    cron.m_days.anyOfMonth = fields[2].startsWith(u'*');
    cron.m_days.anyOfWeek = fields[4].startsWith(u'*');
    return cron;
}

bool Cron::matches(QDate date) const
{
    if (!m_days.months[static_cast<size_t>(date.month())]) {
        return false;
    }
    const bool isMonthDay = m_days.ofMonth[static_cast<size_t>(date.day())]
        || (m_days.lastOfMonth && date.day() == date.daysInMonth());
    const bool isWeekDay = m_days.ofWeek[static_cast<size_t>(date.dayOfWeek() % 7)];
    return m_days.anyOfMonth || m_days.anyOfWeek ? isMonthDay && isWeekDay
                                                 : isMonthDay || isWeekDay;
}

std::optional<Timestamp>
Cron::nextOn(QDate date, Timestamp after, const QTimeZone &zone) const
{
    const qint64 midnight = QDateTime(date, QTime(0, 0), Qt::UTC).toMSecsSinceEpoch();
    for (size_t hour = 0; hour < m_hours.size(); ++hour) {
        for (size_t minute = 0; m_hours[hour] && minute < m_minutes.size(); ++minute) {
            if (!m_minutes[minute]) {
                continue;
            }
            const qint64 local = midnight + qint64(hour * 60 + minute) * MinuteMs;
            const Timestamp moment = fromMilliseconds(momentOf(zone, local));
            if (moment > after) {
                return moment;
            }
        }
    }
    return std::nullopt;
}

std::optional<Timestamp> Cron::next(Timestamp after, const QTimeZone &zone) const
{
    const qint64 utc = toMilliseconds(after);
    const qint64 local = utc + offsetAt(zone, utc);
    // A day early: a jump may have taken the clocks back over midnight.
    QDate date = QDateTime::fromMSecsSinceEpoch(local, Qt::UTC).date().addDays(-1);
    for (int day = 0; day < MaxDays; ++day, date = date.addDays(1)) {
        if (!matches(date)) {
            continue;
        }
        if (const std::optional<Timestamp> found = nextOn(date, after, zone)) {
            return found;
        }
    }
    return std::nullopt;
}

Result<QTimeZone> timeZoneNamed(const QString &name)
{
    QByteArray id = name.trimmed().toUtf8();
    for (const ZoneName &known : ZoneNames) {
        if (name.trimmed() == known.name) {
            id = QByteArray(known.zone.data(), known.zone.size());
        }
    }
    if (id == "UTC" || id == "Etc/UTC") {
        return QTimeZone::utc();
    }
    const QTimeZone zone(id);
    return !id.isEmpty() && id.size() < 64 && zone.isValid()
        ? Result<QTimeZone>(zone)
        : Result<QTimeZone>(invalid(u"cron_timezone: there is no time zone `%1`; use a name such "
                                     "as Europe/Berlin or UTC"_s.arg(name.left(64))));
}

} // namespace ci::pipelines
