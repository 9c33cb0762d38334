// SPDX-License-Identifier: MIT
#include "coordinator/auth/authenticator.h"

#include "coordinator/auth/firststart.h"
#include "coordinator/auth/rights.h"
#include "db/jobstore.h"
#include "db/pipelinestore.h"
#include "db/groupstore.h"
#include "db/projectstore.h"
#include "db/userstore.h"
#include "tests/coordinator/auth/world.h"
#include "tests/testmain.h"

#include <QFile>
#include <QSignalSpy>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using namespace ci;
using namespace ci::auth;
using ci::test::World;

namespace {

template<typename Outcome>
ErrorKind refusalKind(const Outcome &outcome)
{
    return std::get<Refusal>(outcome).error.kind;
}

} // namespace

class AuthenticatorTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void signsInWithANewSessionEachTime();
    void storesNoSecretPlain();
    void doesTheSameWorkForUnknownUsers();
    void refusesBlockedUsers();
    void holdsGuessesBack();
    void countsGuessesSentAtOnce();
    void remembersAVerifiedPasswordUntilItChanges();
    void changingThePasswordEndsOtherSessions();
    void changingThePasswordIsNoWayToGuessIt();
    void changesAPasswordOnceAtATime();
    void aPasswordSetMeanwhileStays();
    void sessionsExpire();
    void tellsOfSessionsThatExpired();
    void recallsWhoCameOnlyWhileTheirCredentialStands();
    void deadCredentialsAreNotAnonymous();
    void tokensHaveScopeExpiryAndEnd();
    void gitSignsInByTokenPasswordAndJobToken();
    void firstStartMakesRootOnce();
    void lastAdministratorStays();
    void checksNames_data();
    void checksNames();

private:
    static Result<Identity> byCookie(World &world, const Secret &cookie);
    static Result<Identity> byToken(World &world, const QByteArray &token);
};

Result<Identity> AuthenticatorTest::byCookie(World &world, const Secret &cookie)
{
    return world.inCommand<Identity>([&](engine::Transaction &transaction) {
        return world.authenticator->identify(transaction, {{}, {}, cookie.reveal()});
    });
}

Result<Identity> AuthenticatorTest::byToken(World &world, const QByteArray &token)
{
    return world.inCommand<Identity>([&](engine::Transaction &transaction) {
        return world.authenticator->identify(transaction, {token, {}, {}});
    });
}

void AuthenticatorTest::signsInWithANewSessionEachTime()
{
    World world;
    QVERIFY(world.makeUser(u"alice"_s));
    const SignInOutcome first = world.signIn(u"Alice"_s, "correct horse");
    const SignInOutcome second = world.signIn(u"alice"_s, "correct horse");
    const auto &one = std::get<SignedIn>(first);
    const auto &two = std::get<SignedIn>(second);
    QVERIFY(!(one.cookie == two.cookie));
    QVERIFY(one.session.csrfToken != two.session.csrfToken);

    const Result<Identity> identity = byCookie(world, two.cookie);
    QVERIFY(identity);
    QCOMPARE(identity->means, Means::Session);
    QCOMPARE(identity->user->username, u"alice"_s);
    QVERIFY(checkCsrf(*identity, two.session.csrfToken));
    QCOMPARE(refusalKind(world.signIn(u"alice"_s, "wrong horse")), ErrorKind::Unauthenticated);
}

void AuthenticatorTest::storesNoSecretPlain()
{
    World world;
    const Result<model::User> user = world.makeUser(u"alice"_s);
    const auto signedIn = std::get<SignedIn>(world.signIn(u"alice"_s, "correct horse"));
    const Result<MintedToken> token = world.inCommand<MintedToken>([&](engine::Transaction &transaction) {
        return world.tokens->mint(transaction, {user->id, u"t"_s, {u"api"_s}, std::nullopt});
    });
    QVERIFY(token);
    QVERIFY(world.database->execute("PRAGMA wal_checkpoint(TRUNCATE)"));
    for (const QString &name : QDir(world.folder.path()).entryList(QDir::Files)) {
        QFile file(world.folder.filePath(name));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        QVERIFY(!bytes.contains(signedIn.cookie.reveal()));
        QVERIFY(!bytes.contains(token->secret.reveal()));
        QVERIFY(!bytes.contains("correct horse"));
    }
    QVERIFY(user->passwordHash.startsWith("$argon2id$"));
}

void AuthenticatorTest::doesTheSameWorkForUnknownUsers()
{
    // By the path taken, not by the clock: an unknown name costs one run of a worker too.
    World world;
    QVERIFY(world.makeUser(u"alice"_s));
    const qint64 before = world.passwords->hashesMade();
    QCOMPARE(refusalKind(world.signIn(u"alice"_s, "wrong horse")), ErrorKind::Unauthenticated);
    QCOMPARE(world.passwords->hashesMade(), before + 1);
    QCOMPARE(refusalKind(world.signIn(u"nobody"_s, "wrong horse")), ErrorKind::Unauthenticated);
    QCOMPARE(world.passwords->hashesMade(), before + 2);
    // And the stand-in hash has the form and cost of a real one: Argon2 does not refuse it unread.
    QVERIFY(world.passwords->standInIsSound());
}

void AuthenticatorTest::refusesBlockedUsers()
{
    World world;
    const Result<model::User> user = world.makeUser(u"alice"_s);
    const auto signedIn = std::get<SignedIn>(world.signIn(u"alice"_s, "correct horse"));
    QSignalSpy ended(&world.news, &engine::News::sessionEnded);
    UserChange change;
    change.isBlocked = true;
    bool isDone = false;
    world.users->change(user->id, change, &world.context, [&](const Result<model::User> &changed) {
        isDone = changed.isOk();
    });
    QTRY_VERIFY(isDone);
    QCOMPARE(ended.size(), 1);
    QVERIFY(!byCookie(world, signedIn.cookie));
    QCOMPARE(refusalKind(world.signIn(u"alice"_s, "correct horse")), ErrorKind::Unauthenticated);
    QCOMPARE(refusalKind(world.basic(u"alice"_s, "correct horse")), ErrorKind::Unauthenticated);
}

void AuthenticatorTest::holdsGuessesBack()
{
    World world;
    QVERIFY(world.makeUser(u"alice"_s));
    for (int i = 0; i < 5; ++i) {
        QCOMPARE(refusalKind(world.signIn(u"alice"_s, "guess " + QByteArray::number(i))),
                 ErrorKind::Unauthenticated);
    }
    const SignInOutcome held = world.signIn(u"alice"_s, "correct horse");
    QCOMPARE(refusalKind(held), ErrorKind::TooMany);
    QCOMPARE(std::get<Refusal>(held).retryAfter, 1s);
    world.clock.advance(1s);
    QVERIFY(std::holds_alternative<SignedIn>(world.signIn(u"alice"_s, "correct horse")));
}

void AuthenticatorTest::countsGuessesSentAtOnce()
{
    World world;
    QVERIFY(world.makeUser(u"alice"_s));
    int refused = 0;
    int held = 0;
    for (int i = 0; i < 30; ++i) {
        world.authenticator->identifyBasic(
            {u"alice"_s, Secret("guess " + QByteArray::number(i)), {u"10.0.0.1"_s, {}}},
            &world.context, [&](const IdentityOutcome &outcome) {
                (refusalKind(outcome) == ErrorKind::TooMany ? held : refused) += 1;
            });
    }
    QTRY_COMPARE(refused + held, 30);
    QCOMPARE(refused, 5);
    // The same right password from many connections is one check, not one guess each.
    World other;
    QVERIFY(other.makeUser(u"alice"_s));
    int admitted = 0;
    for (int i = 0; i < 30; ++i) {
        other.authenticator->identifyBasic(
            {u"alice"_s, Secret("correct horse"), {u"10.0.0.1"_s, {}}}, &other.context,
            [&](const IdentityOutcome &outcome) {
                admitted += std::holds_alternative<Identity>(outcome) ? 1 : 0;
            });
    }
    QTRY_COMPARE(admitted, 30);
}

void AuthenticatorTest::remembersAVerifiedPasswordUntilItChanges()
{
    World world;
    const Result<model::User> user = world.makeUser(u"alice"_s);
    QVERIFY(std::holds_alternative<Identity>(world.basic(u"alice"_s, "correct horse")));
    const qint64 before = world.passwords->hashesMade();
    for (int i = 0; i < 20; ++i) {
        QVERIFY(std::holds_alternative<Identity>(world.basic(u"alice"_s, "correct horse")));
    }
    QCOMPARE(world.passwords->hashesMade(), before);
    world.clock.advance(Passwords::RememberTime + 1s);
    QVERIFY(std::holds_alternative<Identity>(world.basic(u"alice"_s, "correct horse")));
    QCOMPARE(world.passwords->hashesMade(), before + 1);

    bool isChanged = false;
    world.users->changePassword(user->id, {Secret("correct horse"), Secret("battery staple"), {}},
                                &world.context,
                                [&](const Result<void> &changed) { isChanged = changed.isOk(); });
    QTRY_VERIFY(isChanged);
    QCOMPARE(refusalKind(world.basic(u"alice"_s, "correct horse")), ErrorKind::Unauthenticated);
    QVERIFY(std::holds_alternative<Identity>(world.basic(u"alice"_s, "battery staple")));
}

void AuthenticatorTest::changingThePasswordEndsOtherSessions()
{
    World world;
    const Result<model::User> user = world.makeUser(u"alice"_s);
    const auto kept = std::get<SignedIn>(world.signIn(u"alice"_s, "correct horse"));
    const auto other = std::get<SignedIn>(world.signIn(u"alice"_s, "correct horse"));
    QSignalSpy ended(&world.news, &engine::News::sessionEnded);
    std::optional<Result<void>> wrong;
    world.users->changePassword(user->id, {Secret("not it"), Secret("battery staple"), kept.session.id},
                                &world.context, [&](const Result<void> &done) { wrong.emplace(done); });
    QTRY_VERIFY(wrong.has_value());
    QCOMPARE(wrong->error().kind, ErrorKind::Forbidden);
    std::optional<Result<void>> tooShort;
    world.users->changePassword(user->id, {Secret("correct horse"), Secret("seven77"), kept.session.id},
                                &world.context, [&](const Result<void> &done) { tooShort.emplace(done); });
    QTRY_VERIFY(tooShort.has_value());
    QCOMPARE(tooShort->error().kind, ErrorKind::Invalid);
    QCOMPARE(ended.size(), 0);

    std::optional<Result<void>> changed;
    world.users->changePassword(user->id,
                                {Secret("correct horse"), Secret("battery staple"), kept.session.id},
                                &world.context, [&](const Result<void> &done) { changed.emplace(done); });
    QTRY_VERIFY(changed.has_value());
    QVERIFY(changed->isOk());
    QCOMPARE(ended.size(), 1);
    QCOMPARE(ended[0][0].value<SessionId>(), other.session.id);
    QVERIFY(byCookie(world, kept.cookie));
    QVERIFY(!byCookie(world, other.cookie));
}

void AuthenticatorTest::changingThePasswordIsNoWayToGuessIt()
{
    World world;
    const Result<model::User> user = world.makeUser(u"alice"_s);
    const auto change = [&](const QByteArray &current) {
        std::optional<Result<void>> done;
        world.users->changePassword(user->id,
                                    {Secret(current), Secret("battery staple"), {}, u"10.0.0.1"_s},
                                    &world.context,
                                    [&](const Result<void> &changed) { done.emplace(changed); });
        (void)QTest::qWaitFor([&] { return done.has_value(); });
        return *done;
    };
    for (int i = 0; i < 5; ++i) {
        QCOMPARE(change("guess " + QByteArray::number(i)).error().kind, ErrorKind::Forbidden);
    }
    QCOMPARE(change("correct horse").error().kind, ErrorKind::TooMany);
    QCOMPARE(refusalKind(world.signIn(u"alice"_s, "correct horse")), ErrorKind::TooMany);
    world.clock.advance(1s);
    QVERIFY(change("correct horse"));
}

void AuthenticatorTest::changesAPasswordOnceAtATime()
{
    World world;
    const Result<model::User> user = world.makeUser(u"alice"_s);
    QVERIFY(world.makeUser(u"bob"_s));
    std::vector<Result<void>> answers;
    const auto change = [&](const QByteArray &next) {
        world.users->changePassword(user->id,
                                    {Secret("correct horse"), Secret(next), {}, u"10.0.0.1"_s},
                                    &world.context,
                                    [&](const Result<void> &changed) { answers.push_back(changed); });
    };
    for (int i = 0; i < 100; ++i) { // More than may wait for a worker.
        change("battery staple " + QByteArray::number(i));
    }
    QVERIFY(std::holds_alternative<SignedIn>(world.signIn(u"bob"_s, "correct horse")));
    QTRY_COMPARE(answers.size(), size_t(100));
    QCOMPARE(std::count_if(answers.begin(), answers.end(), [](const auto &a) { return a.isOk(); }), 1);
    QCOMPARE(answers.front().error().kind, ErrorKind::TooMany);
}

void AuthenticatorTest::aPasswordSetMeanwhileStays()
{
    World world;
    const Result<model::User> user = world.makeUser(u"alice"_s);
    std::optional<Result<void>> changed;
    world.users->changePassword(user->id,
                                {Secret("correct horse"), Secret("battery staple"), {}, {}},
                                &world.context,
                                [&](const Result<void> &done) { changed.emplace(done); });
    // Behind the reading of the hash that is being verified.
    QVERIFY(world.inCommand<void>([&](engine::Transaction &transaction) {
        return world.users->storePassword(transaction, user->id, "$argon2id$another", {});
    }));
    QTRY_VERIFY(changed.has_value());
    QCOMPARE(changed->error().kind, ErrorKind::Conflict);
    QCOMPARE((*db::UserStore(*world.database).find(user->id))->passwordHash,
             QByteArray("$argon2id$another"));
}

void AuthenticatorTest::sessionsExpire()
{
    World world;
    const Result<model::User> user = world.makeUser(u"alice"_s);
    const auto idle = std::get<SignedIn>(world.signIn(u"alice"_s, "correct horse"));
    const auto used = std::get<SignedIn>(world.signIn(u"alice"_s, "correct horse"));
    for (int day = 0; day < 29; ++day) {
        world.clock.advance(24h);
        QVERIFY(byCookie(world, used.cookie));
    }
    QVERIFY(!byCookie(world, idle.cookie)); // A week unused.
    world.clock.advance(25h);
    QVERIFY(!byCookie(world, used.cookie)); // Thirty days, however much it is used.
    QVERIFY(world.inCommand<void>([&](engine::Transaction &transaction) {
        return world.sessions->removeExpired(transaction);
    }));
    QVERIFY(world.sessions->list(*world.database, user->id)->empty());
}

void AuthenticatorTest::tellsOfSessionsThatExpired()
{
    World world;
    const Result<model::User> user = world.makeUser(u"alice"_s);
    const auto idle = std::get<SignedIn>(world.signIn(u"alice"_s, "correct horse"));
    world.clock.advance(24h * 6);
    const auto used = std::get<SignedIn>(world.signIn(u"alice"_s, "correct horse"));
    QSignalSpy ended(&world.news, &engine::News::sessionEnded);
    const auto sweep = [&] {
        return world.inCommand<void>([&](engine::Transaction &transaction) {
            return world.sessions->removeExpired(transaction);
        });
    };
    QVERIFY(sweep());
    QCOMPARE(ended.size(), 0);
    world.clock.advance(24h);
    QVERIFY(sweep());
    QCOMPARE(ended.size(), 1);
    QCOMPARE(ended[0][0].value<SessionId>(), idle.session.id);
    QVERIFY(byCookie(world, used.cookie));
}

void AuthenticatorTest::recallsWhoCameOnlyWhileTheirCredentialStands()
{
    World world;
    const Result<model::User> user = world.makeUser(u"alice"_s);
    const Result<model::User> other = world.makeUser(u"bob"_s);
    const auto mint = [&](std::optional<Timestamp> expiry) {
        return world.inCommand<MintedToken>([&](engine::Transaction &transaction) {
            return world.tokens->mint(transaction, {user->id, u"t"_s, {u"read_api"_s}, expiry});
        });
    };
    const auto recall = [&](const Entry &entry) {
        return world.authenticator->recall(*world.database, entry);
    };
    const auto signedIn = std::get<SignedIn>(world.signIn(u"alice"_s, "correct horse"));
    const Entry bySession {user->id, signedIn.session.id, {}};
    const Entry byEternal {user->id, {}, mint(std::nullopt)->token.id};
    const Entry byShort {user->id, {}, mint(world.clock.now() + 1h)->token.id};
    QCOMPARE(recall(bySession)->means, Means::Session);
    QCOMPARE(recall(byEternal)->means, Means::Token);
    QCOMPARE(recall(byShort)->scope, Scope::Read);
    QVERIFY(!recall({other->id, signedIn.session.id, {}}));
    QVERIFY(!recall({user->id, {}, {}}));

    world.clock.advance(1h);
    QCOMPARE(recall(byShort).error().kind, ErrorKind::Unauthenticated);
    QSignalSpy ended(&world.news, &engine::News::tokenEnded);
    QVERIFY(world.inCommand<void>([&](engine::Transaction &transaction) {
        return world.tokens->revoke(transaction, byEternal.token, user->id);
    }));
    QCOMPARE(ended.size(), 1);
    QCOMPARE(ended[0][0].value<AccessTokenId>(), byEternal.token);
    QCOMPARE(recall(byEternal).error().kind, ErrorKind::Unauthenticated);
    world.clock.advance(24h * 7);
    QCOMPARE(recall(bySession).error().kind, ErrorKind::Unauthenticated);
}

void AuthenticatorTest::deadCredentialsAreNotAnonymous()
{
    World world;
    for (const Credentials &credentials :
         {Credentials {"glpat-unknown-unknown-unknown", {}, {}}, Credentials {"x", {}, {}},
          Credentials {{}, "nojobtoken", {}}, Credentials {{}, {}, QByteArray(43, 'a')},
          Credentials {{}, {}, QByteArray(100'000, 'a')}}) {
        const Result<Identity> identity = world.authenticator->identify(*world.database, credentials);
        QVERIFY(!identity);
        QCOMPARE(identity.error().kind, ErrorKind::Unauthenticated);
    }
    QVERIFY(world.authenticator->identify(*world.database, {})->isNobody());
}

void AuthenticatorTest::tokensHaveScopeExpiryAndEnd()
{
    World world;
    const Result<model::User> user = world.makeUser(u"alice"_s);
    const auto mint = [&](TokenWish wish) {
        return world.inCommand<MintedToken>([&](engine::Transaction &transaction) {
            return world.tokens->mint(transaction, wish);
        });
    };
    QVERIFY(!mint({user->id, u""_s, {u"api"_s}, std::nullopt}));
    QVERIFY(!mint({user->id, u"a"_s, {}, std::nullopt}));
    QVERIFY(!mint({user->id, u"a"_s, {u"sudo"_s}, std::nullopt}));
    QVERIFY(!mint({user->id, u"a"_s, {u"api"_s}, world.clock.now()}));
    const Result<MintedToken> reader
        = mint({user->id, u"a"_s, {u"read_api"_s}, world.clock.now() + 48h});
    const Result<MintedToken> writer = mint({user->id, u"b"_s, {u"api"_s}, std::nullopt});
    QVERIFY(reader->secret.reveal().startsWith("glpat-"));
    QCOMPARE(byToken(world, reader->secret.reveal())->scope, Scope::Read);
    QCOMPARE(byToken(world, writer->secret.reveal())->scope, Scope::Full);
    world.clock.advance(49h);
    QVERIFY(!byToken(world, reader->secret.reveal()));
    const Result<void> revoked = world.inCommand<void>([&](engine::Transaction &transaction) {
        return world.tokens->revoke(transaction, writer->token.id, user->id);
    });
    QVERIFY(revoked);
    QVERIFY(!byToken(world, writer->secret.reveal()));
    QVERIFY(!world.inCommand<void>([&](engine::Transaction &transaction) {
        return world.tokens->revoke(transaction, reader->token.id, UserId {999});
    }));
}

void AuthenticatorTest::gitSignsInByTokenPasswordAndJobToken()
{
    World world;
    const Result<model::User> user = world.makeUser(u"alice"_s, true);
    const Result<MintedToken> token = world.inCommand<MintedToken>([&](engine::Transaction &transaction) {
        return world.tokens->mint(transaction, {user->id, u"git"_s, {u"api"_s}, std::nullopt});
    });
    const IdentityOutcome byAccess = world.basic(u"oauth2"_s, token->secret.reveal());
    QCOMPARE(std::get<Identity>(byAccess).means, Means::Token);
    QCOMPARE(std::get<Identity>(world.basic(u"alice"_s, "correct horse")).means, Means::Password);

    const Result<model::Job> job = world.inCommand<model::Job>([&](engine::Transaction &transaction) -> Result<model::Job> {
        db::ProjectStore projects(transaction.database());
        model::Project project;
        project.group = (*db::GroupStore(transaction.database()).findByPath(u"alice"_s))->id;
        project.path = project.name = u"p"_s;
        project = *projects.insert(project);
        model::Pipeline pipeline;
        pipeline.project = project.id;
        pipeline.source = u"push"_s;
        pipeline = *db::PipelineStore(transaction.database(), world.box).insert(pipeline);
        model::Job running;
        running.pipeline = pipeline.id;
        running.project = project.id;
        running.name = u"j"_s;
        running.user = user->id;
        running.state = model::JobState::Running;
        db::JobStore jobs(transaction.database(), world.box);
        running = *jobs.insert(running, {}, {});
        running.tokenHash = tokenHash("job-token-1");
        if (const Result<bool> stored = jobs.update(running, model::JobState::Running); !stored) {
            return stored.error();
        }
        return running;
    });
    QVERIFY2(job, job ? "" : qPrintable(job.error().detail));
    const IdentityOutcome byJob = world.basic(u"gitlab-ci-token"_s, "job-token-1");
    const Identity &identity = std::get<Identity>(byJob);
    QCOMPARE(identity.means, Means::Job);
    QCOMPARE(identity.jobProject, job->project);
    QVERIFY(!identity.isAdmin()); // Although an administrator started it.
    QCOMPARE(refusalKind(world.basic(u"gitlab-ci-token"_s, "correct horse")),
             ErrorKind::Unauthenticated);
    QCOMPARE(refusalKind(world.basic(u"gitlab-ci-token"_s, {})), ErrorKind::Unauthenticated);
}

void AuthenticatorTest::firstStartMakesRootOnce()
{
    World world;
    const auto start = [&](const FirstStartWishes &wishes) {
        return world.inCommand<Secret>([&](engine::Transaction &transaction) {
            return ensureRoot(transaction, *world.users, *world.tokens, world.parts(), wishes);
        });
    };
    QVERIFY(!start({Secret("short"), {}, {}}));
    const Result<Secret> generated = start({{}, Secret("a-token-from-the-environment"), {}});
    QVERIFY(generated);
    QCOMPARE(generated->reveal().size(), 20);
    bool isSetUp = false;
    world.users->whenSetUp(world.users.get(), [&isSetUp] { isSetUp = true; });
    QVERIFY(!isSetUp); // Its hash takes a moment, and sign-ins wait for it.
    QTRY_VERIFY(isSetUp);
    QVERIFY(std::holds_alternative<SignedIn>(world.signIn(u"root"_s, generated->reveal())));
    QVERIFY(byToken(world, "a-token-from-the-environment")->isAdmin());

    const Result<Secret> again = start({Secret("another password"), Secret("a-token-from-the-environment"), {}});
    QVERIFY(again);
    QVERIFY(again->isEmpty());
    QCOMPARE(refusalKind(world.signIn(u"root"_s, "another password")), ErrorKind::Unauthenticated);
    QCOMPARE(*db::UserStore(*world.database).count(), 1);
}

void AuthenticatorTest::lastAdministratorStays()
{
    World world;
    const Result<model::User> admin = world.makeUser(u"boss"_s, true);
    QVERIFY(world.makeUser(u"alice"_s));
    const auto remove = [&](UserId id) {
        return world.inCommand<void>([&, id](engine::Transaction &transaction) {
            return world.users->remove(transaction, id);
        });
    };
    QCOMPARE(remove(admin->id).error().kind, ErrorKind::Conflict);
    QVERIFY(world.makeUser(u"second"_s, true));
    QVERIFY(remove(admin->id));
    QCOMPARE(remove(admin->id).error().kind, ErrorKind::NotFound);
}

void AuthenticatorTest::checksNames_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<bool>("isGood");

    QTest::newRow("plain") << u"alice"_s << true;
    QTest::newRow("with signs") << u"a.b-c_1"_s << true;
    QTest::newRow("empty") << u""_s << false;
    QTest::newRow("a path") << u"a/b"_s << false;
    QTest::newRow("dots") << u".."_s << false;
    QTest::newRow("an option") << u"-rf"_s << false;
    QTest::newRow("ours") << u"API"_s << false;
    QTest::newRow("a repository") << u"x.git"_s << false;
    QTest::newRow("a line break") << u"a\nb"_s << false;
    QTest::newRow("a trailing line break") << u"ab\n"_s << false;
    QTest::newRow("not ASCII") << u"äöü"_s << false;
    QTest::newRow("too long") << QString(65, u'a') << false;
    QTest::newRow("the job's") << u"gitlab-ci-token"_s << false;
}

void AuthenticatorTest::checksNames()
{
    QFETCH(QString, name);
    QTEST(Users::checkUsername(name).isOk(), "isGood");
    World world;
    QTEST(world.makeUser(name).isOk(), "isGood");
}

CAPSTAN_TEST(AuthenticatorTest)
#include "tst_authenticator.moc"
