// SPDX-License-Identifier: MIT
#include "db/variablestore.h"
#include "tests/coordinator/forge/world.h"
#include "tests/testmain.h"

#include <QTest>

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

CAPSTAN_TEST(LinterTest)
#include "tst_linter.moc"
