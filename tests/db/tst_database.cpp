// SPDX-License-Identifier: MIT
#include "db/database.h"
#include "db/migrations.h"
#include "db/query.h"
#include "tests/testmain.h"

#include <QTemporaryDir>
#include <QTest>

using namespace ci;
using namespace Qt::StringLiterals;

class DatabaseTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void migratesAnEmptyFileToTheNewestVersion();
    void refusesANewerDatabaseWithTheRemedy();
    void savepointRollsBackUnlessReleased();
    void emptyTextIsNotNull();
    void textKeepsNulAndUnicode();
    void listsSurviveStorage();
    void readOnlyConnectionSeesCommitsAndCannotWrite();
    void everyForeignKeyHasAnIndex();

private:
    std::unique_ptr<db::Database> openMigrated(const QTemporaryDir &folder)
    {
        auto database = db::Database::open(folder.filePath(u"test.db"_s));
        if (!database || !(*database)->migrate()) {
            return nullptr;
        }
        return std::move(*database);
    }
};

void DatabaseTest::migratesAnEmptyFileToTheNewestVersion()
{
    QTemporaryDir folder;
    auto database = openMigrated(folder);
    QVERIFY(database);
    QCOMPARE(database->schemaVersion(), db::migrations().back().version);
    QVERIFY(database->migrate()); // A second time changes nothing.
}

void DatabaseTest::refusesANewerDatabaseWithTheRemedy()
{
    QTemporaryDir folder;
    auto database = openMigrated(folder);
    QVERIFY(database);
    QVERIFY(database->execute("PRAGMA user_version = 9999"));
    const Result<void> refused = database->migrate();
    QVERIFY(!refused);
    QVERIFY(refused.error().detail.contains(u"9999"_s));
    QVERIFY(refused.error().detail.contains(u"install the newer program"_s));
}

void DatabaseTest::savepointRollsBackUnlessReleased()
{
    QTemporaryDir folder;
    auto database = openMigrated(folder);
    QVERIFY(database);
    QVERIFY(database->execute("BEGIN"));
    {
        db::Savepoint kept(*database);
        QVERIFY(database->execute("INSERT INTO instance VALUES ('kept', x'00')"));
        QVERIFY(kept.release());
    }
    {
        db::Savepoint undone(*database);
        QVERIFY(database->execute("INSERT INTO instance VALUES ('undone', x'00')"));
    }
    QVERIFY(database->execute("COMMIT"));
    db::Query query(*database, "SELECT key FROM instance");
    QVERIFY(query.next());
    QCOMPARE(query.text(0), u"kept"_s);
    QVERIFY(!query.next());
}

void DatabaseTest::emptyTextIsNotNull()
{
    QTemporaryDir folder;
    auto database = openMigrated(folder);
    QVERIFY(database);
    db::Query query(*database, "SELECT :text IS NULL, :none IS NULL");
    query.bind(":text", QString()).bind(":none", std::optional<qint64>());
    QVERIFY(query.next());
    QCOMPARE(query.integer(0), 0);
    QCOMPARE(query.integer(1), 1);
}

void DatabaseTest::textKeepsNulAndUnicode()
{
    QTemporaryDir folder;
    auto database = openMigrated(folder);
    QVERIFY(database);
    const QString text = u"a\u00e4\U0001F600"_s + QChar(u'\0') + u"z"_s;
    db::Query query(*database, "SELECT :text");
    query.bind(":text", text);
    QVERIFY(query.next());
    QCOMPARE(query.text(0), text);
}

void DatabaseTest::listsSurviveStorage()
{
    QTemporaryDir folder;
    auto database = openMigrated(folder);
    QVERIFY(database);
    const QStringList list {u"plain"_s, u"with \"quotes\""_s, u"comma, space"_s, QString()};
    db::Query query(*database, "SELECT :list");
    query.bind(":list", list);
    QVERIFY(query.next());
    QCOMPARE(query.list(0), list);
}

void DatabaseTest::readOnlyConnectionSeesCommitsAndCannotWrite()
{
    QTemporaryDir folder;
    auto writer = openMigrated(folder);
    QVERIFY(writer);
    auto reader = db::Database::open(folder.filePath(u"test.db"_s), db::Access::ReadOnly);
    QVERIFY(reader);
    QVERIFY(writer->execute("INSERT INTO instance VALUES ('seen', x'00')"));
    db::Query query(**reader, "SELECT count(*) FROM instance");
    QVERIFY(query.next());
    QCOMPARE(query.integer(0), 1);
    QVERIFY(!(*reader)->execute("INSERT INTO instance VALUES ('no', x'00')"));
}

// Without one, deleting a project or user scans every table that points at it.
void DatabaseTest::everyForeignKeyHasAnIndex()
{
    QTemporaryDir folder;
    auto database = openMigrated(folder);
    QVERIFY(database);
    QStringList missing;
    db::Query keys(*database, R"(
        SELECT tables.name, keys."from" FROM sqlite_schema AS tables,
            pragma_foreign_key_list(tables.name) AS keys
        WHERE tables.type = 'table' AND NOT EXISTS (
            SELECT 1 FROM pragma_index_list(tables.name) AS indexes,
                pragma_index_info(indexes.name) AS columns
            WHERE columns.seqno = 0 AND columns.name = keys."from")
          AND NOT EXISTS (
            SELECT 1 FROM pragma_table_info(tables.name) AS info
            WHERE info.pk = 1 AND info.name = keys."from"))");
    while (keys.next()) {
        missing += keys.text(0) + u'.' + keys.text(1);
    }
    QVERIFY(keys.finish());
    QCOMPARE(missing, QStringList());
}

CAPSTAN_TEST(DatabaseTest)
#include "tst_database.moc"
