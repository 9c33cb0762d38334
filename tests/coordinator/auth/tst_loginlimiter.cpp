// SPDX-License-Identifier: MIT
#include "coordinator/auth/loginlimiter.h"

#include "tests/testmain.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace ci;
using namespace ci::auth;

class LoginLimiterTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void doublesTheWaitPastThePatience();
    void countsAnAddressOverAllNames();
    void countsAnIpv6NetworkAsOne();
    void cannotBeUsedToLockANameOut();
    void forgetsAfterSuccessAndAfterTime();
    void staysBounded();
};

void LoginLimiterTest::doublesTheWaitPastThePatience()
{
    ManualClock clock;
    LoginLimiter limiter(clock);
    const LoginLimiter::Attempt attempt {u"192.0.2.1"_s, u"root"_s};
    for (int i = 0; i < 4; ++i) {
        limiter.started(attempt);
        QCOMPARE(limiter.wait(attempt), 0s);
    }
    limiter.started(attempt);
    QCOMPARE(limiter.wait(attempt), 1s);
    clock.advance(1s);
    QCOMPARE(limiter.wait(attempt), 0s);
    limiter.started(attempt);
    QCOMPARE(limiter.wait(attempt), 2s);
    limiter.started(attempt);
    QCOMPARE(limiter.wait(attempt), 4s);
    QCOMPARE(limiter.wait({u"192.0.2.1"_s, u"ROOT"_s}), 4s);
    for (int i = 0; i < 30; ++i) {
        limiter.started(attempt);
    }
    QCOMPARE(limiter.wait(attempt), LoginLimiter::MaxWait);
}

void LoginLimiterTest::countsAnAddressOverAllNames()
{
    ManualClock clock;
    LoginLimiter limiter(clock);
    for (int i = 0; i < 21; ++i) {
        limiter.started({u"192.0.2.1"_s, u"user%1"_s.arg(i)});
    }
    QCOMPARE(limiter.wait({u"192.0.2.1"_s, u"fresh"_s}), 2s);
    QCOMPARE(limiter.wait({u"192.0.2.2"_s, u"fresh"_s}), 0s);
    // One account of one's own does not buy fresh guesses.
    limiter.succeeded({u"192.0.2.1"_s, u"user3"_s});
    QCOMPARE(limiter.wait({u"192.0.2.1"_s, u"fresh"_s}), 1s);
}

void LoginLimiterTest::countsAnIpv6NetworkAsOne()
{
    ManualClock clock;
    LoginLimiter limiter(clock);
    for (int i = 0; i < 6; ++i) {
        limiter.started({u"2001:db8:1:2::%1"_s.arg(i + 1), u"root"_s});
    }
    QCOMPARE(limiter.wait({u"2001:db8:1:2:ffff::9"_s, u"root"_s}), 2s);
    QCOMPARE(limiter.wait({u"2001:db8:1:3::1"_s, u"root"_s}), 0s);
}

void LoginLimiterTest::cannotBeUsedToLockANameOut()
{
    ManualClock clock;
    LoginLimiter limiter(clock);
    for (int i = 0; i < 2000; ++i) {
        limiter.started({u"198.51.%1.%2"_s.arg(i / 250).arg(i % 250), u"root"_s});
    }
    QCOMPARE(limiter.wait({u"192.0.2.1"_s, u"root"_s}), 10s);
}

void LoginLimiterTest::forgetsAfterSuccessAndAfterTime()
{
    ManualClock clock;
    LoginLimiter limiter(clock);
    const LoginLimiter::Attempt attempt {u"192.0.2.1"_s, u"root"_s};
    for (int i = 0; i < 10; ++i) {
        limiter.started(attempt);
    }
    QVERIFY(limiter.wait(attempt) > 0s);
    limiter.succeeded(attempt);
    QCOMPARE(limiter.wait(attempt), 0s);
    for (int i = 0; i < 30; ++i) {
        limiter.started(attempt);
    }
    clock.advance(LoginLimiter::ForgetTime + 1s);
    QCOMPARE(limiter.wait(attempt), 0s);
    limiter.started(attempt);
    QCOMPARE(limiter.wait(attempt), 0s);
}

void LoginLimiterTest::staysBounded()
{
    ManualClock clock;
    LoginLimiter limiter(clock);
    const LoginLimiter::Attempt stubborn {u"203.0.113.5"_s, u"root"_s};
    for (int i = 0; i < 12; ++i) {
        limiter.started(stubborn);
    }
    for (int i = 0; i < 3 * LoginLimiter::MaxEntries; ++i) {
        limiter.started({u"10.%1.%2.%3"_s.arg(i >> 16).arg((i >> 8) & 255).arg(i & 255),
                         u"name%1"_s.arg(i)});
    }
    QVERIFY(limiter.size() <= LoginLimiter::MaxEntries);
    QVERIFY(limiter.wait(stubborn) > 0s); // The flood does not wash the worst away.
}

CAPSTAN_TEST(LoginLimiterTest)
#include "tst_loginlimiter.moc"
