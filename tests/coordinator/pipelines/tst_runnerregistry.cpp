// SPDX-License-Identifier: MIT
#include "tests/coordinator/pipelines/world.h"
#include "tests/testmain.h"

#include <QTest>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;
using engine::Transaction;

/// Runners and their tokens.
class RunnerRegistryTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aResetTokenKeepsItsKind_data();
    void aResetTokenKeepsItsKind();
};

void RunnerRegistryTest::aResetTokenKeepsItsKind_data()
{
    QTest::addColumn<bool>("isCreated");
    QTest::newRow("made in the page") << true;
    QTest::newRow("registered") << false;
}

void RunnerRegistryTest::aResetTokenKeepsItsKind()
{
    QFETCH(const bool, isCreated);
    World world;
    const auto made = world.call<queue::CreatedRunner>([&](Transaction &transaction) {
        protocol::RunnerRegistration registration;
        registration.token = Secret("registration"_ba);
        queue::RunnerRegistry &runners = world.core().runners();
        return isCreated ? runners.create(transaction, {})
                         : runners.registerRunner(transaction, registration);
    });
    QVERIFY(made);
    world.restart();
    const auto reset = [&] {
        return world.call<queue::CreatedRunner>([&](Transaction &transaction) {
            return world.core().runners().resetToken(transaction, made->runner.id);
        });
    };
    for (const auto &again : {reset(), reset()}) {
        QVERIFY(again);
        QCOMPARE(again->token.reveal().startsWith("glrt-"), isCreated);
        QVERIFY(!again->runner.shortToken.startsWith("glrt-"));
    }
}

CAPSTAN_TEST(RunnerRegistryTest)
#include "tst_runnerregistry.moc"
