// SPDX-License-Identifier: MIT
#include "coordinator/engine/commandloop.h"
#include "db/instancestore.h"
#include "tests/testmain.h"

#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace ci;
using namespace Qt::StringLiterals;
using engine::Outcome;
using engine::Transaction;

class CommandLoopTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void answersOnlyAfterTheCommit();
    void oneCommitServesAWholeBatch();
    void commandsPostedInsideABatchJoinIt();
    void anUndoneCommandLeavesNoTraceButIsAnswered();
    void undoesMemoryNewestFirst();
    void aLostTransactionRefusesTheWholeBatch();
    void goesOnAfterALostBatch();

private:
    QByteArray stored(QByteArrayView key)
    {
        const auto value = db::InstanceStore(*m_database).value(key);
        return value && *value ? **value : QByteArray();
    }

    static Outcome store(Transaction &transaction, QByteArrayView key)
    {
        (void)db::InstanceStore(transaction.database()).setValue(key, "yes");
        return Outcome::Keep;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<db::Database> m_database;
    std::unique_ptr<engine::CommandLoop> m_loop;
};

void CommandLoopTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    auto database = db::Database::open(m_folder->filePath(u"test.db"_s));
    QVERIFY(database);
    m_database = std::move(*database);
    QVERIFY(m_database->migrate());
    m_loop = std::make_unique<engine::CommandLoop>(*m_database);
}

void CommandLoopTest::cleanup()
{
    m_loop.reset();
    m_database.reset();
}

void CommandLoopTest::answersOnlyAfterTheCommit()
{
    bool inTransaction = true;
    bool isAnswered = false;
    m_loop->post([&](Transaction &transaction) {
        transaction.answer([&] {
            inTransaction = m_database->isInTransaction();
            isAnswered = true;
        });
        return store(transaction, "a");
    });
    QVERIFY(!isAnswered);
    QTRY_VERIFY(isAnswered);
    QVERIFY(!inTransaction);
    QCOMPARE(stored("a"), "yes"_ba);
}

void CommandLoopTest::oneCommitServesAWholeBatch()
{
    int answers = 0;
    for (int i = 0; i < 100; ++i) {
        m_loop->post([&answers, i](Transaction &transaction) {
            transaction.answer([&answers] { ++answers; });
            return store(transaction, QByteArray::number(i));
        });
    }
    QTRY_COMPARE(answers, 100);
    // More than one only where the machine was too busy for 100 inserts in 5 ms.
    QVERIFY(m_loop->takeCounts().commits < 100);
}

void CommandLoopTest::commandsPostedInsideABatchJoinIt()
{
    bool isDone = false;
    m_loop->post([&](Transaction &) {
        m_loop->post([&](Transaction &transaction) {
            transaction.answer([&] { isDone = true; });
            return store(transaction, "inner");
        });
        return Outcome::Keep;
    });
    QTRY_VERIFY(isDone);
    QCOMPARE(m_loop->takeCounts().batches, 1);
}

void CommandLoopTest::anUndoneCommandLeavesNoTraceButIsAnswered()
{
    bool isAnswered = false;
    bool hasEffect = false;
    m_loop->post([&](Transaction &transaction) {
        transaction.answer([&] { isAnswered = true; });
        transaction.afterCommit([&] { hasEffect = true; });
        (void)store(transaction, "undone");
        return Outcome::Undo;
    });
    m_loop->post([&](Transaction &transaction) { return store(transaction, "kept"); });
    QTRY_VERIFY(isAnswered);
    QVERIFY(!hasEffect);
    QCOMPARE(stored("undone"), QByteArray());
    QCOMPARE(stored("kept"), "yes"_ba);
}

void CommandLoopTest::undoesMemoryNewestFirst()
{
    QByteArray order;
    bool isAnswered = false;
    m_loop->post([&](Transaction &transaction) {
        transaction.onUndo([&] { order += 'a'; });
        transaction.onUndo([&] { order += 'b'; });
        transaction.answer([&] { isAnswered = true; });
        return Outcome::Undo;
    });
    QTRY_VERIFY(isAnswered);
    QCOMPARE(order, "ba"_ba);
}

// What SQLite does by itself on a full disk: the transaction is gone, with the savepoints in it.
void CommandLoopTest::aLostTransactionRefusesTheWholeBatch()
{
    QSignalSpy rebuilds(m_loop.get(), &engine::CommandLoop::rebuildNeeded);
    QByteArray events;
    m_loop->post({[&](Transaction &transaction) {
                      transaction.answer([&] { events += "answered "; });
                      transaction.onUndo([&] { events += "undone "; });
                      return store(transaction, "lost");
                  },
                  [&](const Error &) { events += "refused "; }});
    m_loop->post({[&](Transaction &) {
                      (void)m_database->execute("ROLLBACK");
                      return Outcome::Keep;
                  },
                  [&](const Error &) { events += "refused "; }});
    QTRY_COMPARE(events, "undone refused refused "_ba);
    QCOMPARE(rebuilds.count(), 1);
    QVERIFY(m_loop->isFailing());
    QCOMPARE(stored("lost"), QByteArray());
}

void CommandLoopTest::goesOnAfterALostBatch()
{
    bool isRefused = false;
    m_loop->post({[&](Transaction &) {
                      (void)m_database->execute("ROLLBACK");
                      return Outcome::Keep;
                  },
                  [&](const Error &) { isRefused = true; }});
    QTRY_VERIFY(isRefused);
    bool isAnswered = false;
    m_loop->post([&](Transaction &transaction) {
        transaction.answer([&] { isAnswered = true; });
        return store(transaction, "after");
    });
    QTRY_VERIFY(isAnswered);
    QVERIFY(!m_loop->isFailing());
    QCOMPARE(stored("after"), "yes"_ba);
}

CAPSTAN_TEST(CommandLoopTest)
#include "tst_commandloop.moc"
