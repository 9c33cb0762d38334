// SPDX-License-Identifier: MIT
#include "coordinator/live/livecore.h"

#include "coordinator/live/log.h"

#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::live {

namespace {

constexpr std::chrono::milliseconds LongestTick {5'000};

void refusePage(const net::ExchangePtr &exchange, int status, QLatin1StringView message)
{
    net::Response response;
    response.status = status;
    response.headers.set("Content-Type", "application/json");
    if (status == 429) {
        response.headers.set("Retry-After", "10");
    }
    response.body
        = QJsonDocument(QJsonObject {{u"message"_s, message}}).toJson(QJsonDocument::Compact);
    exchange->respond(std::move(response));
}

} // namespace

LiveCore::LiveCore(const Clock &clock, TraceReader &reader, CanSee canSee, LiveLimits limits)
    : m_clock(clock), m_reader(reader), m_canSee(std::move(canSee)), m_limits(limits),
      m_gate(std::make_shared<net::ThreadGate>(this)), m_ticker(this),
      m_rightsAskedAt(clock.monotonic())
{
    connect(&m_ticker, &QTimer::timeout, this, &LiveCore::tick);
}

LiveCore::~LiveCore()
{
    m_gate->shut();
}

void LiveCore::attach(const LiveCaller &caller, const net::ExchangePtr &exchange)
{
    const auto isUsers = [&](const Page *page) { return page->caller().user == caller.user; };
    if (m_isShuttingDown) {
        refusePage(exchange, 503, "503 Shutting down"_L1);
    } else if (m_pages.size() >= m_limits.maxPages) {
        refusePage(exchange, 503, "503 Too many pages are connected"_L1);
    } else if (std::count_if(m_pages.cbegin(), m_pages.cend(), isUsers) >= m_limits.maxPagesPerUser) {
        refusePage(exchange, 429, "429 Too many pages of one user are connected"_L1);
    } else {
        exchange->upgrade({protocol::LiveV1.toByteArray(), {}}, this, [this, caller](net::WebSocket *socket) {
            add(caller, std::unique_ptr<net::WebSocket>(socket));
        });
    }
}

void LiveCore::add(const LiveCaller &caller, std::unique_ptr<net::WebSocket> socket)
{
    auto *page = new Page(++m_lastPageId, caller, std::move(socket), m_limits, m_clock.monotonic());
    page->setParent(this);
    m_pages.insert(page->id(), page);
    m_pageCount = m_pages.size();
    connect(page, &Page::requestReceived, this, [this, page](const protocol::LiveRequest &request) {
        obey(page, request);
    });
    connect(page, &Page::roomGrew, this, [this, page] { pumpTraces(page); });
    connect(page, &Page::lost, this, [this, page] { remove(page); });
    if (m_isShuttingDown) {
        page->bye(net::CloseCode::GoingAway, u"shutting down"_s);
    }
    if (!m_ticker.isActive()) {
        m_ticker.start(std::max(std::min({LongestTick, m_limits.rightsInterval, m_limits.silence / 3}),
                                std::chrono::milliseconds {10}));
    }
}

void LiveCore::remove(Page *page)
{
    const QList<protocol::Topic> topics = page->subscriptions().keys();
    for (const protocol::Topic &topic : topics) {
        unsubscribe(page, topic);
    }
    const QList<JobId> jobs = page->followings().keys();
    for (const JobId job : jobs) {
        stopFollowing(page, job);
    }
    m_pages.remove(page->id());
    m_pageCount = m_pages.size();
    page->disconnect(this);
    page->deleteLater(); // It is the one that is calling.
    if (m_pages.isEmpty()) {
        m_ticker.stop();
    }
}

void LiveCore::obey(Page *page, const protocol::LiveRequest &request)
{
    std::visit(protocol::Overloaded {
                   [&](const protocol::LiveSubscribe &asked) { subscribe(page, asked.topic); },
                   [&](const protocol::LiveUnsubscribe &asked) {
                       if (const auto topic = protocol::topicFromText(asked.topic)) {
                           unsubscribe(page, *topic);
                       }
                   },
                   [&](const protocol::LiveTrace &asked) { follow(page, asked); },
                   [&](const protocol::LiveTraceCredit &asked) {
                       const auto found = page->followings().find(asked.job);
                       if (found != page->followings().end()) {
                           found->credit = std::min(found->credit + asked.bytes, qint64(1) << 40);
                           pumpOne(page, asked.job);
                       }
                   },
                   [&](const protocol::LiveTraceStop &asked) { stopFollowing(page, asked.job); },
                   [](const protocol::UnknownMessage &) {},
               },
               request);
}

void LiveCore::subscribe(Page *page, const QByteArray &text)
{
    const std::optional<protocol::Topic> topic = protocol::topicFromText(text);
    if (!topic) {
        page->say(protocol::liveRefused(text, u"no such topic"_s));
    } else if (page->subscriptions().contains(*topic)) {
        if (page->subscriptions().value(*topic) == Page::Standing::Granted) {
            page->say(protocol::liveSubscribed(text));
        }
    } else if (page->isFull()) {
        page->say(protocol::liveRefused(text, u"too many subscriptions"_s));
    } else {
        page->subscriptions().insert(*topic, Page::Standing::Asked);
        ask(page, *topic);
    }
}

void LiveCore::unsubscribe(Page *page, const protocol::Topic &topic)
{
    page->subscriptions().remove(topic);
    page->forgetMissed(topic);
    m_listeners.remove(topic, page);
}

void LiveCore::follow(Page *page, const protocol::LiveTrace &request)
{
    if (page->followings().contains(request.job)) {
        stopFollowing(page, request.job); // Anew, from another offset.
    }
    if (page->isFull()) {
        page->say(protocol::liveTraceRefused(request.job, u"too many subscriptions"_s));
        return;
    }
    page->followings().insert(request.job,
                              {Page::Standing::Asked, request.offset, m_limits.initialTraceCredit});
    ask(page, protocol::Topic::job(request.job));
}

void LiveCore::beginFollowing(Page *page, JobId job)
{
    if (!m_traces.contains(job)) {
        const Result<TraceState> state = m_reader.state(job);
        m_traces.insert(job, state ? *state : TraceState {});
        m_followers[job].insert(page);
        Q_EMIT traceWatched(job, true);
    } else {
        m_followers[job].insert(page);
    }
    Page::Following &following = page->followings()[job];
    if (following.offset > m_traces.value(job).size) {
        following.offset = 0; // The page knows a log that is gone.
        page->say(protocol::liveTraceReset(job));
    }
    pumpOne(page, job);
}

void LiveCore::stopFollowing(Page *page, JobId job)
{
    page->followings().remove(job);
    const auto followers = m_followers.find(job);
    if (followers == m_followers.end() || !followers->remove(page) || !followers->isEmpty()) {
        return;
    }
    m_followers.erase(followers);
    m_traces.remove(job);
    Q_EMIT traceWatched(job, false);
}

void LiveCore::growTrace(JobId job, qint64 size)
{
    const auto trace = m_traces.find(job);
    if (trace != m_traces.end()) {
        trace->size = std::max(trace->size, size);
        m_grownTraces.insert(job);
        flushLater();
    }
}

void LiveCore::resetTrace(JobId job)
{
    const auto trace = m_traces.find(job);
    if (trace == m_traces.end()) {
        return;
    }
    *trace = {};
    const QSet<Page *> followers = m_followers.value(job);
    for (Page *page : followers) {
        page->followings()[job].offset = 0;
        page->say(protocol::liveTraceReset(job));
    }
}

void LiveCore::endTrace(JobId job, qint64 size)
{
    const auto trace = m_traces.find(job);
    if (trace != m_traces.end()) {
        *trace = {size, true};
        m_grownTraces.insert(job);
        flushLater();
    }
}

void LiveCore::pumpTrace(JobId job)
{
    const QSet<Page *> followers = m_followers.value(job);
    for (Page *page : followers) {
        pumpOne(page, job);
    }
}

void LiveCore::pumpTraces(Page *page)
{
    const QList<JobId> jobs = page->followings().keys();
    for (const JobId job : jobs) {
        pumpOne(page, job);
    }
}

void LiveCore::pumpOne(Page *page, JobId job)
{
    const auto trace = m_traces.constFind(job);
    if (trace != m_traces.cend() && !page->pumpTrace(job, *trace, m_reader)) {
        stopFollowing(page, job);
    }
}

void LiveCore::publish(const EventKey &key, const QByteArray &data)
{
    if (!m_listeners.contains(key.topic)) {
        return;
    }
    if (!m_changes.contains(key)) {
        m_changeOrder.append(key);
    }
    m_changes.insert(key, data);
    flushLater();
}

/// Behind everything that is already queued for this turn of the loop.
void LiveCore::flushLater()
{
    if (!std::exchange(m_isFlushPosted, true)) {
        QMetaObject::invokeMethod(this, &LiveCore::flush, Qt::QueuedConnection);
    }
}

void LiveCore::flush()
{
    m_isFlushPosted = false;
    const QList<EventKey> order = std::exchange(m_changeOrder, {});
    for (const EventKey &key : order) {
        const QByteArray text
            = protocol::liveChanged(key.topic, key.entity, key.id, m_changes.value(key));
        const QSet<Page *> listeners = m_listeners.of(key.topic);
        for (Page *page : listeners) {
            page->sendEvent(key, text);
        }
    }
    m_changes.clear();
    const QSet<JobId> grown = std::exchange(m_grownTraces, {});
    for (const JobId job : grown) {
        pumpTrace(job);
    }
}

void LiveCore::endWhere(const std::function<bool(const LiveCaller &)> &matches,
                        net::CloseCode code,
                        const QString &reason)
{
    const QList<Page *> pages = m_pages.values();
    for (Page *page : pages) {
        if (matches(page->caller())) {
            page->bye(code, reason);
        }
    }
}

void LiveCore::shutDown()
{
    m_isShuttingDown = true;
    endWhere([](const LiveCaller &) { return true; }, net::CloseCode::GoingAway, u"shutting down"_s);
}

void LiveCore::tick()
{
    const std::chrono::milliseconds now = m_clock.monotonic();
    for (Page *page : std::as_const(m_pages)) {
        page->checkAlive(now);
    }
    if (now - m_rightsAskedAt >= m_limits.rightsInterval) {
        m_rightsAskedAt = now;
        recheck(UserId {}, ProjectId {});
    }
}

} // namespace ci::live
