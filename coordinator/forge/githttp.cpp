// SPDX-License-Identifier: MIT
#include "coordinator/forge/githttp.h"

#include "common/net/threadgate.h"
#include "coordinator/auth/access.h"
#include "coordinator/forge/gitrequest.h"
#include "coordinator/forge/transferbodies.h"
#include "db/projectstore.h"

#include <QLoggingCategory>

#include <atomic>

namespace ci::forge {

using namespace Qt::StringLiterals;

Q_LOGGING_CATEGORY(lcGitHttp, "ci.forge.http")

namespace {

int gitStatusOf(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Invalid:
        return 400;
    case ErrorKind::NotFound:
        return 404;
    case ErrorKind::Conflict:
        return 409;
    case ErrorKind::Forbidden:
        return 403;
    case ErrorKind::Unauthenticated:
        return 401;
    case ErrorKind::TooLarge:
        return 413;
    case ErrorKind::TooMany:
        return 429;
    case ErrorKind::Unavailable:
        return 503;
    case ErrorKind::Io:
        return 500;
    }
    return 500;
}

/// git shows the body of an error to its user as "remote: …" where it is text/plain.
void refuseGit(const net::ExchangePtr &exchange, const auth::Refusal &refusal)
{
    net::Response response;
    response.status = gitStatusOf(refusal.error.kind);
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.body = refusal.error.detail.toUtf8() + '\n';
    if (response.status == 401) {
        response.headers.add("WWW-Authenticate", "Basic realm=\"Capstan\", charset=\"UTF-8\"");
    }
    if (refusal.retryAfter.count() > 0) {
        response.headers.add("Retry-After", QByteArray::number(qint64(refusal.retryAfter.count())));
    }
    exchange->respond(std::move(response));
}

/// What the database says about a git request: may it, and within which bounds.
struct GitPermit
{
    model::Project project;
    PushPolicy policy;
    std::optional<UserId> user;
};

Result<GitPermit> permitFor(db::Database &database,
                            const auth::Identity &identity,
                            const GitRequest &request)
{
    const bool isPush = request.service == GitService::ReceivePack;
    const Result<model::Project> project
        = auth::projectWith(database, identity, request.projectPath,
                            isPush ? auth::Right::Push : auth::Right::ReadCode);
    if (!project) {
        return project.error();
    }
    GitPermit permit {*project, {}, identity.userId()};
    if (isPush) {
        const Result<auth::Standing> standing = auth::standingIn(database, identity, *project);
        Result<std::vector<QString>> branches
            = db::ProjectStore(database).protectedBranches(project->id);
        if (!standing || !branches) {
            return standing ? branches.error() : standing.error();
        }
        permit.policy.mayPushProtected
            = auth::allowed(identity, auth::Right::Push, *standing, {.isRefProtected = true}).isOk();
        permit.policy.protectedBranches = *std::move(branches);
        permit.policy.defaultBranch = project->defaultBranch;
    }
    return permit;
}

} // namespace

class GitHttp::Private
{
public:
    Private(Parts theParts, GitHttp *owner)
        : parts(theParts), q(owner), gate(std::make_shared<net::ThreadGate>(owner))
    {
    }

    void authenticate(const GitRequest &request, const GitCall &call);
    void authorize(const GitRequest &request,
                   const net::ExchangePtr &exchange,
                   const auth::Identity &identity);
    void begin(const GitRequest &request,
               const net::ExchangePtr &exchange,
               const auth::Identity &identity,
               const GitPermit &permit);
    QByteArray nextPushName(const GitPermit &permit);

    Parts parts;
    GitHttp *q;
    std::shared_ptr<net::ThreadGate> gate; ///< For the I/O threads, which may outlive us.
    std::shared_ptr<std::atomic<int>> processes = std::make_shared<std::atomic<int>>(0);
    quint64 pushes = 0;
};

GitHttp::GitHttp(Parts parts, QObject *parent)
    : QObject(parent), d(std::make_unique<Private>(parts, this))
{
}

GitHttp::~GitHttp()
{
    d->gate->shut();
}

bool GitHttp::isGitPath(QByteArrayView path)
{
    return isGitAddress(path);
}

net::BodyPolicy GitHttp::bodyPolicy(const net::RequestHead &) const
{
    return {.kind = net::BodyPolicy::Kind::Stream, .maximumBytes = d->parts.limits.maxPushBytes};
}

void GitHttp::handle(GitCall call)
{
    const Result<GitRequest> request = parseGitRequest(call.request.head);
    if (!request) {
        refuseGit(call.exchange, {request.error()});
        return;
    }
    auto authenticate = [this, request = *request, call] { d->authenticate(request, call); };
    if (!d->gate->post(std::move(authenticate))) {
        refuseGit(call.exchange, {unavailable(u"Capstan is shutting down"_s)});
    }
}

void GitHttp::Private::authenticate(const GitRequest &request, const GitCall &call)
{
    if (!request.username) {
        authorize(request, call.exchange, {});
        return;
    }
    const QString agent = QString::fromUtf8(call.request.head.headers.value("User-Agent", {}));
    auth::Login login {*request.username, request.password, {call.address, agent}};
    parts.authenticator.identifyBasic(
        std::move(login), q, [this, request, exchange = call.exchange](const auth::IdentityOutcome &outcome) {
            if (const auto *refusal = std::get_if<auth::Refusal>(&outcome)) {
                refuseGit(exchange, *refusal);
            } else {
                authorize(request, exchange, std::get<auth::Identity>(outcome));
            }
        });
}

void GitHttp::Private::authorize(const GitRequest &request,
                                 const net::ExchangePtr &exchange,
                                 const auth::Identity &identity)
{
    auto run = [this, request, exchange, identity](engine::Transaction &transaction) {
        const Result<GitPermit> permit = permitFor(transaction.database(), identity, request);
        transaction.answer([this, request, exchange, identity, permit] {
            if (permit) {
                begin(request, exchange, identity, *permit);
            } else {
                refuseGit(exchange, {permit.error()});
            }
        });
        return engine::Outcome::Undo;
    };
    parts.loop.post(engine::Command {
        std::move(run), [exchange](const Error &error) { refuseGit(exchange, {error}); }});
}

void GitHttp::Private::begin(const GitRequest &request,
                             const net::ExchangePtr &exchange,
                             const auth::Identity &identity,
                             const GitPermit &permit)
{
    if (processes->fetch_add(1) >= parts.limits.maxProcesses) {
        processes->fetch_sub(1);
        refuseGit(exchange, {unavailable(u"too many git transfers at once; try again in a moment"_s),
                             std::chrono::seconds {5}});
        return;
    }
    TransferOrder order;
    order.ticket = std::shared_ptr<void>(nullptr, [count = processes](void *) { count->fetch_sub(1); });
    order.request = request;
    order.request.password = Secret();
    order.repository = parts.repositories.path(permit.project.id);
    order.limits = parts.limits;
    order.policy = permit.policy;
    order.showsPipelineRefs = identity.means == auth::Means::Job;
    order.hooksDirectory = parts.repositories.hooksDirectory();
    order.spoolDirectory = parts.repositories.spoolDirectory();
    order.exchange = exchange;
    if (request.service == GitService::ReceivePack && !request.isAdvertisement) {
        order.pushName = nextPushName(permit);
        order.pushEnded = [sharedGate = gate, owner = q, project = permit.project.id] {
            sharedGate->post([owner, project] { Q_EMIT owner->pushEnded(project); });
        };
    }
    beginTransfer(std::move(order));
}

QByteArray GitHttp::Private::nextPushName(const GitPermit &permit)
{
    // Sorted by name they are in order; project and pusher stand where no client can write.
    return QByteArray::number(toMilliseconds(parts.clock.now())).rightJustified(14, '0') + '.'
        + QByteArray::number(++pushes).rightJustified(8, '0') + '-'
        + QByteArray::number(permit.project.id.value()) + '-'
        + QByteArray::number(permit.user.value_or(UserId {}).value());
}

} // namespace ci::forge
