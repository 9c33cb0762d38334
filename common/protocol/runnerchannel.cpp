// SPDX-License-Identifier: MIT
#include "common/protocol/runnerchannel.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::protocol {

namespace {

/// More jobs or terminals than any runner has at once.
constexpr qsizetype MaxListed = 1000;
constexpr qint64 MaxIntervalMs = 60'000;

JobId readChannelJob(FieldReader &fields)
{
    return JobId {fields.integer("job"_L1, 1, MaxInteger)};
}

ChannelOrder readTerminalOpen(FieldReader &fields)
{
    return ChannelTerminalOpen {readChannelJob(fields),
                                fields.sessionId("session"_L1),
                                Secret {fields.text("secret"_L1, 512)},
                                {fields.lenientInteger("columns"_L1),
                                 fields.lenientInteger("rows"_L1)}};
}

constexpr std::array ChannelOrderRows {
    DecodeRow<ChannelOrder> {"welcome",
                             [](FieldReader &) -> ChannelOrder { return ChannelWelcome {}; }},
    DecodeRow<ChannelOrder> {"work", [](FieldReader &) -> ChannelOrder { return ChannelWork {}; }},
    DecodeRow<ChannelOrder> {"cancel",
                             [](FieldReader &fields) -> ChannelOrder {
                                 return ChannelCancel {readChannelJob(fields),
                                                       fields.boolean("force"_L1, false)};
                             }},
    DecodeRow<ChannelOrder> {"terminal_open", readTerminalOpen},
    DecodeRow<ChannelOrder> {"terminal_close",
                             [](FieldReader &fields) -> ChannelOrder {
                                 return ChannelTerminalClose {readChannelJob(fields),
                                                              fields.sessionId("session"_L1)};
                             }},
    DecodeRow<ChannelOrder> {"trace_interval",
                             [](FieldReader &fields) -> ChannelOrder {
                                 return ChannelTraceInterval {
                                     readChannelJob(fields),
                                     std::chrono::milliseconds {
                                         fields.integer("ms"_L1, 0, MaxIntervalMs)}};
                             }},
    DecodeRow<ChannelOrder> {"drain", [](FieldReader &) -> ChannelOrder { return ChannelDrain {}; }},
};

ChannelNews readHello(FieldReader &fields)
{
    ChannelHello hello;
    hello.version = fields.textOr("version"_L1, 256);
    const QList<qint64> jobs = fields.integers("jobs"_L1, MaxListed);
    std::transform(jobs.begin(), jobs.end(), std::back_inserter(hello.jobs), [](qint64 id) {
        return JobId {id};
    });
    hello.terminals = fields.sessionIds("terminals"_L1, MaxListed);
    hello.sessionTimeout = std::chrono::milliseconds {
        fields.integerOr("session_timeout_ms"_L1, 0, 0, MaxInteger)};
    return hello;
}

constexpr std::array ChannelNewsRows {
    DecodeRow<ChannelNews> {"hello", readHello},
    DecodeRow<ChannelNews> {"terminal_refused",
                            [](FieldReader &fields) -> ChannelNews {
                                return ChannelTerminalRefused {readChannelJob(fields),
                                                               fields.sessionId("session"_L1),
                                                               fields.textOr("reason"_L1, 1024)};
                            }},
    DecodeRow<ChannelNews> {"hold",
                            [](FieldReader &fields) -> ChannelNews {
                                return ChannelHold {readChannelJob(fields),
                                                    fromMilliseconds(fields.integer("until_ms"_L1,
                                                                                    0,
                                                                                    MaxInteger))};
                            }},
    DecodeRow<ChannelNews> {"released",
                            [](FieldReader &fields) -> ChannelNews {
                                return ChannelReleased {readChannelJob(fields)};
                            }},
};

QByteArray channelText(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QJsonObject channelObject(const QString &type)
{
    return {{u"type"_s, type}};
}

QJsonObject jobObject(const QString &type, JobId job)
{
    return {{u"type"_s, type}, {u"job"_s, job.value()}};
}

QJsonObject sessionObject(const QString &type, JobId job, const QByteArray &session)
{
    QJsonObject object = jobObject(type, job);
    object[u"session"_s] = QString::fromLatin1(session);
    return object;
}

QJsonObject openObject(const ChannelTerminalOpen &open)
{
    QJsonObject object = sessionObject(u"terminal_open"_s, open.job, open.session);
    object[u"secret"_s] = QString::fromLatin1(open.secret.reveal());
    object[u"columns"_s] = open.size.columns;
    object[u"rows"_s] = open.size.rows;
    return object;
}

QJsonObject helloObject(const ChannelHello &hello)
{
    QJsonArray jobs;
    for (const JobId job : hello.jobs) {
        jobs.append(job.value());
    }
    QJsonArray terminals;
    for (const QByteArray &session : hello.terminals) {
        terminals.append(QString::fromLatin1(session));
    }
    return {{u"type"_s, u"hello"_s},
            {u"version"_s, QString::fromUtf8(hello.version)},
            {u"jobs"_s, jobs},
            {u"terminals"_s, terminals},
            {u"session_timeout_ms"_s, qint64(hello.sessionTimeout.count())}};
}

} // namespace

Result<ChannelOrder> decodeChannelOrder(QByteArrayView text)
{
    return decodeControl(text, ChannelOrderRows);
}

QByteArray encode(const ChannelOrder &message)
{
    return channelText(std::visit(
        Overloaded {
            [](const ChannelWelcome &) { return channelObject(u"welcome"_s); },
            [](const ChannelWork &) { return channelObject(u"work"_s); },
            [](const ChannelCancel &cancel) {
                QJsonObject object = jobObject(u"cancel"_s, cancel.job);
                object[u"force"_s] = cancel.force;
                return object;
            },
            [](const ChannelTerminalOpen &open) { return openObject(open); },
            [](const ChannelTerminalClose &close) {
                return sessionObject(u"terminal_close"_s, close.job, close.session);
            },
            [](const ChannelTraceInterval &order) {
                QJsonObject object = jobObject(u"trace_interval"_s, order.job);
                object[u"ms"_s] = qint64(order.interval.count());
                return object;
            },
            [](const ChannelDrain &) { return channelObject(u"drain"_s); },
            [](const UnknownMessage &unknown) {
                return channelObject(QString::fromUtf8(unknown.type));
            },
        },
        message));
}

Result<ChannelNews> decodeChannelNews(QByteArrayView text)
{
    return decodeControl(text, ChannelNewsRows, MaxHelloBytes);
}

QByteArray encode(const ChannelNews &message)
{
    return channelText(std::visit(
        Overloaded {
            [](const ChannelHello &hello) { return helloObject(hello); },
            [](const ChannelTerminalRefused &refused) {
                QJsonObject object
                    = sessionObject(u"terminal_refused"_s, refused.job, refused.session);
                object[u"reason"_s] = QString::fromUtf8(refused.reason);
                return object;
            },
            [](const ChannelHold &hold) {
                QJsonObject object = jobObject(u"hold"_s, hold.job);
                object[u"until_ms"_s] = toMilliseconds(hold.until);
                return object;
            },
            [](const ChannelReleased &released) {
                return jobObject(u"released"_s, released.job);
            },
            [](const UnknownMessage &unknown) {
                return channelObject(QString::fromUtf8(unknown.type));
            },
        },
        message));
}

} // namespace ci::protocol
