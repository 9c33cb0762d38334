// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/secretbox.h"
#include "common/net/httpserver.h"
#include "coordinator/auth/authenticator.h"
#include "coordinator/auth/users.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/engine/news.h"
#include "coordinator/forge/githttp.h"
#include "coordinator/forge/pipelinestarter.h"
#include "coordinator/forge/projects.h"
#include "coordinator/pipelines/core.h"
#include "db/database.h"

#include <QProcess>
#include <QTemporaryDir>

#include <memory>

namespace ci::test {

/// What a git command came to.
struct Ran
{
    int code = -1;
    QByteArray output; ///< Both streams.
};

/// Who calls with a personal access token of all scopes.
auth::Identity tokenOf(const model::User &user);

/// A coordinator's inside with git's HTTP on a free port: real database, real git, real sockets.
/// The engine's loop turns on the test's own thread.
class ForgeWorld final : public net::RequestHandler
{
public:
    explicit ForgeWorld(const forge::GitLimits &limits = {});
    ~ForgeWorld() override;

    net::BodyPolicy bodyPolicy(const net::RequestHead &head) const override;
    void handle(net::Request request, net::ExchangePtr exchange) override;

    /// A coordinator that was killed and starts again on the same data.
    void restart();
    void build();

    model::User makeUser(const QString &name, bool isAdmin = false);
    model::Project makeProject(const model::User &owner,
                               const QString &name,
                               model::Visibility visibility = model::Visibility::Private);
    void setRole(const model::Project &project, const model::User &user, model::Role role);
    QByteArray makeToken(const model::User &user, const QString &scope);
    std::vector<model::Pipeline> pipelines(const model::Project &project);
    std::vector<model::Job> jobs(const model::Pipeline &pipeline);
    QHash<QString, QByteArray> seenRefs(const model::Project &project);
    model::Project project(ProjectId id);
    int spoolFiles(const QString &pattern = QStringLiteral("*")) const;

    template<typename T>
    Result<T> inCommand(std::function<Result<T>(engine::Transaction &)> run)
    {
        std::optional<Result<T>> result;
        loop->post([&result, run](engine::Transaction &transaction) {
            result.emplace(run(transaction));
            return *result ? engine::Outcome::Keep : engine::Outcome::Undo;
        });
        waitFor([&result] { return result.has_value(); });
        return *result;
    }
    static void waitFor(const std::function<bool()> &condition);

    QByteArray url(const model::Project &project, const QByteArray &user, const QByteArray &password) const;
    /// Runs git in `directory` while the loop turns.
    Ran git(const QString &directory, const QStringList &arguments);
    /// A repository with one commit on main: `files` by name.
    QString makeClone(const QString &name, const QHash<QString, QByteArray> &files);
    void commit(const QString &clone, const QHash<QString, QByteArray> &files, const QString &message);
    /// `git push` as `user` with the password all users of these tests have.
    Ran push(const QString &clone, const model::Project &project, const QByteArray &user,
             const QStringList &what, const QByteArray &password = "correct horse");
    /// Until there are `count` pipelines and no push is being taken up.
    void waitForPipelines(const model::Project &project, size_t count);

    QTemporaryDir folder;
    SystemClock clock;
    SecretBox box {Secret(QByteArray(32, 'k'))};
    forge::GitLimits limits;
    forge::IncludeSettings includes; ///< From the next restart on.
    std::chrono::milliseconds retryTime = std::chrono::seconds {10}; ///< From the next restart on.
    bool takesPushes = true; ///< False: as if killed before a push is taken up.

    std::unique_ptr<db::Database> database;
    std::unique_ptr<engine::News> news;
    std::unique_ptr<engine::CommandLoop> loop;
    std::unique_ptr<auth::Passwords> passwords;
    std::unique_ptr<auth::Sessions> sessions;
    std::unique_ptr<auth::AccessTokens> tokens;
    std::unique_ptr<auth::LoginLimiter> limiter;
    std::unique_ptr<auth::Users> users;
    std::unique_ptr<auth::Authenticator> authenticator;
    std::unique_ptr<pipelines::Core> core;
    std::unique_ptr<forge::Repositories> repositories;
    std::unique_ptr<forge::Projects> projects;
    std::unique_ptr<forge::PipelineStarter> starter;
    std::unique_ptr<forge::GitHttp> http;
    std::unique_ptr<net::HttpServer> server;
    QObject context;
};

} // namespace ci::test
