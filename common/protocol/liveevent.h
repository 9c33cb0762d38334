// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"
#include "common/base/result.h"
#include "common/protocol/controlmessage.h"

#include <QByteArray>

#include <optional>
#include <variant>

// Text frames of the subprotocol capstan.live.v1; docs/api.md, "Live events".

namespace ci::protocol {

inline constexpr QByteArrayView LiveV1 = "capstan.live.v1";

enum class TopicKind : quint8 { Projects, Project, Pipeline, Job, Runners };

/// What a page can subscribe to: "projects", "project:7", "pipeline:3", "job:41", "runners".
struct Topic
{
    TopicKind kind = TopicKind::Projects;
    qint64 id = 0; ///< 0 for projects and runners.

    static Topic projects() { return {TopicKind::Projects, 0}; }
    static Topic runners() { return {TopicKind::Runners, 0}; }
    static Topic project(ProjectId id) { return {TopicKind::Project, id.value()}; }
    static Topic pipeline(PipelineId id) { return {TopicKind::Pipeline, id.value()}; }
    static Topic job(JobId id) { return {TopicKind::Job, id.value()}; }

    bool operator==(const Topic &) const = default;
};

size_t qHash(const Topic &topic, size_t seed = 0);
QByteArray toText(const Topic &topic);
std::optional<Topic> topicFromText(QByteArrayView text);

enum class LiveEntity : quint8 { Job, Pipeline, Project, Runner };
QByteArrayView word(LiveEntity entity);

// Browser → coordinator.

struct LiveSubscribe
{
    QByteArray topic; ///< As sent: a topic that does not exist is refused by its own name.
    bool operator==(const LiveSubscribe &) const = default;
};

struct LiveUnsubscribe
{
    QByteArray topic;
    bool operator==(const LiveUnsubscribe &) const = default;
};

struct LiveTrace
{
    JobId job;
    qint64 offset = 0;
    bool operator==(const LiveTrace &) const = default;
};

struct LiveTraceCredit
{
    JobId job;
    qint64 bytes = 0;
    bool operator==(const LiveTraceCredit &) const = default;
};

struct LiveTraceStop
{
    JobId job;
    bool operator==(const LiveTraceStop &) const = default;
};

using LiveRequest = std::variant<LiveSubscribe,
                                 LiveUnsubscribe,
                                 LiveTrace,
                                 LiveTraceCredit,
                                 LiveTraceStop,
                                 UnknownMessage>;

Result<LiveRequest> decodeLiveRequest(QByteArrayView text);
QByteArray encode(const LiveRequest &message);

// Coordinator → browser: built as bytes, since `data` comes as JSON already and a log piece is
// large. Each is one text frame.

QByteArray liveSubscribed(QByteArrayView topic);
QByteArray liveRefused(QByteArrayView topic, const QString &reason);
/// `data` is a JSON value and is not looked at.
QByteArray liveChanged(const Topic &topic, LiveEntity entity, qint64 id, QByteArrayView data);
/// Events were dropped because the page did not read: it fetches what it shows.
QByteArray liveResync(const Topic &topic);
struct LiveTracePiece
{
    JobId job;
    qint64 offset = 0;
    qint64 size = 0; ///< What is stored in all.
};
QByteArray liveTrace(const LiveTracePiece &piece, QByteArrayView bytes);
QByteArray liveTraceReset(JobId job);
QByteArray liveTraceEnd(JobId job, qint64 size);
QByteArray liveTraceRefused(JobId job, const QString &reason);
QByteArray liveBye(const QString &reason);

} // namespace ci::protocol
