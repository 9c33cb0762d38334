// SPDX-License-Identifier: MIT
#include "coordinator/app/datadirectory.h"
#include "coordinator/app/settingparse.h"
#include "coordinator/app/settingsreader.h"
#include "coordinator/app/settingtable.h"
#include "coordinator/app/tomlfile.h"
#include "tests/testmain.h"

#include <QFile>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace ci;
using namespace ci::app;
using namespace Qt::StringLiterals;

class SettingsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void standardsAreWhatTheTableSays();
    void rowsAreDistinctAndDescribed();
    void readsListen_data();
    void readsListen();
    void readsTimes_data();
    void readsTimes();
    void readsSizes_data();
    void readsSizes();
    void refusesUrls_data();
    void refusesUrls();
    void flagsWinOverEnvironmentOverFile();
    void namesThePlaceOfAnError_data();
    void namesThePlaceOfAnError();
    void survivesAnyToml_data();
    void survivesAnyToml();
    void holdsTheDataDirectoryAlone();
};

void SettingsTest::standardsAreWhatTheTableSays()
{
    // What --help prints in brackets is what holds without the setting.
    const Settings plain;
    for (const SettingRow &row : settingTable()) {
        Settings read;
        QVERIFY2(row.read(read, QString::fromLatin1(row.standard)).isOk(), row.key);
    }
    Settings read;
    for (const SettingRow &row : settingTable()) {
        QVERIFY(row.read(read, QString::fromLatin1(row.standard)));
    }
    QCOMPARE(read.listen, plain.listen);
    QCOMPARE(read.maxTraceBytes, plain.maxTraceBytes);
    QCOMPARE(read.maxArtifactBytes, plain.maxArtifactBytes);
    QCOMPARE(read.maxPushBytes, plain.maxPushBytes);
    QCOMPARE(read.maxBodyBytes, plain.maxBodyBytes);
    QCOMPARE(read.artifactRetention, plain.artifactRetention);
    QCOMPARE(read.traceRetention, plain.traceRetention);
    QCOMPARE(read.longPollTime, plain.longPollTime);
    QCOMPARE(read.runnerSilence, plain.runnerSilence);
    QCOMPARE(read.stockRunnerSilence, plain.stockRunnerSilence);
    QCOMPARE(read.confirmTime, plain.confirmTime);
    QCOMPARE(read.maxConnections, plain.maxConnections);
    QCOMPARE(read.maxConnectionsPerAddress, plain.maxConnectionsPerAddress);
    QCOMPARE(read.headTime, plain.headTime);
    QCOMPARE(read.idleTime, plain.idleTime);
    QCOMPARE(read.bodyStallTime, plain.bodyStallTime);
    QCOMPARE(read.maxTerminals, plain.maxTerminals);
    QCOMPARE(read.maxTerminalsPerJob, plain.maxTerminalsPerJob);
    QCOMPARE(read.maxTerminalsPerUser, plain.maxTerminalsPerUser);
    QCOMPARE(read.terminalGraceTime, plain.terminalGraceTime);
    QCOMPARE(read.terminalIdleTime, plain.terminalIdleTime);
    QCOMPARE(read.sessionIdleTime, plain.sessionIdleTime);
    QCOMPARE(read.sessionMaxAge, plain.sessionMaxAge);
    QCOMPARE(read.allowRegistration, plain.allowRegistration);
    QCOMPARE(read.ioThreads, plain.ioThreads);
    QCOMPARE(read.dataDirectory, plain.dataDirectory);
}

void SettingsTest::rowsAreDistinctAndDescribed()
{
    QSet<QByteArray> keys;
    for (const SettingRow &row : settingTable()) {
        QVERIFY2(!keys.contains(row.key), row.key);
        keys.insert(row.key);
        QVERIFY2(QByteArray(row.help).endsWith('.'), row.key);
        QVERIFY2(settingHelp().contains(row.flag()), row.key);
        QCOMPARE(findSetting(QString::fromLatin1(row.key)), &row);
    }
}

void SettingsTest::readsListen_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("port"); // -1: refused
    QTest::newRow("IPv4") << u"127.0.0.1:8080"_s << u"127.0.0.1"_s << 8080;
    QTest::newRow("IPv6") << u"[::1]:80"_s << u"::1"_s << 80;
    QTest::newRow("every address")
        << u":8080"_s << QHostAddress(QHostAddress::Any).toString() << 8080;
    QTest::newRow("localhost") << u"localhost:1"_s << u"127.0.0.1"_s << 1;
    QTest::newRow("any free port") << u"0.0.0.0:0"_s << u"0.0.0.0"_s << 0;
    QTest::newRow("no port") << u"127.0.0.1"_s << QString() << -1;
    QTest::newRow("a port too high") << u"127.0.0.1:65536"_s << QString() << -1;
    QTest::newRow("a name") << u"ci.example.com:80"_s << QString() << -1;
    QTest::newRow("nothing") << QString() << QString() << -1;
}

void SettingsTest::readsListen()
{
    QFETCH(QString, text);
    QFETCH(QString, host);
    QFETCH(int, port);
    const Result<ListenAddress> read = parseListen(text);
    QCOMPARE(read.isOk(), port >= 0);
    if (read) {
        QCOMPARE(read->host.toString(), host);
        QCOMPARE(int(read->port), port);
    }
}

void SettingsTest::readsTimes_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("seconds");
    QTest::newRow("a number") << u"90"_s << qint64(90);
    QTest::newRow("seconds") << u"90s"_s << qint64(90);
    QTest::newRow("minutes") << u"15 m"_s << qint64(900);
    QTest::newRow("hours") << u"1h"_s << qint64(3600);
    QTest::newRow("days") << u"7d"_s << qint64(604800);
    QTest::newRow("negative") << u"-1"_s << qint64(-1);
    QTest::newRow("a word") << u"soon"_s << qint64(-1);
    QTest::newRow("another unit") << u"3y"_s << qint64(-1);
    QTest::newRow("too long") << u"999999999999999999d"_s << qint64(-1);
}

void SettingsTest::readsTimes()
{
    QFETCH(QString, text);
    QFETCH(qint64, seconds);
    const Result<std::chrono::seconds> read = parseDuration(text);
    QCOMPARE(read ? qint64(read->count()) : -1, seconds);
}

void SettingsTest::readsSizes_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("bytes");
    QTest::newRow("bytes") << u"1000"_s << qint64(1000);
    QTest::newRow("kibibytes") << u"512KiB"_s << qint64(524288);
    QTest::newRow("megabytes") << u"100MB"_s << qint64(104857600);
    QTest::newRow("gigabytes") << u"1 gb"_s << qint64(1073741824);
    QTest::newRow("too large") << u"9999999TB"_s << qint64(-1);
    QTest::newRow("a word") << u"big"_s << qint64(-1);
}

void SettingsTest::readsSizes()
{
    QFETCH(QString, text);
    QFETCH(qint64, bytes);
    const Result<qint64> read = parseSize(text);
    QCOMPARE(read ? *read : -1, bytes);
}

void SettingsTest::refusesUrls_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("isGood");
    QTest::newRow("https") << u"https://ci.example.com"_s << true;
    QTest::newRow("a slash at the end") << u"http://ci.example.com:8080/"_s << true;
    QTest::newRow("nothing") << QString() << true;
    QTest::newRow("no scheme") << u"ci.example.com"_s << false;
    QTest::newRow("another scheme") << u"ftp://ci.example.com"_s << false;
    QTest::newRow("a path") << u"https://example.com/ci"_s << false;
    QTest::newRow("a user") << u"https://me@example.com"_s << false;
    QTest::newRow("a query") << u"https://example.com/?x"_s << false;
}

void SettingsTest::refusesUrls()
{
    QFETCH(QString, text);
    QTEST(parseExternalUrl(text).isOk(), "isGood");
}

void SettingsTest::flagsWinOverEnvironmentOverFile()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"capstan.toml"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("listen = \"127.0.0.1:1\"\nmax_trace = \"1MB\"\nlong_poll_time = 20\n"
               "trusted_proxies = [\"10.0.0.0/8\", \"127.0.0.1\"]\nallow_registration = false\n");
    file.close();
    const Result<Settings> settings =
        readSettings({{u"--config"_s, path, u"--listen=127.0.0.1:3"_s},
                      {{"CAPSTAN_LISTEN", u"127.0.0.1:2"_s}, {"CAPSTAN_MAX_TRACE", u"2MB"_s}}});
    QVERIFY2(settings.isOk(), settings ? "" : qPrintable(settings.error().detail));
    QCOMPARE(int(settings->listen.port), 3);
    QCOMPARE(settings->maxTraceBytes, qint64(2 << 20));
    QCOMPARE(settings->longPollTime, std::chrono::seconds(20));
    QCOMPARE(settings->trustedProxies.size(), 2);
    QVERIFY(!settings->allowRegistration);
}

void SettingsTest::namesThePlaceOfAnError_data()
{
    QTest::addColumn<QByteArray>("toml");
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("place");
    QTest::newRow("a value in the file")
        << QByteArray("\nlisten = \"x\"") << QStringList() << u"capstan.toml:2: listen"_s;
    QTest::newRow("an unknown key") << QByteArray("listne = 1") << QStringList()
                                    << u"capstan.toml:1: listne is not a setting"_s;
    QTest::newRow("a table") << QByteArray("[listen]\na = 1") << QStringList()
                             << u"capstan.toml:1: listen"_s;
    QTest::newRow("broken TOML") << QByteArray("listen = ") << QStringList()
                                 << u"capstan.toml:1:"_s;
    QTest::newRow("a flag") << QByteArray() << QStringList {u"--listen"_s, u"x"_s} << u"--listen"_s;
    QTest::newRow("a flag without its value")
        << QByteArray() << QStringList {u"--listen"_s} << u"--listen needs a value"_s;
    QTest::newRow("an unknown flag")
        << QByteArray() << QStringList {u"--lisen"_s, u"x"_s} << u"unknown argument '--lisen'"_s;
    QTest::newRow("half of TLS") << QByteArray("tls_key = \"k\"") << QStringList()
                                 << u"tls_certificate and tls_key belong together"_s;
}

void SettingsTest::namesThePlaceOfAnError()
{
    QFETCH(QByteArray, toml);
    QFETCH(QStringList, arguments);
    QFETCH(QString, place);
    QTemporaryDir folder;
    const QString path = folder.filePath(u"capstan.toml"_s);
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(toml);
    file.close();
    const Result<Settings> settings =
        readSettings({QStringList {u"--config"_s, path} + arguments, {}});
    QVERIFY(!settings);
    QVERIFY2(settings.error().detail.contains(place), qPrintable(settings.error().detail));
}

void SettingsTest::survivesAnyToml_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("NUL") << QByteArray("a = \"\0\"", 7);
    QTest::newRow("no UTF-8") << QByteArray("a = \"\xff\"");
    QTest::newRow("a date") << QByteArray("a = 2027-01-01");
    QTest::newRow("nested lists") << "a = " + QByteArray(100'000, '[');
    QTest::newRow("a key twice") << QByteArray("a = 1\na = 2");
}

void SettingsTest::survivesAnyToml()
{
    QFETCH(QByteArray, text);
    QVERIFY(!readToml(text, u"x"_s));
}

void SettingsTest::holdsTheDataDirectoryAlone()
{
    QTemporaryDir folder;
    const QString path = folder.filePath(u"data"_s);
    {
        const Result<DataDirectory> first = DataDirectory::open(path);
        QVERIFY(first.isOk());
        QCOMPARE(QFile::permissions(path) & (QFile::ReadGroup | QFile::ReadOther),
                 QFile::Permissions());
        const Result<DataDirectory> second = DataDirectory::open(path);
        QVERIFY(!second);
        QVERIFY(second.error().detail.contains(QString::number(::getpid())));
    }
    QVERIFY(DataDirectory::open(path).isOk());
    QVERIFY(!DataDirectory::visit(folder.filePath(u"nothing"_s)));
}

CAPSTAN_TEST(SettingsTest)
#include "tst_settings.moc"
