// SPDX-License-Identifier: MIT
#include "runner/commandline.h"
#include "runner/commands.h"
#include "runner/configfile.h"
#include "runner/gitcommands.h"
#include "runner/logging.h"
#include "runner/systemid.h"
#include "runner/workspace.h"
#include "tests/testmain.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace Qt::StringLiterals;
using namespace ci::runner;

class ConfigTest final : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goesThereAndBack();
    void keepsWhatItDoesNotKnow();
    void readsGitLabsFile();
    void refusesWithThePlace_data();
    void refusesWithThePlace();
    void readsFlags_data();
    void readsFlags();
    void refusesFlags_data();
    void refusesFlags();
    void offersTheNameThatWasGiven();
    void changesNoFileWhereNothingFits();
    void logsAsTheFileSays();
    void systemIdStays();
    void namesDirectories_data();
    void namesDirectories();
    void gitSeesCredentialsOnlyInItsEnvironment();
    void gitRefusesOptionsAsNames_data();
    void gitRefusesOptionsAsNames();

private:
    QTemporaryDir m_directory;
    QString write(const QByteArray &text) const
    {
        QFile file(m_directory.filePath(u"config.toml"_s));
        return file.open(QIODevice::WriteOnly) && file.write(text) >= 0 ? file.fileName() : QString();
    }
};

void ConfigTest::goesThereAndBack()
{
    const QString path = m_directory.filePath(u"deep/er/config.toml"_s);
    RunnerEntry entry;
    entry.name = u"a \"quoted\" name\nwith a line"_s;
    entry.url = QUrl(u"https://ci.example.com/prefix"_s);
    entry.id = 12;
    entry.token = ci::Secret("tok'en\"x"_ba);
    entry.buildsDir = u"/srv/builds"_s;
    entry.limit = 3;
    entry.outputLimitKb = 100;
    entry.environment = {u"A=1"_s, u"B=two words"_s};
    entry.preBuildScript = u"echo 'x'\necho y"_s;
    entry.shellLogin = true;
    entry.runAs = u"nobody"_s;
    {
        auto file = ConfigFile::load(path);
        QVERIFY(file.isOk());
        file->addRunner(entry);
        QVERIFY(file->save().isOk());
    }
    struct stat info {};
    QCOMPARE(::stat(path.toUtf8().constData(), &info), 0);
    QCOMPARE(info.st_mode & 0777U, 0600U);
    auto file = ConfigFile::load(path);
    QVERIFY2(file.isOk(), qPrintable(file.isOk() ? QString() : file.error().detail));
    QCOMPARE(file->config().runners.size(), 1);
    const RunnerEntry &read = file->config().runners.first();
    QCOMPARE(read.name, entry.name);
    QCOMPARE(read.url, entry.url);
    QCOMPARE(read.id, entry.id);
    QVERIFY(read.token == entry.token);
    QCOMPARE(read.limit, 3);
    QCOMPARE(read.outputLimitKb, 100);
    QCOMPARE(read.environment, entry.environment);
    QCOMPARE(read.preBuildScript, entry.preBuildScript);
    QCOMPARE(read.shellLogin, true);
    QCOMPARE(read.runAs, u"nobody"_s);
    file->removeRunner(0);
    QVERIFY(file->save().isOk());
    QFile text(path);
    QVERIFY(text.open(QIODevice::ReadOnly));
    QVERIFY(!text.readAll().contains("tok'en"));
}

void ConfigTest::keepsWhatItDoesNotKnow()
{
    const QString path = write("concurrent = 2\nlisten_address = ':9'\n[[runners]]\nname='a'\n"
                               "url='http://h'\ntoken='t'\nexecutor='shell'\n[runners.cache]\n"
                               "Type = 's3'\n");
    auto file = ConfigFile::load(path);
    QVERIFY(file.isOk());
    RunnerEntry second;
    second.url = QUrl(u"http://other"_s);
    file->addRunner(second);
    QVERIFY(file->save().isOk());
    QFile text(path);
    QVERIFY(text.open(QIODevice::ReadOnly));
    const QByteArray all = text.readAll();
    QVERIFY(all.contains("listen_address"));
    QVERIFY(all.contains("s3"));
    QVERIFY(all.contains("\nconcurrent = 2") || all.startsWith("concurrent = 2"));
    QCOMPARE(ConfigFile::load(path)->config().runners.size(), 2);
}

void ConfigTest::readsGitLabsFile()
{
    const QString path = write(R"(
concurrent = 4
check_interval = 0
shutdown_timeout = 12
log_level = "warn"
[session_server]
  listen_address = "[::]:8093"
  session_timeout = 90
[[runners]]
  name = "shell"
  url = "https://gitlab.example.com/"
  id = 7
  token = "glrt-abc"
  token_obtained_at = 2024-01-01T00:00:00Z
  executor = "shell"
  shell = "bash"
  environment = ["A=1"]
  output_limit = 0
  [runners.cache]
    MaxUploadedArchiveSize = 0
)");
    const auto file = ConfigFile::load(path);
    QVERIFY2(file.isOk(), qPrintable(file.isOk() ? QString() : file.error().detail));
    const RunnerConfig &config = file->config();
    QCOMPARE(config.concurrent, 4);
    QVERIFY(config.checkInterval == seconds(3)); // 0 is the default.
    QVERIFY(config.shutdownTimeout == seconds(12));
    QVERIFY(config.sessionTimeout == seconds(90));
    QCOMPARE(config.runners.first().outputLimitKb, 4096);
    QVERIFY(!ConfigFile::load(m_directory.filePath(u"absent"_s))->config().concurrent == 0);
}

void ConfigTest::refusesWithThePlace_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("place");
    QTest::newRow("broken TOML") << "concurrent = \n"_ba << u":1:"_s;
    QTest::newRow("a text for a number") << "concurrent = 'x'"_ba << u"concurrent: "_s;
    QTest::newRow("a negative number") << "concurrent = -1"_ba << u"concurrent: "_s;
    QTest::newRow("an address without a scheme")
        << "[[runners]]\nurl='example.com'"_ba << u"runners[0].url: "_s;
    QTest::newRow("another executor")
        << "[[runners]]\nurl='http://h'\nexecutor='docker'"_ba << u"runners[0].executor: "_s;
    QTest::newRow("runners as a table") << "[runners]\nurl='http://h'"_ba << QString();
    QTest::newRow("environment as a text")
        << "[[runners]]\nurl='http://h'\nenvironment='A=1'"_ba << u"runners[0].environment: "_s;
}

void ConfigTest::refusesWithThePlace()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, place);
    const auto file = ConfigFile::load(write(text));
    if (place.isEmpty()) {
        QVERIFY(file.isOk() && file->config().runners.isEmpty());
        return;
    }
    QVERIFY(!file.isOk());
    QVERIFY2(file.error().detail.contains(place), qPrintable(file.error().detail));
}

static const std::vector<CommandFlag> TestFlags {
    {"url", 'u', nullptr, CommandFlag::Kind::Text, ""},
    {"env", 0, nullptr, CommandFlag::Kind::List, ""},
    {"locked", 0, nullptr, CommandFlag::Kind::Switch, ""},
    {"limit", 0, "CAPSTAN_TEST_LIMIT", CommandFlag::Kind::Text, ""},
};

void ConfigTest::readsFlags_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("url");
    QTest::addColumn<QStringList>("env");
    QTest::addColumn<bool>("locked");
    QTest::newRow("apart") << QStringList {u"--url"_s, u"x"_s} << u"x"_s << QStringList() << false;
    QTest::newRow("joined") << QStringList {u"--url=x=y"_s} << u"x=y"_s << QStringList() << false;
    QTest::newRow("letter") << QStringList {u"-u"_s, u"x"_s} << u"x"_s << QStringList() << false;
    QTest::newRow("lists") << QStringList {u"--env"_s, u"A=1"_s, u"--env=B=2"_s} << QString()
                           << QStringList {u"A=1"_s, u"B=2"_s} << false;
    QTest::newRow("a switch") << QStringList {u"--locked"_s} << QString() << QStringList() << true;
    QTest::newRow("a switch put off")
        << QStringList {u"--locked=false"_s} << QString() << QStringList() << false;
    QTest::newRow("an at sign is only a character")
        << QStringList {u"--url"_s, u"@/etc/passwd"_s} << u"@/etc/passwd"_s << QStringList() << false;
}

void ConfigTest::readsFlags()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, url);
    QFETCH(QStringList, env);
    QFETCH(bool, locked);
    qputenv("CAPSTAN_TEST_LIMIT", "7");
    const auto values = CommandValues::parse(TestFlags, arguments);
    QVERIFY(values.isOk());
    QCOMPARE(values->text("url"), url);
    QCOMPARE(values->list("env"), env);
    QCOMPARE(values->isOn("locked"), locked);
    QCOMPARE(*values->number("limit"), 7);
}

void ConfigTest::refusesFlags_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("unknown") << QStringList {u"--nope"_s};
    QTest::newRow("without its value") << QStringList {u"--url"_s};
    QTest::newRow("a word") << QStringList {u"word"_s};
}

void ConfigTest::refusesFlags()
{
    QFETCH(QStringList, arguments);
    QVERIFY(!CommandValues::parse(TestFlags, arguments).isOk());
}

void ConfigTest::offersTheNameThatWasGiven()
{
    const std::vector<CommandFlag> flags {{"name", 0, nullptr, CommandFlag::Kind::Text, ""},
                                          {"description", 0, nullptr, CommandFlag::Kind::Text, ""}};
    const auto offered = [&](const QStringList &arguments) {
        return offeredName(CommandValues::parse(flags, arguments).value());
    };
    QCOMPARE(offered({}), QSysInfo::machineHostName());
    QCOMPARE(offered({u"--name=one"_s}), u"one"_s);
    QCOMPARE(offered({u"--description=two"_s}), u"two"_s);
    QCOMPARE(offered({u"--name=one"_s, u"--description=two"_s}), u"one"_s);
}

void ConfigTest::changesNoFileWhereNothingFits()
{
    const QByteArray text = "# Ours.\nconcurrent = 2\n[[runners]]\nname = 'one'\nurl = 'http://127.0.0.1:1'\ntoken = 't'\n";
    const QString path = write(text);
    QCOMPARE(runCommand({u"capstan-runner"_s, u"unregister"_s, u"-c"_s, path, u"--name"_s, u"two"_s}), 1);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), text);
}

void ConfigTest::logsAsTheFileSays()
{
    applyLogLevel(u"debug"_s);
    QVERIFY(lcRunner().isDebugEnabled());
    applyLogLevel(u"error"_s);
    QVERIFY(!lcRunner().isWarningEnabled());
    applyLogLevel({}); // As after SIGHUP: the file says nothing any more.
    QVERIFY(lcRunner().isInfoEnabled());
    QVERIFY(!lcRunner().isDebugEnabled());
    applyLogLevel(u"warn"_s);
    QVERIFY(lcRunner().isWarningEnabled());
    QVERIFY(!lcRunner().isInfoEnabled() && !lcRunner().isDebugEnabled());
    applyLogLevel({});
}

void ConfigTest::systemIdStays()
{
    const QString path = m_directory.filePath(u"id/config.toml"_s);
    const auto first = systemIdBeside(path);
    QVERIFY(first.isOk());
    QCOMPARE(*systemIdBeside(path), *first);
    QCOMPARE(systemIdOf("0123456789abcdef"), systemIdOf("0123456789abcdef"));
    QVERIFY(systemIdOf("x").startsWith("s_"));
    QVERIFY(systemIdOf({}).startsWith("r_"));
    QVERIFY(systemIdOf({}) != systemIdOf({}));
}

void ConfigTest::namesDirectories_data()
{
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<QString>("url");
    QTest::addColumn<QByteArray>("directory");
    QTest::newRow("plain") << "abcdefgh12345"_ba << u"http://h/g/p.git"_s << "abcdefgh/0/g/p"_ba;
    QTest::newRow("with its kind") << "glrt-t1_abcdefgh1"_ba << u"http://h/g/p.git"_s
                                   << "abcdefgh/0/g/p"_ba;
    QTest::newRow("hostile token") << "../../ab"_ba << u"http://h/g/p"_s << "______ab/0/g/p"_ba;
    QTest::newRow("short token") << "ab"_ba << u"http://h/g/s/p.git"_s << "ab/0/g/s/p"_ba;
    QTest::newRow("dots") << "abcdefgh"_ba << u"http://h/g/../../p.git"_s << ""_ba;
    QTest::newRow("encoded dots") << "abcdefgh"_ba << u"http://h/g/%2e%2e/%2e%2e/p"_s << ""_ba;
    QTest::newRow("no path") << "abcdefgh"_ba << u"http://h/"_s << ""_ba;
}

void ConfigTest::namesDirectories()
{
    QFETCH(QByteArray, token);
    QFETCH(QString, url);
    QFETCH(QByteArray, directory);
    ci::protocol::JobPayload job;
    job.gitInfo.repoUrl = url;
    RunnerEntry entry;
    entry.token = ci::Secret(token);
    entry.buildsDir = u"/b"_s;
    const auto place = planWorkspace(job, entry, {});
    QCOMPARE(place.isOk() ? place->projectDirectory : QByteArray(),
             directory.isEmpty() ? QByteArray() : "/b/" + directory);
}

static JobContext gitJob()
{
    JobContext context;
    context.payload.gitInfo.repoUrl = u"https://gitlab-ci-token:s3cr3t@h:81/g/p.git"_s;
    context.payload.gitInfo.sha = QString(40, u'a');
    context.payload.gitInfo.refspecs = {u"+refs/heads/m:refs/remotes/origin/m"_s};
    context.payload.gitInfo.depth = 20;
    context.payload.allowGitFetch = true;
    return context;
}

void ConfigTest::gitSeesCredentialsOnlyInItsEnvironment()
{
    const auto options = SourceOptions::read(gitJob());
    QVERIFY(options.isOk());
    QCOMPARE(options->url, "https://h:81/g/p.git"_ba);
    const QList<QByteArray> words = gitInit(*options) + gitSetRemote(*options)
        + gitFetch(*options, false) + gitCheckout(*options) + gitSubmoduleUpdate(*options);
    for (const QByteArray &word : words) {
        QVERIFY(!word.contains("s3cr3t"));
    }
    const QByteArray environment = gitEnvironment(*options).join('\n');
    QVERIFY(environment.contains("=http.https://h:81/.extraHeader\n"));
    QVERIFY(environment.contains("Authorization: Basic " + "gitlab-ci-token:s3cr3t"_ba.toBase64()));
    QVERIFY(gitFetch(*options, false).contains("--depth"));
}

void ConfigTest::gitRefusesOptionsAsNames_data()
{
    QTest::addColumn<QString>("sha");
    QTest::addColumn<QString>("refspec");
    QTest::addColumn<QString>("url");
    const QString sha(40, u'a');
    const QString refspec = u"+refs/heads/m:refs/remotes/origin/m"_s;
    QTest::newRow("as a commit") << u"--upload-pack=x"_s << refspec << u"https://h/g/p.git"_s;
    QTest::newRow("a branch as a commit") << u"main"_s << refspec << u"https://h/g/p.git"_s;
    QTest::newRow("as a refspec") << sha << u"--upload-pack=x"_s << u"https://h/g/p.git"_s;
    QTest::newRow("as an address") << sha << refspec << u"--upload-pack=x"_s;
}

void ConfigTest::gitRefusesOptionsAsNames()
{
    QFETCH(QString, sha);
    QFETCH(QString, refspec);
    QFETCH(QString, url);
    JobContext context = gitJob();
    context.payload.gitInfo.sha = sha;
    context.payload.gitInfo.refspecs = {refspec};
    context.payload.gitInfo.repoUrl = url;
    QVERIFY(!SourceOptions::read(context).isOk());
}

CAPSTAN_TEST(ConfigTest)
#include "tst_config.moc"
