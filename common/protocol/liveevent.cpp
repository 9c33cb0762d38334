// SPDX-License-Identifier: MIT
#include "common/protocol/liveevent.h"

#include <QHashFunctions>
#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace ci::protocol {

namespace {

struct TopicRow
{
    TopicKind kind;
    QByteArrayView prefix;
    bool hasId;
};

constexpr std::array TopicRows {
    TopicRow {TopicKind::Projects, "projects", false},
    TopicRow {TopicKind::Project, "project:", true},
    TopicRow {TopicKind::Pipeline, "pipeline:", true},
    TopicRow {TopicKind::Job, "job:", true},
    TopicRow {TopicKind::Runners, "runners", false},
};

/// A positive decimal number without sign, blank or leading zero; 0 else.
qint64 topicId(QByteArrayView digits)
{
    if (digits.isEmpty() || digits.size() > 18 || digits.front() == '0') {
        return 0;
    }
    qint64 id = 0;
    for (const char c : digits) {
        if (c < '0' || c > '9') {
            return 0;
        }
        id = id * 10 + (c - '0');
    }
    return id;
}

JobId readLiveJob(FieldReader &fields)
{
    return JobId {fields.integer("job"_L1, 1, MaxInteger)};
}

constexpr qsizetype MaxTopicBytes = 64;
constexpr qint64 MaxTraceCredit = qint64(1) << 30;

constexpr std::array LiveRows {
    DecodeRow<LiveRequest> {"subscribe",
                            [](FieldReader &fields) -> LiveRequest {
                                return LiveSubscribe {fields.text("topic"_L1, MaxTopicBytes)};
                            }},
    DecodeRow<LiveRequest> {"unsubscribe",
                            [](FieldReader &fields) -> LiveRequest {
                                return LiveUnsubscribe {fields.text("topic"_L1, MaxTopicBytes)};
                            }},
    DecodeRow<LiveRequest> {"trace",
                            [](FieldReader &fields) -> LiveRequest {
                                return LiveTrace {readLiveJob(fields),
                                                  fields.integer("offset"_L1, 0, MaxInteger)};
                            }},
    DecodeRow<LiveRequest> {"trace_credit",
                            [](FieldReader &fields) -> LiveRequest {
                                return LiveTraceCredit {readLiveJob(fields),
                                                        fields.integer("bytes"_L1, 0, MaxTraceCredit)};
                            }},
    DecodeRow<LiveRequest> {"trace_stop",
                            [](FieldReader &fields) -> LiveRequest {
                                return LiveTraceStop {readLiveJob(fields)};
                            }},
};

QByteArray liveText(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QJsonObject topicObject(const QString &type, QByteArrayView topic)
{
    return {{u"type"_s, type}, {u"topic"_s, QString::fromUtf8(topic)}};
}

QJsonObject liveJobObject(const QString &type, JobId job)
{
    return {{u"type"_s, type}, {u"job"_s, job.value()}};
}

} // namespace

size_t qHash(const Topic &topic, size_t seed)
{
    return qHashMulti(seed, static_cast<quint8>(topic.kind), topic.id);
}

QByteArray toText(const Topic &topic)
{
    for (const TopicRow &row : TopicRows) {
        if (row.kind == topic.kind) {
            const QByteArray prefix = row.prefix.toByteArray();
            return row.hasId ? prefix + QByteArray::number(topic.id) : prefix;
        }
    }
    return {};
}

std::optional<Topic> topicFromText(QByteArrayView text)
{
    for (const TopicRow &row : TopicRows) {
        if (!row.hasId && text == row.prefix) {
            return Topic {row.kind, 0};
        }
        if (row.hasId && text.startsWith(row.prefix)) {
            const qint64 id = topicId(text.sliced(row.prefix.size()));
            return id > 0 ? std::optional(Topic {row.kind, id}) : std::nullopt;
        }
    }
    return std::nullopt;
}

QByteArrayView word(LiveEntity entity)
{
    switch (entity) {
    case LiveEntity::Job:
        return "job";
    case LiveEntity::Pipeline:
        return "pipeline";
    case LiveEntity::Project:
        return "project";
    case LiveEntity::Runner:
        return "runner";
    }
    return {};
}

Result<LiveRequest> decodeLiveRequest(QByteArrayView text)
{
    return decodeControl(text, LiveRows);
}

QByteArray encode(const LiveRequest &message)
{
    return liveText(std::visit(
        Overloaded {
            [](const LiveSubscribe &request) { return topicObject(u"subscribe"_s, request.topic); },
            [](const LiveUnsubscribe &request) {
                return topicObject(u"unsubscribe"_s, request.topic);
            },
            [](const LiveTrace &request) {
                QJsonObject object = liveJobObject(u"trace"_s, request.job);
                object[u"offset"_s] = request.offset;
                return object;
            },
            [](const LiveTraceCredit &request) {
                QJsonObject object = liveJobObject(u"trace_credit"_s, request.job);
                object[u"bytes"_s] = request.bytes;
                return object;
            },
            [](const LiveTraceStop &request) {
                return liveJobObject(u"trace_stop"_s, request.job);
            },
            [](const UnknownMessage &unknown) -> QJsonObject {
                return {{u"type"_s, QString::fromUtf8(unknown.type)}};
            },
        },
        message));
}

QByteArray liveSubscribed(QByteArrayView topic)
{
    return liveText(topicObject(u"subscribed"_s, topic));
}

QByteArray liveRefused(QByteArrayView topic, const QString &reason)
{
    QJsonObject object = topicObject(u"refused"_s, topic);
    object[u"reason"_s] = reason;
    return liveText(object);
}

QByteArray liveChanged(const Topic &topic, LiveEntity entity, qint64 id, QByteArrayView data)
{
    QByteArray text;
    text.reserve(data.size() + 128);
    text += R"({"type":"changed","topic":")" + toText(topic) + R"(","entity":")";
    text += word(entity);
    text += R"(","id":)" + QByteArray::number(id) + R"(,"data":)";
    text += data;
    text += '}';
    return text;
}

QByteArray liveResync(const Topic &topic)
{
    return liveText(topicObject(u"resync"_s, toText(topic)));
}

QByteArray liveTrace(const LiveTracePiece &piece, QByteArrayView bytes)
{
    QByteArray text;
    text.reserve(bytes.size() * 4 / 3 + 128);
    text += R"({"type":"trace","job":)" + QByteArray::number(piece.job.value());
    text += R"(,"offset":)" + QByteArray::number(piece.offset);
    text += R"(,"size":)" + QByteArray::number(piece.size) + R"(,"data":")";
    text += QByteArray::fromRawData(bytes.data(), bytes.size()).toBase64() + R"("})";
    return text;
}

QByteArray liveTraceReset(JobId job)
{
    return liveText(liveJobObject(u"trace_reset"_s, job));
}

QByteArray liveTraceEnd(JobId job, qint64 size)
{
    QJsonObject object = liveJobObject(u"trace_end"_s, job);
    object[u"size"_s] = size;
    return liveText(object);
}

QByteArray liveTraceRefused(JobId job, const QString &reason)
{
    QJsonObject object = liveJobObject(u"trace_refused"_s, job);
    object[u"reason"_s] = reason;
    return liveText(object);
}

QByteArray liveBye(const QString &reason)
{
    return liveText({{u"type"_s, u"bye"_s}, {u"reason"_s, reason}});
}

} // namespace ci::protocol
