// SPDX-License-Identifier: MIT
#include "coordinator/auth/rights.h"

#include "tests/testmain.h"

#include <QTest>

using namespace Qt::StringLiterals;
using namespace ci;
using namespace ci::auth;
using model::Role;
using model::Visibility;

Q_DECLARE_METATYPE(ci::auth::Right)
Q_DECLARE_METATYPE(ci::model::Role)

namespace {

/// "ok", or the status that the API answers with.
QString word(const Result<void> &result)
{
    if (result) {
        return u"ok"_s;
    }
    switch (result.error().kind) {
    case ErrorKind::Unauthenticated:
        return u"401"_s;
    case ErrorKind::Forbidden:
        return u"403"_s;
    case ErrorKind::NotFound:
        return u"404"_s;
    default:
        return u"other"_s;
    }
}

Identity person(Scope scope = Scope::Full)
{
    Identity identity;
    identity.means = Means::Token;
    identity.scope = scope;
    identity.user = model::User();
    identity.user->id = UserId {7};
    return identity;
}

Standing standing(Role role, Visibility visibility = Visibility::Private)
{
    return {role, visibility, false, ProjectId {3}};
}

} // namespace

class RightsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void terminalsNeedMoreOnProtectedRefs_data();
    void terminalsNeedMoreOnProtectedRefs();
    void leastRoleOfEachRight_data();
    void leastRoleOfEachRight();
    void visibilityOpensReadingOnly_data();
    void visibilityOpensReadingOnly();
    void hidesWhatIsInvisible();
    void readOnlyTokensOnlyRead();
    void jobsReadTheirOwnProjectOnly();
    void archivedProjectsStayAsTheyAre();
    void instanceRightsNeedAnAdministrator();
    void changesOfABrowserNeedItsToken();
};

void RightsTest::terminalsNeedMoreOnProtectedRefs_data()
{
    QTest::addColumn<Role>("role");
    QTest::addColumn<bool>("isProtected");
    QTest::addColumn<bool>("isStarter");
    QTest::addColumn<QString>("answer");

    QTest::newRow("a developer on a free branch") << Role::Developer << false << false << u"ok"_s;
    QTest::newRow("a reporter never") << Role::Reporter << false << true << u"403"_s;
    QTest::newRow("a developer on a protected branch") << Role::Developer << true << false << u"403"_s;
    QTest::newRow("the developer who started the job") << Role::Developer << true << true << u"ok"_s;
    QTest::newRow("a reporter who started it before a fall") << Role::Reporter << true << true << u"403"_s;
    QTest::newRow("a maintainer on a protected branch") << Role::Maintainer << true << false << u"ok"_s;
    QTest::newRow("a stranger sees nothing") << Role::None << false << false << u"404"_s;
}

void RightsTest::terminalsNeedMoreOnProtectedRefs()
{
    QFETCH(Role, role);
    QFETCH(bool, isProtected);
    QFETCH(bool, isStarter);
    QTEST(word(allowed(person(), Right::OpenTerminal, standing(role), {isProtected, isStarter})), "answer");
}

void RightsTest::leastRoleOfEachRight_data()
{
    QTest::addColumn<Right>("right");
    QTest::addColumn<Role>("least");
    QTest::addColumn<Role>("leastOnProtected");

    const auto row = [](const char *name, Right right, Role least, Role onProtected) {
        QTest::newRow(name) << right << least << onProtected;
    };
    row("see a project", Right::SeeProject, Role::Guest, Role::Guest);
    row("read code", Right::ReadCode, Role::Reporter, Role::Reporter);
    row("see logs", Right::SeeJobs, Role::Reporter, Role::Reporter);
    row("push", Right::Push, Role::Developer, Role::Maintainer);
    row("run a pipeline", Right::RunPipeline, Role::Developer, Role::Maintainer);
    row("play a job", Right::PlayJob, Role::Developer, Role::Maintainer);
    row("retry a job", Right::RetryJob, Role::Developer, Role::Maintainer);
    row("cancel a job", Right::CancelJob, Role::Developer, Role::Maintainer);
    row("see a run's variables", Right::SeePipelineVariables, Role::Maintainer, Role::Maintainer);
    row("manage variables", Right::ManageVariables, Role::Maintainer, Role::Maintainer);
    row("manage members", Right::ManageMembers, Role::Maintainer, Role::Maintainer);
    row("manage runners", Right::ManageRunners, Role::Maintainer, Role::Maintainer);
    row("change the project", Right::ManageProject, Role::Maintainer, Role::Maintainer);
    row("delete a pipeline", Right::DeletePipeline, Role::Owner, Role::Owner);
    row("delete the project", Right::DeleteProject, Role::Owner, Role::Owner);
}

void RightsTest::leastRoleOfEachRight()
{
    QFETCH(Right, right);
    QFETCH(Role, least);
    QFETCH(Role, leastOnProtected);
    for (const Role role : {Role::Guest, Role::Reporter, Role::Developer, Role::Maintainer, Role::Owner}) {
        QCOMPARE(word(allowed(person(), right, standing(role))), role >= least ? u"ok"_s : u"403"_s);
        QCOMPARE(word(allowed(person(), right, standing(role), {.isRefProtected = true})),
                 role >= leastOnProtected ? u"ok"_s : u"403"_s);
    }
}

void RightsTest::visibilityOpensReadingOnly_data()
{
    QTest::addColumn<Right>("right");
    QTest::addColumn<bool>("isOpen");

    QTest::newRow("the project") << Right::SeeProject << true;
    QTest::newRow("code") << Right::ReadCode << true;
    QTest::newRow("logs") << Right::SeeJobs << true;
    QTest::newRow("artifacts") << Right::ReadArtifacts << true;
    QTest::newRow("members") << Right::SeeMembers << false;
    QTest::newRow("pushing") << Right::Push << false;
    QTest::newRow("terminals") << Right::OpenTerminal << false;
    QTest::newRow("variables") << Right::ManageVariables << false;
}

void RightsTest::visibilityOpensReadingOnly()
{
    QFETCH(Right, right);
    QFETCH(bool, isOpen);
    const Standing internal = standing(Role::None, Visibility::Internal);
    const Standing open = standing(Role::None, Visibility::Public);
    QCOMPARE(word(allowed(person(), right, internal)), isOpen ? u"ok"_s : u"403"_s);
    QCOMPARE(word(allowed({}, right, internal)), u"401"_s);
    QCOMPARE(word(allowed(person(), right, open)), isOpen ? u"ok"_s : u"403"_s);
    QCOMPARE(word(allowed({}, right, open)), isOpen ? u"ok"_s : u"401"_s);
}

void RightsTest::hidesWhatIsInvisible()
{
    QCOMPARE(word(allowed({}, Right::SeeProject, standing(Role::None))), u"401"_s);
    QCOMPARE(word(allowed(person(), Right::SeeProject, standing(Role::None))), u"404"_s);
    QCOMPARE(word(missingProject({})), u"401"_s);
    QCOMPARE(missingProject(person()).detail,
             allowed(person(), Right::SeeProject, standing(Role::None)).error().detail);
}

void RightsTest::readOnlyTokensOnlyRead()
{
    const Identity reader = person(Scope::Read);
    for (const RightRow &row : RightsTable) {
        QCOMPARE(word(allowed(reader, row.right, standing(Role::Owner))),
                 row.isReading ? u"ok"_s : u"403"_s);
    }
    QCOMPARE(word(allowed(reader, InstanceRight::SeeOwnAccount)), u"ok"_s);
    QCOMPARE(word(allowed(reader, InstanceRight::ChangeOwnAccount)), u"403"_s);
    QCOMPARE(word(allowed(reader, InstanceRight::CreateProject)), u"403"_s);
    // A token of any scope makes no other.
    QCOMPARE(word(allowed(person(), InstanceRight::MintToken)), u"403"_s);
    Identity signedIn = person();
    signedIn.means = Means::Session;
    QCOMPARE(word(allowed(signedIn, InstanceRight::MintToken)), u"ok"_s);
}

void RightsTest::jobsReadTheirOwnProjectOnly()
{
    Identity job = person();
    job.means = Means::Job;
    job.job = JobId {1};
    job.jobProject = ProjectId {3};
    job.user->isAdmin = true; // Whoever started it: the job gets none of their rights.
    for (const RightRow &row : RightsTable) {
        QCOMPARE(word(allowed(job, row.right, standing(Role::None))),
                 row.isForJobs ? u"ok"_s : u"403"_s);
    }
    Standing other = standing(Role::None);
    other.project = ProjectId {4};
    QCOMPARE(word(allowed(job, Right::ReadCode, other)), u"404"_s);
    other.visibility = Visibility::Internal;
    QCOMPARE(word(allowed(job, Right::ReadCode, other)), u"404"_s);
    QCOMPARE(word(allowed(job, InstanceRight::ManageUsers)), u"401"_s);
}

void RightsTest::archivedProjectsStayAsTheyAre()
{
    Standing archived = standing(Role::Owner);
    archived.isArchived = true;
    QCOMPARE(word(allowed(person(), Right::Push, archived)), u"403"_s);
    QCOMPARE(word(allowed(person(), Right::OpenTerminal, archived)), u"403"_s);
    QCOMPARE(word(allowed(person(), Right::ReadCode, archived)), u"ok"_s);
    QCOMPARE(word(allowed(person(), Right::ManageProject, archived)), u"ok"_s);
}

void RightsTest::instanceRightsNeedAnAdministrator()
{
    Identity admin = person();
    admin.user->isAdmin = true;
    for (const InstanceRight right : {InstanceRight::ManageUsers, InstanceRight::ManageRunners,
                                      InstanceRight::SeeUsers, InstanceRight::SeeAllRunners}) {
        QCOMPARE(word(allowed(person(), right)), u"403"_s);
        QCOMPARE(word(allowed({}, right)), u"401"_s);
        QCOMPARE(word(allowed(admin, right)), u"ok"_s);
    }
    QCOMPARE(word(allowed(person(), InstanceRight::CreateProject)), u"ok"_s);
}

void RightsTest::changesOfABrowserNeedItsToken()
{
    Identity browser = person();
    browser.means = Means::Session;
    browser.csrfToken = "right";
    QVERIFY(checkCsrf(browser, "right"));
    QCOMPARE(word(checkCsrf(browser, "wrong")), u"403"_s);
    QCOMPARE(word(checkCsrf(browser, {})), u"403"_s);
    QVERIFY(checkCsrf(person(), {}));
}

CAPSTAN_TEST(RightsTest)
#include "tst_rights.moc"
