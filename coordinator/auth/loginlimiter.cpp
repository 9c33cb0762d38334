// SPDX-License-Identifier: MIT
#include "coordinator/auth/loginlimiter.h"

#include <QHostAddress>

#include <algorithm>
#include <array>

namespace ci::auth {

using namespace Qt::StringLiterals;
using std::chrono::seconds;

namespace {

/// One person's typing mistakes, an office behind one address, and a name that the world guesses
/// at. Failures up to the patience cost nothing.
struct LimiterRule
{
    enum class By : quint8 { Both, Address, User } by;
    int patience;
    seconds longest;
};

// By user alone the longest wait is short: else anybody could lock a known name out.
constexpr std::array LimiterRules {
    LimiterRule {LimiterRule::By::Both, 5, LoginLimiter::MaxWait},
    LimiterRule {LimiterRule::By::Address, 20, LoginLimiter::MaxWait},
    LimiterRule {LimiterRule::By::User, 50, seconds {10}},
};

/// A stranger usually has a whole /64 of IPv6 to himself.
QString networkOf(const QString &address)
{
    const QHostAddress host(address);
    if (host.protocol() != QAbstractSocket::IPv6Protocol) {
        return address;
    }
    Q_IPV6ADDR bytes = host.toIPv6Address();
    std::fill(std::begin(bytes.c) + 8, std::end(bytes.c), quint8(0));
    return QHostAddress(bytes).toString();
}

QString limiterKey(LimiterRule::By by, const LoginLimiter::Attempt &attempt)
{
    // Cut: a name is at most 64 long, and what is longer must not eat memory here.
    const QString user = attempt.username.left(64).toLower();
    switch (by) {
    case LimiterRule::By::Both:
        return u"b"_s + networkOf(attempt.address) + u'\n' + user;
    case LimiterRule::By::Address:
        return u"a"_s + networkOf(attempt.address);
    case LimiterRule::By::User:
        return u"u"_s + user;
    }
    return {};
}

/// 1 s after the first failure past the patience, doubled by each further one.
seconds waitAfter(int failures, const LimiterRule &rule)
{
    const int beyond = failures - rule.patience;
    if (beyond < 0) {
        return seconds {0};
    }
    return std::min(rule.longest, seconds {qint64(1) << std::min(beyond, 20)});
}

} // namespace

seconds LoginLimiter::wait(const Attempt &attempt) const
{
    seconds longest {0};
    for (const LimiterRule &rule : LimiterRules) {
        const auto found = m_counts.constFind(limiterKey(rule.by, attempt));
        if (found == m_counts.constEnd() || isStale(*found)) {
            continue;
        }
        const auto until = found->lastFailure + waitAfter(found->failures, rule);
        const auto left = until - m_clock.monotonic();
        longest = std::max(longest, std::chrono::ceil<seconds>(left));
    }
    return longest;
}

void LoginLimiter::started(const Attempt &attempt)
{
    if (m_counts.size() + qsizetype(LimiterRules.size()) > MaxEntries) {
        makeRoom();
    }
    for (const LimiterRule &rule : LimiterRules) {
        Count &count = m_counts[limiterKey(rule.by, attempt)];
        count.failures = isStale(count) ? 1 : count.failures + 1;
        count.lastFailure = m_clock.monotonic();
    }
}

void LoginLimiter::succeeded(const Attempt &attempt)
{
    m_counts.remove(limiterKey(LimiterRule::By::Both, attempt));
    m_counts.remove(limiterKey(LimiterRule::By::User, attempt));
    // The address only loses this one: who owns one account must not get fresh guesses at others.
    const auto address = m_counts.find(limiterKey(LimiterRule::By::Address, attempt));
    if (address != m_counts.end() && --address->failures <= 0) {
        m_counts.erase(address);
    }
}

bool LoginLimiter::isStale(const Count &count) const
{
    return m_clock.monotonic() - count.lastFailure > ForgetTime;
}

void LoginLimiter::makeRoom()
{
    m_counts.removeIf([this](auto entry) { return isStale(*entry); });
    if (m_counts.size() < MaxEntries * 9 / 10) {
        return;
    }
    // Under attack by very many: forget the half with the fewest failures.
    QList<int> failures;
    for (const Count &count : std::as_const(m_counts)) {
        failures.append(count.failures);
    }
    const auto middle = failures.begin() + failures.size() / 2;
    std::nth_element(failures.begin(), middle, failures.end());
    const int median = *middle;
    m_counts.removeIf([median](auto entry) { return entry->failures <= median; });
}

} // namespace ci::auth
