// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/threadgate.h"
#include "coordinator/live/listeners.h"
#include "coordinator/live/page.h"

#include <QHash>
#include <QObject>
#include <QSet>
#include <QTimer>

#include <atomic>
#include <functional>
#include <memory>

namespace ci::live {

/// The pages and who wants what, on the hub's thread. LiveHub speaks for it to other threads.
class LiveCore final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LiveCore)

public:
    LiveCore(const Clock &clock, TraceReader &reader, CanSee canSee, LiveLimits limits);
    ~LiveCore() override;

    void attach(const LiveCaller &caller, const net::ExchangePtr &exchange);
    void publish(const EventKey &key, const QByteArray &data);
    void growTrace(JobId job, qint64 size);
    void resetTrace(JobId job);
    void endTrace(JobId job, qint64 size);
    void recheck(UserId user, ProjectId project);
    void endWhere(const std::function<bool(const LiveCaller &)> &matches,
                  net::CloseCode code,
                  const QString &reason);
    void shutDown();

    // Any thread.
    bool hasListeners(const protocol::Topic &topic) const { return m_listeners.contains(topic); }
    qint64 pages() const { return m_pageCount; }

Q_SIGNALS:
    void traceWatched(ci::JobId job, bool watched);

private:
    void add(const LiveCaller &caller, std::unique_ptr<net::WebSocket> socket);
    void remove(Page *page);
    void obey(Page *page, const protocol::LiveRequest &request);
    void subscribe(Page *page, const QByteArray &text);
    void unsubscribe(Page *page, const protocol::Topic &topic);
    /// Which pages of one caller wait for the right to what.
    using Questions = QHash<protocol::Topic, QList<quint64>>;
    void note(Questions &questions, Page *page, const protocol::Topic &topic);
    void ask(Page *page, const protocol::Topic &topic);
    void ask(const LiveCaller &caller, const Questions &questions);
    void answerAll(const QList<quint64> &pages,
                   const protocol::Topic &topic,
                   Permission permission);
    void answer(quint64 page, const protocol::Topic &topic, Permission permission);
    void grant(Page *page, const protocol::Topic &topic);
    void deny(Page *page, const protocol::Topic &topic);
    void follow(Page *page, const protocol::LiveTrace &request);
    void beginFollowing(Page *page, JobId job);
    void stopFollowing(Page *page, JobId job);
    void pumpTrace(JobId job);
    void pumpTraces(Page *page);
    void pumpOne(Page *page, JobId job);
    void flushLater();
    void flush();
    void tick();

    const Clock &m_clock;
    TraceReader &m_reader;
    const CanSee m_canSee;
    const LiveLimits m_limits;
    std::shared_ptr<net::ThreadGate> m_gate;

    QHash<quint64, Page *> m_pages; ///< Children of this.
    std::atomic<qint64> m_pageCount {0};
    quint64 m_lastPageId = 0;
    Listeners m_listeners;
    QHash<JobId, QSet<Page *>> m_followers;
    QHash<JobId, TraceState> m_traces; ///< Of followed jobs only.

    QHash<EventKey, QByteArray> m_changes; ///< Of this turn of the loop.
    QList<EventKey> m_changeOrder;
    QSet<JobId> m_grownTraces;
    bool m_isFlushPosted = false;

    QTimer m_ticker;
    std::chrono::milliseconds m_rightsAskedAt;
    bool m_isShuttingDown = false;
};

} // namespace ci::live
