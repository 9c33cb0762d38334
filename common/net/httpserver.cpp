// SPDX-License-Identifier: MIT
#include "common/net/httpserver.h"

#include "common/base/epolldispatcher.h"
#include "common/net/ioworker.h"
#include "common/net/listener.h"

#include <QThread>

#include <algorithm>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace ci::net {

namespace {

// A connection is a descriptor; the usual soft limit of 1024 is there for select(), not for us.
void raiseDescriptorLimit()
{
    rlimit limit {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
}

} // namespace

class HttpServer::Private
{
public:
    struct Io
    {
        std::unique_ptr<QThread> thread;
        std::unique_ptr<IoWorker> worker;
    };

    ~Private();
    void startThreads(const HttpServerSettings &settings, RequestHandler &handler);
    void startListening();
    void admit(int descriptor, const QHostAddress &peer);

    std::shared_ptr<ServerCensus> census;
    std::vector<Io> threads;
    std::unique_ptr<Listener> listener; ///< Lives on the first thread.
    QHostAddress address;
    quint16 port = 0;
    size_t next = 0; ///< Of the first thread only.
};

void HttpServer::Private::startThreads(const HttpServerSettings &settings, RequestHandler &handler)
{
    for (int i = 0; i < std::max(settings.threads, 1); ++i) {
        Io io {std::make_unique<QThread>(), std::make_unique<IoWorker>(settings, handler, census)};
        io.thread->setObjectName(QStringLiteral("io%1").arg(i));
        io.thread->setEventDispatcher(new EpollDispatcher);
        io.worker->moveToThread(io.thread.get());
        io.thread->start();
        threads.push_back(std::move(io));
    }
}

void HttpServer::Private::startListening()
{
    // Accepting has an I/O thread too, so that it never waits for what the making thread does.
    listener->moveToThread(threads.front().thread.get());
    QObject::connect(listener.get(),
                     &Listener::accepted,
                     threads.front().worker.get(),
                     [this](int descriptor, const QHostAddress &peer) { admit(descriptor, peer); });
    QMetaObject::invokeMethod(listener.get(), &Listener::start, Qt::QueuedConnection);
}

void HttpServer::Private::admit(int descriptor, const QHostAddress &peer)
{
    std::shared_ptr<void> ticket = ServerCensus::admit(census, peer);
    if (ticket == nullptr) {
        census->countRefusal();
        ::close(descriptor);
        return;
    }
    IoWorker *worker = threads[next++ % threads.size()].worker.get();
    if (worker->thread() == QThread::currentThread()) {
        worker->adopt(descriptor, std::move(ticket));
        return;
    }
    const bool posted = worker->gate()->post(
        [worker, descriptor, ticket = std::move(ticket)] { worker->adopt(descriptor, ticket); });
    if (!posted) {
        ::close(descriptor);
    }
}

HttpServer::Private::~Private()
{
    if (!threads.empty()) {
        QMetaObject::invokeMethod(listener.get(), &Listener::stop, Qt::BlockingQueuedConnection);
    }
    for (const Io &io : threads) {
        QMetaObject::invokeMethod(io.worker.get(), &IoWorker::shutDown, Qt::BlockingQueuedConnection);
    }
    for (const Io &io : threads) {
        io.thread->quit();
        io.thread->wait();
    }
    listener.reset();
    threads.clear();
}

Result<std::unique_ptr<HttpServer>> HttpServer::create(const HttpServerSettings &settings,
                                                       RequestHandler &handler)
{
    Result<std::unique_ptr<Listener>> listener = Listener::create(settings.address, settings.port);
    if (!listener) {
        return listener.error();
    }
    raiseDescriptorLimit();
    auto d = std::make_unique<Private>();
    d->census = std::make_shared<ServerCensus>(settings.limits);
    d->listener = std::move(*listener);
    d->address = d->listener->address();
    d->port = d->listener->port();
    d->startThreads(settings, handler);
    d->startListening();
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(d)));
}

HttpServer::HttpServer(std::unique_ptr<Private> state)
    : d(std::move(state))
{
}

HttpServer::~HttpServer() = default;

QHostAddress HttpServer::address() const
{
    return d->address;
}

quint16 HttpServer::port() const
{
    return d->port;
}

HttpServerCounts HttpServer::counts() const
{
    return d->census->counts();
}

void HttpServer::stopAccepting()
{
    QMetaObject::invokeMethod(d->listener.get(), &Listener::stop, Qt::QueuedConnection);
    for (const Private::Io &io : d->threads) {
        QMetaObject::invokeMethod(io.worker.get(), &IoWorker::retire, Qt::QueuedConnection);
    }
}

} // namespace ci::net
