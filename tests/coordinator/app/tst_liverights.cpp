// SPDX-License-Identifier: MIT
#include "coordinator/app/liverights.h"

#include "tests/coordinator/auth/world.h"
#include "tests/testmain.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci;
using live::Permission;
using protocol::Topic;

class LiveRightsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsADenialFromADatabaseThatCannotBeAsked();
};

void LiveRightsTest::tellsADenialFromADatabaseThatCannotBeAsked()
{
    test::World world;
    const Result<model::User> user = world.makeUser(u"alice"_s);
    const auto signedIn = std::get<auth::SignedIn>(world.signIn(u"alice"_s, "correct horse"));
    const live::CanSee canSee = app::askThrough(*world.loop, *world.authenticator, world.box);
    const auto ask = [&](const Topic &topic) {
        std::optional<Permission> answer;
        canSee({user->id, signedIn.session.id, {}}, {topic}, [&](const QList<Permission> &permissions) {
            answer = permissions.value(0);
        });
        (void)QTest::qWaitFor([&] { return answer.has_value(); });
        return answer;
    };
    QVERIFY(ask(Topic::projects()) == Permission::Granted);
    QVERIFY(ask(Topic::runners()) == Permission::Denied);
    QVERIFY(ask(Topic::job(JobId {41})) == Permission::Denied);

    QVERIFY(world.database->execute("BEGIN")); // The loop cannot begin its own.
    QVERIFY(ask(Topic::projects()) == Permission::Unknown);
    QVERIFY(ask(Topic::projects()) == Permission::Granted);

    QVERIFY(world.database->execute("ALTER TABLE jobs RENAME TO unreadable"));
    QVERIFY(ask(Topic::job(JobId {41})) == Permission::Unknown);
    QVERIFY(world.database->execute("ALTER TABLE browser_sessions RENAME TO unreadable_too"));
    QVERIFY(ask(Topic::projects()) == Permission::Unknown);
}

CAPSTAN_TEST(LiveRightsTest)
#include "tst_liverights.moc"
