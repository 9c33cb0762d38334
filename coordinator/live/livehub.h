// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/objectthread.h"
#include "common/net/exchange.h"
#include "common/protocol/liveevent.h"
#include "common/protocol/runnerchannel.h"
#include "coordinator/auth/identity.h"
#include "coordinator/live/tracereader.h"

#include <QList>
#include <QObject>

#include <chrono>
#include <functional>
#include <memory>

namespace ci::live {

class LiveCore;

/// A page, and by what it came in.
using LiveCaller = auth::Entry;

struct LiveLimits
{
    int maxPages = 10'000; ///< Past it 503.
    int maxPagesPerUser = 100; ///< Past it 429.
    int maxSubscriptions = 100; ///< A page; traces count. Past it `refused`.
    qint64 initialTraceCredit = 1 << 20; ///< docs/api.md names it.
    qint64 tracePiece = 64 * 1024; ///< Log bytes of one message.
    qint64 socketHighWater = 256 * 1024; ///< Unsent bytes past which a page gets no news.
    /// Unsent bytes past which a page is not read: what it asks for is answered into the socket.
    /// Well above the high water, or a slow page that takes a log could not say that it has enough.
    qint64 maxUnsentBytes = 512 * 1024;
    int maxQuestions = 100; ///< Rights asked for a page and not answered, past which it is not read.
    qsizetype maxMissedBytes = 512 * 1024; ///< Kept for a page that lags; past it `resync`.
    std::chrono::milliseconds rightsInterval {30'000}; ///< Each subscription is asked again.
    std::chrono::milliseconds pingInterval {protocol::ChannelPingInterval};
    std::chrono::milliseconds silence {protocol::ChannelSilence};
};

enum class Permission : quint8 {
    Granted,
    Denied,
    Unknown, ///< It cannot be told just now: what was granted stays, and it is asked again.
};
using PermissionAnswer = std::function<void(const QList<Permission> &)>;

/// Whether `caller` still stands and may see each of `topics`, a few at a time. Called on the hub's
/// thread and must return at once; `answer` takes one permission a topic, in their order, and may be
/// called from any thread, once.
using CanSee = std::function<void(
    const LiveCaller &caller, const QList<protocol::Topic> &topics, PermissionAnswer answer)>;

/// Live events to browsers, on a thread of its own. Methods may be called from any thread and
/// return at once; signals come on the thread that made the object. `clock` and `reader` outlive it.
class LiveHub final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(LiveHub)

public:
    LiveHub(const Clock &clock,
            TraceReader &reader,
            CanSee canSee,
            LiveLimits limits = {},
            QObject *parent = nullptr);
    ~LiveHub() override;

    /// Cookie and Origin are checked. Answers 101, 400 without the subprotocol, 429 or 503.
    void attach(const LiveCaller &caller, const net::ExchangePtr &exchange);

    /// After commit. `data` is the REST entity as JSON. What comes in one turn of the loop for the
    /// same topic and entity is sent once, the newest.
    void publish(const protocol::Topic &topic,
                 protocol::LiveEntity entity,
                 qint64 id,
                 const QByteArray &data);

    void traceGrew(JobId job, qint64 size);
    void traceReset(JobId job); ///< Replaced or erased: read anew from 0.
    void traceEnded(JobId job, qint64 size);

    /// Ask for subscriptions again: a role, a membership or a project changed. Null: of every user,
    /// on every project.
    void recheck(UserId user, ProjectId project = {});
    void endUser(UserId user, const QString &reason);
    void endLogin(SessionId login, const QString &reason);
    void endToken(AccessTokenId token, const QString &reason);
    /// Says bye to all; new pages are answered 503.
    void shutDown();

    /// Whether publishing for this topic would reach anybody: saves building the entity. A hint
    /// that may be a moment old.
    bool hasListeners(const protocol::Topic &topic) const;
    qint64 pages() const;

Q_SIGNALS:
    /// The first page began to follow the job's log (true), or the last one stopped.
    void traceWatched(ci::JobId job, bool watched);

private:
    std::unique_ptr<ObjectThread<LiveCore>> m_thread;
};

} // namespace ci::live
