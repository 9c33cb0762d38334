// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/websocket.h"
#include "common/protocol/liveevent.h"
#include "coordinator/live/livehub.h"
#include "coordinator/live/missedevents.h"

#include <QHash>
#include <QObject>
#include <QSet>

#include <chrono>
#include <memory>

namespace ci::live {

/// One browser page's socket: what it subscribed to, what it lags behind with, and the logs that
/// it follows. Never holds log bytes: they are read when they can be sent.
class Page final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Page)

public:
    /// Whether the right was asked for and not answered yet, or granted.
    enum class Standing : quint8 { Asked, Granted };

    struct Following
    {
        Standing standing = Standing::Asked;
        qint64 offset = 0;
        qint64 credit = 0;
    };

    Page(quint64 id,
         const LiveCaller &caller,
         std::unique_ptr<net::WebSocket> socket,
         const LiveLimits &limits,
         std::chrono::milliseconds now);
    ~Page() override;

    quint64 id() const { return m_id; }
    const LiveCaller &caller() const { return m_caller; }
    QHash<protocol::Topic, Standing> &subscriptions() { return m_subscriptions; }
    QHash<JobId, Following> &followings() { return m_followings; }
    bool isFull() const;
    /// What it has or wants a right to, each once.
    QSet<protocol::Topic> topics() const;

    void say(const QByteArray &text);
    /// A right was asked for this page, or the answer has come.
    void noteQuestion();
    void noteAnswer();
    /// At once, or when the page reads again: the newest only.
    void sendEvent(const EventKey &key, const QByteArray &text);
    void forgetMissed(const protocol::Topic &topic) { m_missed.forget(topic); }
    /// Sends what the followed log has and credit and socket allow. False: all is sent, ended.
    bool pumpTrace(JobId job, const TraceState &state, TraceReader &reader);
    bool canTake() const;

    void bye(net::CloseCode code, const QString &reason);
    void checkAlive(std::chrono::milliseconds now);

Q_SIGNALS:
    void requestReceived(const ci::protocol::LiveRequest &request);
    void roomGrew();
    void lost(); ///< Last.

private:
    void read(const QByteArray &text);
    void pauseOrResume();
    void drainMissed();

    const quint64 m_id;
    const LiveCaller m_caller;
    const LiveLimits &m_limits;
    std::unique_ptr<net::WebSocket> m_socket;
    QHash<protocol::Topic, Standing> m_subscriptions;
    QHash<JobId, Following> m_followings;
    MissedEvents m_missed;
    int m_questions = 0; ///< Not answered yet.
    bool m_wasHeard = true;
    std::chrono::milliseconds m_lastHeard;
    std::chrono::milliseconds m_lastPing;
};

} // namespace ci::live
