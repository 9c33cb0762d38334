// SPDX-License-Identifier: MIT
#include "db/variablestore.h"
#include "tests/coordinator/forge/world.h"
#include "tests/testmain.h"

#include <QTcpServer>
#include <QTest>

#include <algorithm>

using namespace ci;
using namespace ci::test;
using namespace Qt::StringLiterals;
using engine::Transaction;

/// What a lint tells, and to whom.
class LinterTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup() { m_world.reset(); }

    void storedVariablesNeedTheRightToRun_data();
    void storedVariablesNeedTheRightToRun();
    void slowHostsHoldUpNoPipeline();
    void refusesMoreThanMayWait();

private:
    void setVariable(const QString &key, const QByteArray &value, bool isProtected);
    forge::LintResult lint(const forge::LintWish &wish);
    auth::Identity caller(const QString &who) const;

    std::unique_ptr<ForgeWorld> m_world;
    model::User m_alice; ///< Owner.
    model::User m_dave; ///< Developer.
    model::User m_eve; ///< Nobody's member.
    model::Project m_project; ///< Public.
};

void LinterTest::init()
{
    m_world = std::make_unique<ForgeWorld>();
    m_alice = m_world->makeUser(u"alice"_s);
    m_dave = m_world->makeUser(u"dave"_s);
    m_eve = m_world->makeUser(u"eve"_s);
    m_project = m_world->makeProject(m_alice, u"sample"_s, model::Visibility::Public);
    m_world->setRole(m_project, m_dave, model::Role::Developer);
    const QString clone = m_world->makeClone(u"a"_s, {{u"readme"_s, "x"}});
    QCOMPARE(m_world->push(clone, m_project, "alice", {u"main"_s, u"main:free"_s}).code, 0);
    ForgeWorld::waitFor([this] { return m_world->seenRefs(m_project).size() == 2; });
    setVariable(u"GUARDED"_s, "guarded-words", true);
    setVariable(u"PLAIN"_s, "plain-words", false);
}

void LinterTest::setVariable(const QString &key, const QByteArray &value, bool isProtected)
{
    model::Variable variable;
    variable.owner = m_project.id.value();
    variable.key = key;
    variable.value = Secret(value);
    variable.isProtected = isProtected;
    QVERIFY(m_world->inCommand<model::Variable>([&](Transaction &transaction) {
        return db::VariableStore(transaction.database(), m_world->box).insert(variable);
    }));
}

forge::LintResult LinterTest::lint(const forge::LintWish &wish)
{
    std::optional<Result<forge::LintResult>> made;
    m_world->starter->lint(wish, &m_world->context, [&made](const Result<forge::LintResult> &result) {
        made.emplace(result);
    });
    ForgeWorld::waitFor([&] { return made.has_value(); });
    return *made ? **made : forge::LintResult();
}

auth::Identity LinterTest::caller(const QString &who) const
{
    if (who.isEmpty()) {
        return {};
    }
    const QStringList words = who.split(u' ');
    auth::Identity identity = tokenOf(words[0] == "alice"_L1 ? m_alice
                                      : words[0] == "dave"_L1 ? m_dave
                                                              : m_eve);
    if (words.value(1) == "reading"_L1) {
        identity.scope = auth::Scope::Read;
    }
    return identity;
}

void LinterTest::storedVariablesNeedTheRightToRun_data()
{
    QTest::addColumn<QString>("who");
    QTest::addColumn<QString>("ref");
    QTest::addColumn<QString>("seen");
    QTest::newRow("nobody sees none") << u""_s << u""_s << u""_s;
    QTest::newRow("a stranger sees none") << u"eve"_s << u"free"_s << u""_s;
    QTest::newRow("a developer sees none of a protected branch") << u"dave"_s << u""_s << u""_s;
    QTest::newRow("nor by its full name") << u"dave"_s << u"refs/heads/main"_s << u""_s;
    QTest::newRow("a developer sees what a job of a free branch has")
        << u"dave"_s << u"free"_s << u"plain-words"_s;
    QTest::newRow("the owner sees all") << u"alice"_s << u""_s << u"guarded-words plain-words"_s;
    QTest::newRow("a token for reading sees none") << u"alice reading"_s << u""_s << u""_s;
}

void LinterTest::storedVariablesNeedTheRightToRun()
{
    QFETCH(QString, who);
    QFETCH(QString, ref);
    QFETCH(QString, seen);
    for (const forge::LintAim aim : {forge::LintAim::Check, forge::LintAim::Compile}) {
        QStringList told;
        for (const QByteArray &key : {"GUARDED"_ba, "PLAIN"_ba}) {
            const forge::LintResult result
                = lint({m_project.id, "include: \"$" + key + ".yml\"\n", ref, aim, caller(who)});
            QVERIFY(!result.errors.empty());
            for (const ciconfig::Message &message : result.errors) {
                for (const QString &secret : {u"guarded-words"_s, u"plain-words"_s}) {
                    told += message.text.contains(secret) ? QStringList(secret) : QStringList();
                }
            }
        }
        told.removeDuplicates();
        QCOMPARE(told.join(u' '), seen);
    }
}

void LinterTest::slowHostsHoldUpNoPipeline()
{
    m_world->includes.allowsPrivateAddresses = true;
    m_world->restart();
    QTcpServer silent; // Takes connections and never answers.
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    const QByteArray content
        = "include: {remote: 'http://127.0.0.1:" + QByteArray::number(silent.serverPort()) + "/a.yml'}\n";
    int answers = 0;
    for (const model::User &user : {m_alice, m_dave, m_eve}) {
        m_world->starter->lint({m_project.id, content, {}, forge::LintAim::Check, tokenOf(user)},
                               &m_world->context, [&](const Result<forge::LintResult> &) { ++answers; });
    }
    int asked = 0;
    connect(&silent, &QTcpServer::newConnection, this, [&] { ++asked; });
    ForgeWorld::waitFor([&] { return asked == 3; });
    const QString clone
        = m_world->makeClone(u"b"_s, {{u".gitlab-ci.yml"_s, "build: {script: [echo]}\n"}});
    QCOMPARE(m_world->push(clone, m_project, "alice", {u"main:other"_s}).code, 0);
    m_world->waitForPipelines(m_project, 1);
    QCOMPARE(answers, 0);
    m_world.reset(); // Ends the wait for them.
}

void LinterTest::refusesMoreThanMayWait()
{
    std::vector<std::optional<ErrorKind>> answers;
    const size_t asked = 1 + forge::Linter::MaxWaitingOfUser + 1;
    for (size_t i = 0; i < asked; ++i) {
        m_world->starter->lint({m_project.id, "a: {script: [x]}\n", {}, forge::LintAim::Check, tokenOf(m_alice)},
                               &m_world->context, [&](const Result<forge::LintResult> &result) {
                                   answers.push_back(result ? std::optional<ErrorKind>() : result.error().kind);
                               });
    }
    QVERIFY(answers.empty()); // Never from inside the call.
    ForgeWorld::waitFor([&] { return answers.size() == asked; });
    QCOMPARE(std::count(answers.begin(), answers.end(), std::nullopt), std::ptrdiff_t(asked - 1));
    QCOMPARE(std::count(answers.begin(), answers.end(), ErrorKind::TooMany), std::ptrdiff_t(1));
}

CAPSTAN_TEST(LinterTest)
#include "tst_linter.moc"
