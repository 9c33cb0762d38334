// SPDX-License-Identifier: MIT
#include "tests/coordinator/app/coordinatorfixture.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QProcess>
#include <QTcpSocket>
#include <QTest>

using namespace Qt::StringLiterals;

namespace ci::test {
namespace {

constexpr int Patience = 20'000;

} // namespace

net::Headers tokenHeader(const QByteArray &token)
{
    net::Headers headers;
    headers.add("PRIVATE-TOKEN"_ba, token);
    return headers;
}

std::pair<int, QByteArray>
runProgram(const QString &program, const QStringList &arguments, const QString &directory)
{
    QProcess process;
    process.setWorkingDirectory(directory);
    process.setProcessChannelMode(QProcess::MergedChannels);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"GIT_TERMINAL_PROMPT"_s, u"0"_s);
    environment.insert(u"GIT_CONFIG_GLOBAL"_s, u"/dev/null"_s);
    process.setProcessEnvironment(environment);
    process.start(program, arguments);
    const bool ended =
        QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, Patience);
    return {ended ? process.exitCode() : -1, process.readAll()};
}

CoordinatorFixture::CoordinatorFixture(app::Settings settings)
    : m_settings(std::move(settings))
{
    qputenv("CAPSTAN_ROOT_TOKEN", RootToken);
    qputenv("CAPSTAN_ROOT_PASSWORD", RootPassword);
    qputenv("CAPSTAN_REGISTRATION_TOKEN", RegistrationToken);
    m_settings.listen.port = 0;
    m_settings.dataDirectory = m_data.filePath(u"data"_s);
    start();
}

CoordinatorFixture::~CoordinatorFixture() = default;

void CoordinatorFixture::start()
{
    Result<std::unique_ptr<app::Coordinator>> made = app::Coordinator::create(m_settings);
    if (!made) {
        qWarning("%s", qPrintable(made.error().detail));
        return;
    }
    bool isStarted = false;
    QString failure;
    QObject::connect(made->get(),
                     &app::Coordinator::started,
                     made->get(),
                     [&isStarted](const Secret &) { isStarted = true; });
    QObject::connect(made->get(),
                     &app::Coordinator::failed,
                     made->get(),
                     [&failure](const QString &reason) { failure = reason; });
    (*made)->start();
    const bool ended = QTest::qWaitFor([&] { return isStarted || !failure.isEmpty(); }, Patience);
    if (!ended || !isStarted) {
        qWarning("%s", qPrintable(failure));
        return;
    }
    (*made)->disconnect();
    m_coordinator = std::move(*made);
}

void CoordinatorFixture::restartOn(const QString &directory)
{
    m_coordinator.reset();
    m_settings.dataDirectory = directory;
    start();
}

void CoordinatorFixture::restart()
{
    m_coordinator.reset();
    start();
}

HttpAnswer CoordinatorFixture::answerFrom(const Result<net::ClientResponse> &response)
{
    if (!response) {
        return {0, {}, response.error().detail.toUtf8()};
    }
    return {response->status, response->headers, response->body};
}

void CoordinatorFixture::sendLater(const Ask &ask, std::function<void(HttpAnswer)> done)
{
    net::ClientRequest request;
    request.method = ask.method;
    request.url = QUrl::fromEncoded(url().toEncoded() + ask.path);
    request.headers = ask.headers;
    request.body = ask.body;
    m_client.send(
        std::move(request), &m_client, [done](const Result<net::ClientResponse> &response) {
            done(answerFrom(response));
        });
}

HttpAnswer CoordinatorFixture::send(const Ask &ask)
{
    std::optional<HttpAnswer> answer;
    sendLater(ask, [&answer](const HttpAnswer &given) { answer = given; });
    const bool came = QTest::qWaitFor([&answer] { return answer.has_value(); }, Patience);
    return came ? *answer : HttpAnswer();
}

QByteArray CoordinatorFixture::sendRaw(const QByteArray &bytes)
{
    QTcpSocket socket;
    socket.connectToHost(url().host(), quint16(url().port()));
    QObject::connect(&socket, &QTcpSocket::connected, &socket, [&] { socket.write(bytes); });
    const bool came = QTest::qWaitFor([&socket] { return socket.canReadLine(); }, Patience);
    return came ? socket.readLine().trimmed() : QByteArray();
}

HttpAnswer CoordinatorFixture::with(const QByteArray &token,
                                    const QByteArray &method,
                                    const QByteArray &path,
                                    const QJsonObject &body)
{
    Ask ask {method, path, {}, token.isEmpty() ? net::Headers() : tokenHeader(token)};
    if (!body.isEmpty()) {
        ask.body = QJsonDocument(body).toJson(QJsonDocument::Compact);
        ask.headers.add("Content-Type"_ba, "application/json"_ba);
    }
    return send(ask);
}

HttpAnswer
CoordinatorFixture::api(const QByteArray &method, const QByteArray &path, const QJsonObject &body)
{
    return with(RootToken, method, "/api/v4" + path, body);
}

HttpAnswer CoordinatorFixture::signIn(const QString &name, const QByteArray &password)
{
    const Ask ask {"POST",
                   "/api/v4/session",
                   QJsonDocument(QJsonObject {{u"login"_s, name},
                                              {u"password"_s, QString::fromLatin1(password)}})
                       .toJson()};
    HttpAnswer answer;
    const bool isSettled = QTest::qWaitFor(
        [&] {
            answer = send(ask);
            return answer.status != 503;
        },
        Patience);
    return isSettled ? answer : HttpAnswer();
}

QByteArray CoordinatorFixture::newUser(const QString &name, const QString &scope)
{
    const HttpAnswer made = api("POST",
                                "/users",
                                {{u"username"_s, name},
                                 {u"name"_s, name},
                                 {u"email"_s, name + "@example.com"_L1},
                                 {u"password"_s, u"a long enough secret"_s}});
    if (made.status != 201) {
        return {};
    }
    const HttpAnswer token = mintToken(
        name, "a long enough secret", {{u"name"_s, u"test"_s}, {u"scopes"_s, QJsonArray {scope}}});
    return token.object().value("token"_L1).toString().toLatin1();
}

HttpAnswer CoordinatorFixture::mintToken(const QString &name,
                                         const QByteArray &password,
                                         const QJsonObject &wish)
{
    const HttpAnswer session = signIn(name, password);
    net::Headers headers;
    headers.add("Cookie"_ba, session.headers.value("set-cookie", {}).split(';').first());
    headers.add("X-CSRF-Token"_ba, session.object().value("csrf_token"_L1).toString().toLatin1());
    headers.add("Content-Type"_ba, "application/json"_ba);
    return send(
        {"POST", "/api/v4/personal_access_tokens", QJsonDocument(wish).toJson(), headers});
}

qint64 CoordinatorFixture::newProject(const QString &name, const QString &visibility)
{
    const HttpAnswer made =
        api("POST", "/projects", {{u"name"_s, name}, {u"visibility"_s, visibility}});
    return made.object().value("id"_L1).toInteger();
}

QByteArray CoordinatorFixture::push(const QString &projectPath,
                                    const QHash<QString, QByteArray> &files,
                                    const QString &refspec)
{
    const QString folder = m_work.filePath(projectPath.section(u'/', -1));
    if (!QDir(folder).exists()) {
        QDir().mkpath(folder);
        runProgram(u"git"_s, {u"init"_s, u"-q"_s, u"-b"_s, u"main"_s}, folder);
    }
    for (auto file = files.constBegin(); file != files.constEnd(); ++file) {
        QFile out(folder + u'/' + file.key());
        QDir().mkpath(QFileInfo(out).path());
        if (out.open(QIODevice::WriteOnly)) {
            out.write(file.value());
        }
    }
    const QStringList author {u"-c"_s, u"user.name=Test"_s, u"-c"_s, u"user.email=t@example.com"_s};
    runProgram(u"git"_s, {u"add"_s, u"-A"_s}, folder);
    runProgram(u"git"_s, author + QStringList {u"commit"_s, u"-q"_s, u"-m"_s, u"change"_s}, folder);
    QUrl remote = url();
    remote.setUserName(u"root"_s);
    remote.setPassword(QString::fromLatin1(RootToken));
    remote.setPath(u'/' + projectPath + ".git"_L1);
    const auto [code, said] =
        runProgram(u"git"_s, {u"push"_s, u"-q"_s, remote.toString(), refspec}, folder);
    return code == 0 ? QByteArray() : said + " code " + QByteArray::number(code);
}

QJsonObject CoordinatorFixture::waitForPipeline(qint64 project, const QString &status)
{
    const QByteArray path = "/projects/" + QByteArray::number(project) + "/pipelines";
    QJsonObject found;
    const bool came = QTest::qWaitFor(
        [&] {
            const QJsonArray list = api("GET", path).array();
            found = list.isEmpty() ? QJsonObject() : list.first().toObject();
            return !found.isEmpty()
                && (status.isEmpty() || found.value("status"_L1).toString() == status);
        },
        Patience);
    return came ? found : QJsonObject();
}

} // namespace ci::test
