// SPDX-License-Identifier: MIT
#include "coordinator/app/coordinator.h"

#include "coordinator/app/coordinatorparts.h"
#include "coordinator/app/tlsfiles.h"
#include "coordinator/auth/firststart.h"
#include "db/projectstore.h"

#include <QLoggingCategory>
#include <QTimer>

using namespace Qt::StringLiterals;

namespace ci::app {

Q_LOGGING_CATEGORY(lcApp, "ci.app")

namespace {

// Requests under way at SIGTERM get so long; systemd and users wait for 10 s in all.
constexpr std::chrono::milliseconds StopPatience {7'000};
constexpr std::chrono::milliseconds StopLook {20};

net::HttpServerSettings serverSettings(const Settings &settings)
{
    net::HttpServerSettings server;
    server.address = settings.listen.host;
    server.port = settings.listen.port;
    server.threads = settings.ioThreads;
    server.limits.maxConnections = settings.maxConnections;
    server.limits.maxConnectionsPerAddress = settings.maxConnectionsPerAddress;
    server.limits.headTime = settings.headTime;
    server.limits.idleTime = settings.idleTime;
    server.limits.bodyStallTime = settings.bodyStallTime;
    return server;
}

api::Site siteFrom(const Settings &settings)
{
    api::Site site;
    site.allowedHosts = settings.allowedHosts;
    for (const Subnet &net : settings.trustedProxies) {
        site.trustedProxies.append({net.address, net.bits});
    }
    site.version = CAPSTAN_VERSION;
    site.revision = "capstan-" CAPSTAN_VERSION;
    site.maxBodyBytes = settings.maxBodyBytes;
    site.allowRegistration = settings.allowRegistration;
    return site;
}

QUrl listenUrl(const net::HttpServer &server, bool isTls)
{
    QUrl url;
    url.setScheme(isTls ? u"https"_s : u"http"_s);
    const QHostAddress address = server.address();
    const bool isAny = address == QHostAddress(QHostAddress::Any)
        || address == QHostAddress(QHostAddress::AnyIPv4)
        || address == QHostAddress(QHostAddress::AnyIPv6);
    url.setHost(isAny ? u"127.0.0.1"_s : address.toString());
    url.setPort(server.port());
    return url;
}

} // namespace

class Coordinator::Private
{
public:
    explicit Private(const Settings &given)
        : settings(given)
        , site(siteFrom(given))
        , handler(site)
    {
    }

    Result<void> open();
    Result<void> listen();
    void tie();

    // Destroyed from the end: first what listens, last what stores.
    Settings settings;
    api::Site site;
    std::unique_ptr<Store> store;
    std::unique_ptr<Accounts> accounts;
    std::unique_ptr<Works> works;
    std::unique_ptr<Links> links;
    std::unique_ptr<api::LogWatchers> watchers;
    std::unique_ptr<api::Metrics> metrics;
    api::StaticFiles files;
    QObject context;
    api::ApiHandler handler;
    std::optional<api::Services> services;
    std::unique_ptr<api::LiveNews> liveNews;
    std::unique_ptr<RunnerWires> wires;
    std::unique_ptr<Housekeeping> housekeeping;
    std::unique_ptr<net::HttpServer> server;
    QUrl address;
    QTimer stopTimer;
    std::chrono::milliseconds stopBegan {0};
};

Result<void> Coordinator::Private::listen()
{
    net::HttpServerSettings wanted = serverSettings(settings);
    Result<std::optional<QSslConfiguration>> tls =
        loadTls(settings.tlsCertificate, settings.tlsKey);
    if (!tls) {
        return tls.error();
    }
    wanted.tls = *tls;
    Result<std::unique_ptr<net::HttpServer>> made = net::HttpServer::create(wanted, handler);
    if (!made) {
        return made.error();
    }
    server = std::move(*made);
    address = listenUrl(*server, wanted.tls.has_value());
    site.url = settings.externalUrl.isEmpty() ? address : settings.externalUrl;
    return {};
}

Result<void> Coordinator::Private::open()
{
    Result<std::unique_ptr<Store>> opened = Store::open(settings);
    if (!opened) {
        return opened.error();
    }
    store = std::move(*opened);
    if (const Result<void> listening = listen(); !listening) {
        return listening;
    }
    accounts = std::make_unique<Accounts>(
        *store, auth::SessionTimes {settings.sessionIdleTime, settings.sessionMaxAge});
    Result<std::unique_ptr<Works>> built = Works::create(*store, *accounts, settings, site.url);
    if (!built) {
        return built.error();
    }
    works = std::move(*built);
    tie();
    return {};
}

void Coordinator::Private::tie()
{
    links = std::make_unique<Links>(*store, *accounts, *works, settings);
    watchers = std::make_unique<api::LogWatchers>(*works->core, links->channels);
    metrics = std::make_unique<api::Metrics>(accounts->news);
    metrics->setServer([this] { return server->counts(); });
    services.emplace(api::Services {site,
                                    store->clock,
                                    store->box,
                                    accounts->loop,
                                    accounts->news,
                                    accounts->authenticator,
                                    accounts->users,
                                    accounts->sessions,
                                    accounts->tokens,
                                    works->repositories,
                                    works->projects,
                                    works->members,
                                    works->groups,
                                    works->variables,
                                    works->starter,
                                    works->schedules,
                                    works->triggers,
                                    works->git,
                                    works->releases,
                                    *works->core,
                                    works->readers,
                                    links->relay,
                                    links->channels,
                                    links->live,
                                    *watchers,
                                    *metrics,
                                    handler.counts(),
                                    files,
                                    context});
    links->terminalHost.open(*services);
    liveNews = std::make_unique<api::LiveNews>(*services);
    wires = std::make_unique<RunnerWires>(*services);
}

Result<std::unique_ptr<Coordinator>> Coordinator::create(const Settings &settings)
{
    auto d = std::make_unique<Private>(settings);
    if (const Result<void> opened = d->open(); !opened) {
        return opened.error();
    }
    return std::unique_ptr<Coordinator>(new Coordinator(std::move(d)));
}

Coordinator::Coordinator(std::unique_ptr<Private> parts)
    : d(std::move(parts))
{
    d->stopTimer.setInterval(StopLook);
    connect(&d->stopTimer, &QTimer::timeout, this, &Coordinator::checkStopped);
}

Coordinator::~Coordinator() = default;

QUrl Coordinator::address() const
{
    return d->address;
}

void Coordinator::start()
{
    engine::Command command;
    command.run = [this](engine::Transaction &transaction) {
        const auth::FirstStartWishes wishes = auth::FirstStartWishes::fromEnvironment();
        const std::optional<Secret> registration = wishes.registrationToken.isEmpty()
            ? std::nullopt
            : std::optional(wishes.registrationToken);
        Result<void> recovered = d->works->core->recover(transaction, registration);
        recovered = recovered ? d->works->core->prepareSigningKey(transaction) : recovered;
        const Result<Secret> password = recovered ? auth::ensureRoot(transaction,
                                                                     d->accounts->users,
                                                                     d->accounts->tokens,
                                                                     {d->accounts->loop,
                                                                      d->store->clock,
                                                                      d->store->box,
                                                                      d->accounts->news,
                                                                      d->accounts->passwords,
                                                                      d->accounts->sessions,
                                                                      d->accounts->limiter},
                                                                     wishes)
                                                  : Result<Secret>(recovered.error());
        if (!password) {
            transaction.answer([this, detail = password.error().detail] { Q_EMIT failed(detail); });
            return engine::Outcome::Undo;
        }
        transaction.afterCommit([this, password = *password] { finishStart(password); });
        return engine::Outcome::Keep;
    };
    command.refused = [this](const Error &error) { Q_EMIT failed(error.detail); };
    d->accounts->loop.post(std::move(command));
}

void Coordinator::finishStart(const Secret &password)
{
    const Result<std::vector<model::Project>> projects =
        db::ProjectStore(*d->store->database).all();
    if (!projects) {
        Q_EMIT failed(projects.error().detail);
        return;
    }
    d->works->projects.mend(*projects);
    d->works->starter.recover();
    d->works->schedules.watch();
    d->housekeeping = std::make_unique<Housekeeping>(*d->services);
    d->handler.open(*d->services);
    qCInfo(lcApp).noquote() << "started version=" CAPSTAN_VERSION
                            << "projects="_L1 + QString::number(projects->size())
                            << "external_url="_L1 + QString::fromLatin1(d->site.origin());
    Q_EMIT started(password);
}

void Coordinator::stop()
{
    if (d->stopTimer.isActive()) {
        return;
    }
    qCInfo(lcApp) << "stopping";
    d->stopBegan = d->store->clock.monotonic();
    d->server->stopAccepting();
    d->works->core->dispatcher().shutDown();
    // Shells live on at their runners and are found again after a restart.
    d->links->relay.detachAll();
    d->links->channels.drain();
    d->links->live.shutDown();
    d->stopTimer.start();
}

void Coordinator::checkStopped()
{
    const bool isQuiet = d->server->counts().connections == 0 && d->works->starter.isIdle();
    const bool isOver = d->store->clock.monotonic() - d->stopBegan > StopPatience;
    if (!isQuiet && !isOver) {
        return;
    }
    d->stopTimer.stop();
    d->handler.close();
    qCInfo(lcApp).noquote() << (isQuiet ? "stopped" : "stopped with requests cut");
    Q_EMIT stopped();
}

} // namespace ci::app
