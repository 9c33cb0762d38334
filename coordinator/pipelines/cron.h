// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/result.h"

#include <QDate>
#include <QString>
#include <QTimeZone>

#include <bitset>
#include <optional>

namespace ci::pipelines {

/// When a schedule runs: five fields (minute, hour, day of month, month, day of week) with lists,
/// ranges, steps and names, or a word such as `@daily`. Day of month and day of week both given:
/// either suffices, as in cron. Pure.
class Cron
{
public:
    /// Invalid, with the field that is wrong.
    static Result<Cron> parse(const QString &text);

    /// The first moment after `after`, by the clocks of `zone`. A time of day that the clocks leave
    /// out counts at the moment when they jump; one that comes twice counts the first time only.
    /// nullopt: never, such as on 30 February.
    std::optional<Timestamp> next(Timestamp after, const QTimeZone &zone) const;

private:
    struct Days
    {
        std::bitset<32> ofMonth;
        bool lastOfMonth = false;
        std::bitset<13> months;
        std::bitset<7> ofWeek; ///< 0: Sunday.
        bool anyOfMonth = false;
        bool anyOfWeek = false;
    };

    bool matches(QDate date) const;
    std::optional<Timestamp> nextOn(QDate date, Timestamp after, const QTimeZone &zone) const;

    std::bitset<60> m_minutes;
    std::bitset<24> m_hours;
    Days m_days;
};

/// A zone by its IANA name ("Europe/Berlin"), "UTC", or a name that GitLab's list uses for one
/// ("Berlin"). Invalid: there is none.
Result<QTimeZone> timeZoneNamed(const QString &name);

} // namespace ci::pipelines
