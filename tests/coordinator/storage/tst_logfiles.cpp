// SPDX-License-Identifier: MIT
#include "coordinator/storage/coverage.h"
#include "coordinator/storage/lastingnames.h"
#include "coordinator/storage/logfiles.h"
#include "coordinator/storage/logreader.h"
#include "tests/testmain.h"

#include <QDir>
#include <QFile>
#include <QMutex>
#include <QSemaphore>
#include <QTemporaryDir>
#include <QTest>

#include <sys/syscall.h>
#include <unistd.h>
#include <zlib.h>

using namespace ci;
using namespace ci::storage;
using namespace Qt::StringLiterals;

namespace {

QMutex syncedMutex;
QStringList synced; // Paths of what the program had fsync() write.

QStringList takeSynced()
{
    const QMutexLocker lock(&syncedMutex);
    return std::exchange(synced, {});
}

QSemaphore *syncBegins = nullptr; // Told, and
QSemaphore *syncMayEnd = nullptr; // waited for, where a test has set them.

} // namespace

// In place of the C library's, so that a test sees which folders are written.
extern "C" int fsync(int file)
{
    {
        const QMutexLocker lock(&syncedMutex);
        synced.append(QFile::symLinkTarget(u"/proc/self/fd/%1"_s.arg(file)));
    }
    if (syncBegins) {
        syncBegins->release();
        syncMayEnd->acquire();
    }
    return static_cast<int>(::syscall(SYS_fsync, file));
}

class LogFilesTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void keepsWhatWasAppended();
    void skipsWhatItHolds();
    void refusesAGap();
    void refusesMoreThanTheLimit();
    void theFileIsTheTruthAfterARestart();
    void closesTheOldestOfMany();
    void startsAgainAfterTruncate();
    void syncsAndKnowsTheChecksum();
    void namesOutliveAPowerCut();
    void namesThatComeDuringASyncShareTheNext();
    void readsRanges();

private:
    std::unique_ptr<LogFiles> open()
    {
        return std::move(*LogFiles::create(m_folder->path(), m_limits, m_workers));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    StorageLimits m_limits;
    Workers m_workers {2};
    JobId m_job {1234};
};

void LogFilesTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_limits = {};
}

void LogFilesTest::keepsWhatWasAppended()
{
    const auto logs = open();
    QCOMPARE(*logs->size(m_job), 0);
    QCOMPARE(*logs->append(m_job, 0, "abc"), 3);
    QCOMPARE(*logs->append(m_job, 3, "def"), 6);
    QCOMPARE(*LogReader(m_folder->path()).read(m_job, 0, 100), "abcdef"_ba);
}

void LogFilesTest::skipsWhatItHolds()
{
    const auto logs = open();
    QVERIFY(logs->append(m_job, 0, "abcdef"));
    QCOMPARE(*logs->append(m_job, 2, "cdefgh"), 8);
    QCOMPARE(*logs->append(m_job, 0, "ab"), 8);
    QCOMPARE(*LogReader(m_folder->path()).read(m_job, 0, 100), "abcdefgh"_ba);
}

void LogFilesTest::refusesAGap()
{
    const auto logs = open();
    QVERIFY(logs->append(m_job, 0, "abc"));
    QCOMPARE(logs->append(m_job, 4, "x").error().kind, ErrorKind::Conflict);
    QCOMPARE(*logs->size(m_job), 3);
}

void LogFilesTest::refusesMoreThanTheLimit()
{
    m_limits.maxTraceBytes = 4;
    const auto logs = open();
    QCOMPARE(*logs->append(m_job, 0, "abcd"), 4);
    QCOMPARE(logs->append(m_job, 4, "e").error().kind, ErrorKind::TooLarge);
    QCOMPARE(*logs->append(m_job, 0, "abcd"), 4);
}

void LogFilesTest::theFileIsTheTruthAfterARestart()
{
    QVERIFY(open()->append(m_job, 0, "abcdef"));
    const auto logs = open();
    QCOMPARE(*logs->size(m_job), 6);
    QCOMPARE(*logs->append(m_job, 6, "g"), 7);
    QVERIFY(!logs->checksum(m_job));
    QCOMPARE(*checksumOfLog(logPath(m_folder->path(), m_job)),
             static_cast<quint32>(::crc32(0, reinterpret_cast<const Bytef *>("abcdefg"), 7)));
}

void LogFilesTest::closesTheOldestOfMany()
{
    m_limits.maxOpenLogs = 3;
    const auto logs = open();
    for (qint64 round = 0; round < 3; ++round) {
        for (qint64 id = 1; id <= 10; ++id) {
            QCOMPARE(*logs->append(JobId {id}, round, "x"), round + 1);
        }
    }
    QCOMPARE(*logs->size(JobId {1}), 3);
}

void LogFilesTest::startsAgainAfterTruncate()
{
    const auto logs = open();
    QVERIFY(logs->append(m_job, 0, "wrong"));
    QVERIFY(logs->truncate(m_job));
    QCOMPARE(*logs->append(m_job, 0, "right"), 5);
    QCOMPARE(*LogReader(m_folder->path()).read(m_job, 0, 100), "right"_ba);
}

void LogFilesTest::syncsAndKnowsTheChecksum()
{
    const auto logs = open();
    QVERIFY(logs->append(m_job, 0, "abc"));
    QVERIFY(logs->append(m_job, 1, "bcd"));
    QCOMPARE(logs->checksum(m_job),
             static_cast<quint32>(::crc32(0, reinterpret_cast<const Bytef *>("abcd"), 4)));
    int done = 0;
    logs->sync(m_job, [&](const Result<void> &synced) { done += synced ? 1 : 0; });
    logs->sync(JobId {77}, [&](const Result<void> &synced) { done += synced ? 1 : 0; });
    QCOMPARE(done, 0);
    QTRY_COMPARE(done, 2);
    QVERIFY(logs->remove(m_job));
    QCOMPARE(*logs->size(m_job), 0);
}

void LogFilesTest::namesOutliveAPowerCut()
{
    const auto logs = open();
    const QString root = QDir(m_folder->path()).canonicalPath();
    const auto sync = [&](JobId job) {
        bool isSynced = false;
        logs->sync(job, [&](const Result<void> &done) { isSynced = done.isOk(); });
        return QTest::qWaitFor([&] { return isSynced; });
    };
    QVERIFY(logs->append(m_job, 0, "abc"));
    QVERIFY(logs->append(JobId {1235}, 0, "abc"));
    takeSynced();
    QVERIFY(sync(m_job));
    QStringList folders = takeSynced();
    folders.sort();
    QCOMPARE(folders, (QStringList {root, root + u"/1"_s})); // The folder is new as well.
    QVERIFY(sync(JobId {1235}));
    QCOMPARE(takeSynced(), QStringList {root + u"/1"_s});
    QVERIFY(sync(JobId {77})); // No log at all.
    QCOMPARE(takeSynced(), QStringList());
}

void LogFilesTest::namesThatComeDuringASyncShareTheNext()
{
    const auto names = std::make_shared<LastingNames>(m_workers);
    const QString path = m_folder->path() + u"/any"_s;
    int lasting = 0;
    const auto call = [&] {
        names->sync(path, [&](const Result<void> &synced) { lasting += synced ? 1 : 0; });
    };
    call();
    QTRY_COMPARE(lasting, 1); // From now on it is the folder alone.
    takeSynced();
    QSemaphore begins;
    QSemaphore mayEnd;
    syncBegins = &begins;
    syncMayEnd = &mayEnd;
    call();
    begins.acquire(); // The others come too late for this one.
    for (int i = 0; i < 7; ++i) {
        call();
    }
    mayEnd.release();
    QTRY_COMPARE(lasting, 2);
    begins.acquire();
    QCOMPARE(lasting, 2);
    mayEnd.release();
    QTRY_COMPARE(lasting, 9);
    syncBegins = nullptr;
    QCOMPARE(takeSynced().size(), 2);
}

void LogFilesTest::readsRanges()
{
    const auto logs = open();
    QVERIFY(logs->append(m_job, 0, "0123456789"));
    const LogReader reader(m_folder->path());
    QCOMPARE(*reader.read(m_job, 8, 10), "89"_ba);
    QCOMPARE(*reader.read(m_job, 10, 10), QByteArray());
    QCOMPARE(*reader.read(m_job, 100, 10), QByteArray());
    QCOMPARE(*reader.read(JobId {5}, 0, 10), QByteArray());
    const auto source = reader.open(m_job, 2, 5);
    QVERIFY(source);
    QCOMPARE((*source)->size(), 5);
    QCOMPARE(*(*source)->read(3), "234"_ba);
    QCOMPARE(*(*source)->read(100), "56"_ba);
    QVERIFY((*source)->atEnd());
}

CAPSTAN_TEST(LogFilesTest)
#include "tst_logfiles.moc"
