// SPDX-License-Identifier: MIT
#include "coordinator/api/liveoutbox.h"

#include "tests/testmain.h"

#include <QTemporaryDir>
#include <QTest>

using namespace ci;
using namespace ci::api;
using namespace Qt::StringLiterals;

class LiveOutboxTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void sendsOnceWhatChangedInATurn();
    void sendsNothingOfALostBatchUntilItIsStored();
    void goesOnWhereNoBatchCouldBegin();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<db::Database> m_database;
    std::unique_ptr<engine::CommandLoop> m_loop;
    std::unique_ptr<LiveOutbox> m_outbox;
    int m_writes = 0;
    QList<qint64> m_sent; ///< Jobs.
};

void LiveOutboxTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_database = std::move(db::Database::open(m_folder->filePath(u"test.db"_s))).value();
    m_loop = std::make_unique<engine::CommandLoop>(*m_database);
    m_writes = 0;
    m_sent.clear();
    const auto write = [this](db::Database &, const LiveNotes &notes) {
        ++m_writes;
        std::vector<LiveText> texts;
        for (const JobId job : notes.jobs) {
            texts.push_back({protocol::Topic::job(job), protocol::LiveEntity::Job, job.value(), "{}"});
        }
        return texts;
    };
    m_outbox = std::make_unique<LiveOutbox>(
        *m_loop, write, [this](const LiveText &text) { m_sent.append(text.id); });
}

void LiveOutboxTest::cleanup()
{
    m_outbox.reset();
    m_loop.reset();
    m_database.reset();
}

void LiveOutboxTest::sendsOnceWhatChangedInATurn()
{
    m_outbox->note(JobId {1});
    m_outbox->note(JobId {1});
    QTRY_COMPARE(m_sent, QList<qint64> {1});
    QCOMPARE(m_writes, 1);
    m_outbox->note(JobId {1});
    QTRY_COMPARE(m_sent, (QList<qint64> {1, 1}));
}

void LiveOutboxTest::sendsNothingOfALostBatchUntilItIsStored()
{
    m_outbox->note(JobId {1});
    std::optional<int> sentWhenLost;
    m_loop->post({[this](engine::Transaction &) {
                      (void)m_database->execute("ROLLBACK"); // As SQLite does on a full disk.
                      return engine::Outcome::Keep;
                  },
                  [&](const Error &) { sentWhenLost = int(m_sent.size()); }});
    QTRY_VERIFY(sentWhenLost.has_value());
    QCOMPARE(m_writes, 1);
    QCOMPARE(*sentWhenLost, 0);
    m_outbox->note(JobId {2});
    QTRY_COMPARE(m_sent.size(), 2);
    QVERIFY(m_sent.contains(1) && m_sent.contains(2));
}

void LiveOutboxTest::goesOnWhereNoBatchCouldBegin()
{
    QVERIFY(m_database->execute("BEGIN")); // The loop cannot begin its own.
    m_outbox->note(JobId {1});
    QTRY_VERIFY(m_loop->isFailing());
    QCOMPARE(m_writes, 0);
    QTRY_COMPARE(m_sent, QList<qint64> {1});
}

CAPSTAN_TEST(LiveOutboxTest)
#include "tst_liveoutbox.moc"
