// SPDX-License-Identifier: MIT
#include "tests/coordinator/forge/world.h"

#include "coordinator/forge/bridgeorder.h"

#include "db/jobstore.h"
#include "db/pipelinestore.h"
#include "db/projectstore.h"

#include <QDir>
#include <QFile>
#include <QTest>
#include <QUrl>

namespace ci::test {

using namespace Qt::StringLiterals;

auth::Identity tokenOf(const model::User &user)
{
    auth::Identity identity;
    identity.means = auth::Means::Token;
    identity.user = user;
    return identity;
}

ForgeWorld::ForgeWorld(const forge::GitLimits &gitLimits) : limits(gitLimits)
{
    build();
}

ForgeWorld::~ForgeWorld()
{
    server.reset();
}

void ForgeWorld::waitFor(const std::function<bool()> &condition)
{
    // Git and a busy machine: generous, and never waited out when things work.
    if (!QTest::qWaitFor(condition, 60'000)) {
        qFatal("waited in vain");
    }
}

void ForgeWorld::restart()
{
    server.reset();
    http.reset();
    starter.reset();
    projects.reset();
    core.reset();
    authenticator.reset();
    users.reset();
    loop.reset();
    database.reset();
    build();
}

void ForgeWorld::build()
{
    auto opened = db::Database::open(folder.filePath(u"test.db"_s));
    database = std::move(opened).value();
    if (!database->migrate()) {
        qFatal("the schema does not migrate");
    }
    news = std::make_unique<engine::News>();
    loop = std::make_unique<engine::CommandLoop>(*database);
    passwords = std::make_unique<auth::Passwords>(box, clock, auth::PasswordCost {1, 8192});
    sessions = std::make_unique<auth::Sessions>(clock, *news);
    tokens = std::make_unique<auth::AccessTokens>(clock, *news);
    limiter = std::make_unique<auth::LoginLimiter>(clock);
    users = std::make_unique<auth::Users>(
        auth::Users::Parts {*loop, clock, box, *news, *passwords, *sessions, *limiter});
    authenticator = std::make_unique<auth::Authenticator>(
        auth::Authenticator::Parts {*loop, clock, box, *passwords, *sessions, *tokens, *limiter});
    pipelines::Core::Settings settings;
    settings.dataDirectory = folder.path();
    settings.queue.externalUrl = QUrl(u"http://127.0.0.1:1"_s);
    core = *pipelines::Core::create({clock, box, *news, *loop}, settings);
    repositories = std::make_unique<forge::Repositories>(*forge::Repositories::create(folder.path()));
    projects = std::make_unique<forge::Projects>(
        forge::Projects::Parts {*loop, *news, clock, *repositories});
    starter = std::make_unique<forge::PipelineStarter>(forge::PipelineStarter::Parts {
        *loop, clock, box, *repositories, core->settings().queue, core->pipelines(), core->artifactFiles(), includes,
        retryTime});
    core->pipelines().setArtifactRight(forge::readsArtifacts);
    core->pipelines().setBridgeStarter([this](JobId bridge) { starter->startDownstream(bridge); });
    http = std::make_unique<forge::GitHttp>(
        forge::GitHttp::Parts {*loop, *authenticator, *repositories, clock, limits});
    QObject::connect(http.get(), &forge::GitHttp::pushEnded, starter.get(), [this](ProjectId id) {
        if (takesPushes) {
            starter->takePushes(id);
        }
    });
    server = *net::HttpServer::create({}, *this);
}

net::BodyPolicy ForgeWorld::bodyPolicy(const net::RequestHead &head) const
{
    return http->bodyPolicy(head);
}

void ForgeWorld::handle(net::Request request, net::ExchangePtr exchange)
{
    http->handle({std::move(request), std::move(exchange), u"127.0.0.1"_s});
}

model::User ForgeWorld::makeUser(const QString &name, bool isAdmin)
{
    std::optional<model::User> made;
    auth::NewUser user;
    user.username = name;
    user.password = Secret("correct horse");
    user.isAdmin = isAdmin;
    users->create(user, &context, [&made](const Result<model::User> &result) { made = *result; });
    waitFor([&made] { return made.has_value(); });
    return *made;
}

model::Project ForgeWorld::makeProject(const model::User &owner,
                                       const QString &name,
                                       model::Visibility visibility)
{
    std::optional<model::Project> made;
    forge::NewProject wish;
    wish.name = name;
    wish.creator = owner.id;
    wish.visibility = visibility;
    projects->create(wish, &context, [&made](const Result<model::Project> &result) { made = *result; });
    waitFor([&made] { return made.has_value(); });
    return *made;
}

void ForgeWorld::setRole(const model::Project &project, const model::User &user, model::Role role)
{
    const Result<void> done = inCommand<void>([&](engine::Transaction &transaction) {
        return db::ProjectStore(transaction.database()).setMember(project.id, user.id, role);
    });
    QVERIFY(done);
}

QByteArray ForgeWorld::makeToken(const model::User &user, const QString &scope)
{
    return inCommand<auth::MintedToken>([&](engine::Transaction &transaction) {
               return tokens->mint(transaction, {user.id, u"git"_s, {scope}, std::nullopt});
           })
        ->secret.reveal();
}

std::vector<model::Pipeline> ForgeWorld::pipelines(const model::Project &project)
{
    return db::PipelineStore(*database, box).list(project.id, {}, {1, 100})->items;
}

std::vector<model::Job> ForgeWorld::jobs(const model::Pipeline &pipeline)
{
    return *db::JobStore(*database, box).ofPipeline(pipeline.id);
}

QHash<QString, QByteArray> ForgeWorld::seenRefs(const model::Project &project)
{
    return *db::ProjectStore(*database).seenRefs(project.id);
}

model::Project ForgeWorld::project(ProjectId id)
{
    return **db::ProjectStore(*database).find(id);
}

int ForgeWorld::spoolFiles(const QString &pattern) const
{
    return int(QDir(repositories->spoolDirectory()).entryList({pattern}, QDir::Files).size());
}

QByteArray ForgeWorld::url(const model::Project &project,
                           const QByteArray &user,
                           const QByteArray &password) const
{
    const QByteArray login = user.isEmpty() ? QByteArray()
                                            : user + ':' + password.toPercentEncoding() + '@';
    return "http://" + login + "127.0.0.1:" + QByteArray::number(server->port()) + '/'
        + project.fullPath().toUtf8() + ".git";
}

Ran ForgeWorld::git(const QString &directory, const QStringList &arguments)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    const std::initializer_list<std::pair<QString, QString>> ours {
        {u"GIT_CONFIG_NOSYSTEM"_s, u"1"_s},   {u"GIT_CONFIG_GLOBAL"_s, u"/dev/null"_s},
        {u"GIT_TERMINAL_PROMPT"_s, u"0"_s},   {u"GIT_AUTHOR_NAME"_s, u"Ada"_s},
        {u"GIT_AUTHOR_EMAIL"_s, u"a@b.c"_s},  {u"GIT_COMMITTER_NAME"_s, u"Ada"_s},
        {u"GIT_COMMITTER_EMAIL"_s, u"a@b.c"_s}, {u"LC_ALL"_s, u"C"_s}};
    for (const auto &[name, value] : ours) {
        environment.insert(name, value);
    }
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(directory);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(u"git"_s, arguments);
    waitFor([&process] { return process.state() == QProcess::NotRunning; });
    return {process.exitCode(), process.readAll()};
}

Ran ForgeWorld::push(const QString &clone,
                     const model::Project &project,
                     const QByteArray &user,
                     const QStringList &what,
                     const QByteArray &password)
{
    return git(clone, QStringList {u"push"_s, QString::fromUtf8(url(project, user, password))} + what);
}

void ForgeWorld::waitForPipelines(const model::Project &project, size_t count)
{
    waitFor([&] { return pipelines(project).size() >= count && starter->isIdle(); });
}

QString ForgeWorld::makeClone(const QString &name, const QHash<QString, QByteArray> &files)
{
    const QString clone = folder.filePath(u"clones/"_s + name);
    QDir().mkpath(clone);
    git(clone, {u"init"_s, u"-q"_s, u"-b"_s, u"main"_s});
    commit(clone, files, u"first"_s);
    return clone;
}

void ForgeWorld::commit(const QString &clone,
                        const QHash<QString, QByteArray> &files,
                        const QString &message)
{
    for (auto file = files.cbegin(); file != files.cend(); ++file) {
        const QString path = clone + u'/' + file.key();
        QDir().mkpath(QFileInfo(path).path());
        QFile out(path);
        QVERIFY(out.open(QIODevice::WriteOnly));
        out.write(file.value());
    }
    git(clone, {u"add"_s, u"-A"_s});
    git(clone, {u"commit"_s, u"-q"_s, u"--allow-empty"_s, u"-m"_s, message});
}

} // namespace ci::test
