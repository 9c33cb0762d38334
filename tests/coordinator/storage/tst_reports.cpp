// SPDX-License-Identifier: MIT
#include "coordinator/storage/artifactupload.h"
#include "coordinator/storage/coverage.h"
#include "coordinator/storage/dotenv.h"
#include "coordinator/storage/expiry.h"
#include "coordinator/storage/zipreader.h"
#include "tests/testmain.h"

#include <QCryptographicHash>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

using namespace ci;
using namespace ci::storage;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

/// What runners hand in: coverage lines, dotenv reports, archives, expiry words.
class ReportsTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsCoverage_data();
    void findsCoverage();
    void readsDotenv_data();
    void readsDotenv();
    void unpacksDotenvWithinItsLimit();
    void readsExpiry_data();
    void readsExpiry();
    void hashesAnUpload();
    void aCutUploadLeavesNothing();
    void listsAnArchive();
    void listsBesideANameItCannotRead();
    void refusesABrokenArchive();

private:
    QString writeZip(const std::vector<std::pair<QByteArray, QByteArray>> &files)
    {
        const QString path = m_folder.filePath(u"test.zip"_s);
        archive *zip = archive_write_new();
        archive_write_set_format_zip(zip);
        archive_write_open_filename(zip, QFile::encodeName(path).constData());
        for (const auto &[name, text] : files) {
            archive_entry *entry = archive_entry_new();
            archive_entry_set_pathname(entry, name.constData());
            archive_entry_set_size(entry, text.size());
            archive_entry_set_filetype(entry, AE_IFREG);
            archive_entry_set_perm(entry, 0644);
            archive_write_header(zip, entry);
            archive_write_data(zip, text.constData(), static_cast<size_t>(text.size()));
            archive_entry_free(entry);
        }
        archive_write_free(zip);
        return path;
    }

    QTemporaryDir m_folder;
};

void ReportsTest::findsCoverage_data()
{
    QTest::addColumn<QByteArray>("log");
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<double>("coverage");
    QTest::newRow("one line") << "x\nTOTAL 200 10 95%\n"_ba << u"\\d+%$"_s << 95.0;
    QTest::newRow("the last line that matches")
        << "cov: 10.5%\ncov: 20.25%\nend\n"_ba << u"cov: .*"_s << 20.25;
    QTest::newRow("the first number of the match") << "a 7 of 9\n"_ba << u"a \\d+ of \\d+"_s << 7.0;
    QTest::newRow("colours do not disturb")
        << "\x1b[32mcov: \x1b[1m88%\x1b[0m\n"_ba << u"cov: \\d+"_s << 88.0;
    QTest::newRow("time stamps are no numbers")
        << "2026-03-01T10:20:30.123456Z 00O cov: 66\n"_ba << u".*cov: \\d+"_s << 66.0;
    QTest::newRow("no match") << "nothing\n"_ba << u"cov"_s << -1.0;
    QTest::newRow("no number in the match") << "cov\n"_ba << u"cov"_s << -1.0;
    QTest::newRow("a pattern that RE2 refuses") << "1\n"_ba << u"(\\d+"_s << -1.0;
    QTest::newRow("an empty match does not hang") << "abc 5\n"_ba << u"x*"_s << -1.0;
}

void ReportsTest::findsCoverage()
{
    QFETCH(const QByteArray, log);
    QFETCH(const QString, pattern);
    QTEST(findCoverage(log, pattern).value_or(-1.0), "coverage");
}

void ReportsTest::readsDotenv_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("variables"); ///< Empty: refused.
    QTest::newRow("lines") << "A=1\n\n# no\nB = two words \n"_ba << u"A=1;B=two words"_s;
    QTest::newRow("quotes") << "A=\"x=y\"\nB='z'\n"_ba << u"A=x=y;B=z"_s;
    QTest::newRow("the last wins") << "A=1\nA=2\n"_ba << u"A=2"_s;
    QTest::newRow("an empty value") << "A=\r\n"_ba << u"A="_s;
    QTest::newRow("no sign") << "A\n"_ba << QString();
    QTest::newRow("a bad name") << "1A=x\n"_ba << QString();
    QTest::newRow("a zero byte") << QByteArray("A=x\0y\n", 6) << QString();
    QTest::newRow("too large") << "A="_ba + QByteArray(6000, 'x') << QString();
}

void ReportsTest::readsDotenv()
{
    QFETCH(const QByteArray, text);
    const auto parsed = parseDotenv(text, {});
    QStringList words;
    if (parsed) {
        for (const model::GivenVariable &each : *parsed) {
            words << each.key + u'=' + each.value;
        }
    }
    QTEST(words.join(u';'), "variables");
}

void ReportsTest::unpacksDotenvWithinItsLimit()
{
    const auto write = [&](const QList<QByteArray> &members) {
        const QString path = m_folder.filePath(u"dotenv.gz"_s);
        QFile::remove(path);
        for (const QByteArray &member : members) {
            gzFile file = gzopen(QFile::encodeName(path).constData(), "ab");
            gzwrite(file, member.constData(), static_cast<unsigned>(member.size()));
            gzclose(file);
        }
        return path;
    };
    const auto two = readDotenv(write({"A=1\n", "B=2\n"}), {});
    QVERIFY(two);
    QCOMPARE(two->size(), size_t(2));
    const auto bomb = readDotenv(write({QByteArray(50'000'000, '\n')}), {});
    QVERIFY(!bomb);
    const QString path = write({"A=1\n"});
    QFile file(path);
    QVERIFY(file.resize(file.size() - 6));
    QVERIFY(!readDotenv(path, {}));
}

void ReportsTest::readsExpiry_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("seconds"); ///< -1: kept.
    QTest::newRow("week") << u"1 week"_s << qint64(604800);
    QTest::newRow("glued") << u"2h20min"_s << qint64(8400);
    QTest::newRow("and") << u"3 weeks and 2 days"_s << qint64(1987200);
    QTest::newRow("bare seconds") << u"42"_s << qint64(42);
    QTest::newRow("never") << u"never"_s << qint64(-1);
    QTest::newRow("nothing: the default") << QString() << qint64(60);
    QTest::newRow("nonsense: the default") << u"soon"_s << qint64(60);
    QTest::newRow("far too long: the default") << u"1000 years"_s << qint64(60);
}

void ReportsTest::readsExpiry()
{
    QFETCH(const QString, text);
    const Timestamp now {};
    const auto at = expiryTime(text, now, 60s);
    const qint64 seconds
        = at ? std::chrono::duration_cast<std::chrono::seconds>(*at - now).count() : -1;
    QTEST(seconds, "seconds");
}

void ReportsTest::hashesAnUpload()
{
    ArtifactUpload upload(m_folder.filePath(u"up"_s), 10);
    QVERIFY(upload.write("01234"));
    QVERIFY(upload.write("56789"));
    QVERIFY(upload.finish());
    QCOMPARE(upload.received()->sizeBytes(), 10);
    QCOMPARE(upload.received()->sha256(),
             QCryptographicHash::hash("0123456789", QCryptographicHash::Sha256).toHex());
}

void ReportsTest::aCutUploadLeavesNothing()
{
    const QString path = m_folder.filePath(u"cut"_s);
    {
        ArtifactUpload upload(path, 6);
        QVERIFY(upload.write("01234"));
        QVERIFY(QFile::exists(path));
        QCOMPARE(upload.write("56").error().kind, ErrorKind::TooLarge);
    }
    QVERIFY(!QFile::exists(path));
    std::shared_ptr<ReceivedFile> received;
    {
        ArtifactUpload upload(path, 6);
        QVERIFY(upload.write("01234"));
        QVERIFY(upload.finish());
        received = upload.received();
    }
    QVERIFY(QFile::exists(path));
    received.reset();
    QVERIFY(!QFile::exists(path));
}

void ReportsTest::listsAnArchive()
{
    const QByteArray large(300'000, 'z');
    const QString path = writeZip({{"build/a.txt", "hello"}, {"../escape", "no"},
                                   {"build/large", large}});
    const auto entries = listZip(path);
    QVERIFY(entries);
    QCOMPARE(entries->size(), size_t(3));
    QCOMPARE(entries->at(0).path, u"build/a.txt"_s);
    auto source = openZipEntry(path, u"build/large"_s);
    QVERIFY(source);
    QByteArray read;
    while (!(*source)->atEnd()) {
        const auto piece = (*source)->read(64 * 1024);
        QVERIFY(piece);
        QVERIFY(piece->size() <= 64 * 1024);
        read += *piece;
    }
    QCOMPARE(read, large);
    QCOMPARE(openZipEntry(path, u"build/none"_s).error().kind, ErrorKind::NotFound);
}

void ReportsTest::listsBesideANameItCannotRead()
{
    const QString path = writeZip({{"cafX", "odd"}, {"fine", "hello"}});
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QByteArray bytes = file.readAll();
    // The local header says "UTF-8" (bit 11 of the flags), the name is Latin-1.
    bytes[7] = static_cast<char>(bytes[7] | 0x08);
    bytes[bytes.indexOf("cafX") + 3] = '\xe9';
    file.seek(0);
    QCOMPARE(file.write(bytes), bytes.size());
    file.close();
    const auto entries = listZip(path);
    QVERIFY(entries);
    QCOMPARE(entries->size(), size_t(2));
    QCOMPARE(entries->at(1).path, u"fine"_s);
    QVERIFY(openZipEntry(path, u"fine"_s));
}

void ReportsTest::refusesABrokenArchive()
{
    const QString path = writeZip({{"a", QByteArray(5000, 'a')}});
    QFile file(path);
    QVERIFY(file.resize(40));
    QVERIFY(!listZip(path));
    QVERIFY(!listZip(m_folder.filePath(u"none.zip"_s)));
}

CAPSTAN_TEST(ReportsTest)
#include "tst_reports.moc"
