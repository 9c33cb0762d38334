// SPDX-License-Identifier: MIT
#include "coordinator/queue/idtokens.h"

#include "tests/testmain.h"

#include <QJsonDocument>
#include <QTest>

using namespace ci;
using namespace Qt::StringLiterals;

/// What id tokens say of their job.
class IdTokensTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesTheRef_data();
    void namesTheRef();
};

void IdTokensTest::namesTheRef_data()
{
    QTest::addColumn<QString>("ref");
    QTest::addColumn<bool>("isTag");
    QTest::addColumn<QString>("sourceBranch"); // Null: no merge request.
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("path");
    QTest::newRow("a branch") << u"main"_s << false << QString() << u"main"_s
                              << u"refs/heads/main"_s;
    QTest::newRow("a tag") << u"v1"_s << true << QString() << u"v1"_s << u"refs/tags/v1"_s;
    QTest::newRow("a merge request's branch")
        << u"refs/merge-requests/7/head"_s << false << u"topic"_s << u"topic"_s
        << u"refs/heads/topic"_s;
    QTest::newRow("a merge request that tells no branch")
        << u"refs/merge-requests/7/head"_s << false << u""_s << u"refs/merge-requests/7/head"_s
        << u"refs/merge-requests/7/head"_s;
}

void IdTokensTest::namesTheRef()
{
    QFETCH(const QString, ref);
    QFETCH(const bool, isTag);
    QFETCH(const QString, sourceBranch);
    QFETCH(const QString, name);
    QFETCH(const QString, path);
    queue::JobRecords records;
    records.project.groupPath = u"root"_s;
    records.project.path = u"sample"_s;
    records.project.ciConfigPath = u".gitlab-ci.yml"_s;
    records.pipeline.ref = ref;
    records.pipeline.isTag = isTag;
    if (!sourceBranch.isNull()) {
        records.pipeline.origin.mergeRequest.emplace();
        records.pipeline.origin.mergeRequest->sourceBranch = sourceBranch;
    }
    records.spec.idTokens = {{u"TOKEN"_s, {u"https://vault.example.test"_s}}};
    static const Result<queue::SigningKey> key = queue::SigningKey::generate();
    queue::QueueSettings settings;
    settings.externalUrl = QUrl(u"https://ci.example.test"_s);
    const queue::VariableList variables;
    const auto tokens = queue::idTokens(*key, settings,
                                        {.records = records, .job = {}, .runner = {},
                                         .variables = variables, .userAccess = {},
                                         .timeout = std::chrono::hours {1}, .now = {}});
    QVERIFY(tokens);
    const QByteArray claimsPart = tokens->first().value.toLatin1().split('.').at(1);
    const QJsonObject claims
        = QJsonDocument::fromJson(
              QByteArray::fromBase64(claimsPart, QByteArray::Base64UrlEncoding))
              .object();
    QCOMPARE(claims.value("ref"_L1).toString(), name);
    QCOMPARE(claims.value("ref_path"_L1).toString(), path);
    QCOMPARE(claims.value("sub"_L1).toString(),
             u"project_path:root/sample:ref_type:%1:ref:%2"_s.arg(
                 isTag ? u"tag"_s : u"branch"_s, name));
    QCOMPARE(claims.value("ci_config_ref_uri"_L1).toString(),
             u"ci.example.test/root/sample//.gitlab-ci.yml@"_s + path);
}

CAPSTAN_TEST(IdTokensTest)
#include "tst_idtokens.moc"
