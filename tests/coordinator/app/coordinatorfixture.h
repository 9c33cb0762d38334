// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/httpclient.h"
#include "coordinator/app/coordinator.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include <memory>

namespace ci::test {

struct HttpAnswer
{
    int status = 0; ///< 0: no answer.
    net::Headers headers;
    QByteArray body;

    QJsonObject object() const { return QJsonDocument::fromJson(body).object(); }
    QJsonArray array() const { return QJsonDocument::fromJson(body).array(); }
};

struct Ask
{
    QByteArray method = "GET";
    QByteArray path;
    QByteArray body = {};
    net::Headers headers = {};
};

/// A whole coordinator on a free port with a database of its own, and a client that talks to it.
class CoordinatorFixture
{
public:
    static inline const QByteArray RootToken = "root-token-for-tests-0123456789";
    static inline const QByteArray RegistrationToken = "registration-token-for-tests";
    static inline const QByteArray RootPassword = "correct horse battery";

    explicit CoordinatorFixture(app::Settings settings = {});
    ~CoordinatorFixture();

    bool isUp() const { return m_coordinator != nullptr; }
    QUrl url() const { return m_coordinator->address(); }
    /// The same directory again, as after a restart.
    void restart();
    QString dataDirectory() const { return m_settings.dataDirectory; }
    /// Another data directory, as after a move to another machine.
    void restartOn(const QString &directory);

    HttpAnswer send(const Ask &ask);
    /// These very bytes on a connection of their own; the first line of the answer.
    QByteArray sendRaw(const QByteArray &bytes);
    /// With root's token.
    HttpAnswer api(const QByteArray &method, const QByteArray &path, const QJsonObject &body = {});
    HttpAnswer with(const QByteArray &token,
                    const QByteArray &method,
                    const QByteArray &path,
                    const QJsonObject &body = {});
    /// Not waited for.
    void sendLater(const Ask &ask, std::function<void(HttpAnswer)> done);

    /// Makes the user and a token of these scopes.
    QByteArray newUser(const QString &name, const QString &scope = QStringLiteral("api"));
    /// Signs in and makes a token, as the page does.
    HttpAnswer
    mintToken(const QString &name, const QByteArray &password, const QJsonObject &wish);
    /// With a name and a password; waits for the first start to be complete.
    HttpAnswer signIn(const QString &name, const QByteArray &password);
    qint64 newProject(const QString &name, const QString &visibility = QStringLiteral("private"));
    /// Commits these files to `main` and pushes; what git said on failure, else empty.
    QByteArray push(const QString &projectPath,
                    const QHash<QString, QByteArray> &files,
                    const QString &refspec = QStringLiteral("main"));
    /// The newest pipeline of the project once there is one.
    QJsonObject waitForPipeline(qint64 project, const QString &status = {});

private:
    void start();
    static HttpAnswer answerFrom(const Result<net::ClientResponse> &response);

    QTemporaryDir m_data;
    QTemporaryDir m_work;
    app::Settings m_settings;
    std::unique_ptr<app::Coordinator> m_coordinator;
    net::HttpClient m_client;
};

/// Runs a program with the event loop turning; its exit code and all it said.
std::pair<int, QByteArray>
runProgram(const QString &program, const QStringList &arguments, const QString &directory);

net::Headers tokenHeader(const QByteArray &token);

} // namespace ci::test
