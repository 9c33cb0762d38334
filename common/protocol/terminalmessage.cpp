// SPDX-License-Identifier: MIT
#include "common/protocol/terminalmessage.h"

#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace ci::protocol {

namespace {

TerminalSize readViewerSize(FieldReader &fields)
{
    return {fields.lenientInteger("columns"_L1), fields.lenientInteger("rows"_L1)};
}

constexpr std::array ViewerRows {
    DecodeRow<ViewerMessage> {"hello",
                              [](FieldReader &fields) -> ViewerMessage {
                                  return ViewerHello {readViewerSize(fields),
                                                      fields.integer("credit"_L1, 0, MaxCredit)};
                              }},
    DecodeRow<ViewerMessage> {"resize",
                              [](FieldReader &fields) -> ViewerMessage {
                                  return ViewerResize {readViewerSize(fields)};
                              }},
    DecodeRow<ViewerMessage> {"credit",
                              [](FieldReader &fields) -> ViewerMessage {
                                  return ViewerCredit {fields.integer("bytes"_L1, 0, MaxCredit)};
                              }},
    DecodeRow<ViewerMessage> {"take", [](FieldReader &) -> ViewerMessage { return ViewerTake {}; }},
    DecodeRow<ViewerMessage> {"close",
                              [](FieldReader &) -> ViewerMessage { return ViewerClose {}; }},
};

struct TerminalStateWord
{
    TerminalState state;
    QByteArrayView word;
};

constexpr std::array TerminalStateWords {
    TerminalStateWord {TerminalState::Waiting, "waiting"},
    TerminalStateWord {TerminalState::Connected, "connected"},
    TerminalStateWord {TerminalState::Held, "held"},
    TerminalStateWord {TerminalState::Reconnecting, "reconnecting"},
    TerminalStateWord {TerminalState::Ended, "ended"},
};

TerminalNews readStateNews(FieldReader &fields)
{
    TerminalStateNews news;
    const QByteArray state = fields.text("state"_L1, 64);
    for (const TerminalStateWord &row : TerminalStateWords) {
        if (row.word == state) {
            news.state = row.state;
        }
    }
    news.text = fields.textOr("text"_L1, 1024);
    news.until = fromIso8601(fields.textOr("until"_L1, 64));
    news.reason = fields.textOr("reason"_L1, 256);
    return news;
}

constexpr std::array NewsRows {
    DecodeRow<TerminalNews> {"state", readStateNews},
    DecodeRow<TerminalNews> {"session",
                             [](FieldReader &fields) -> TerminalNews {
                                 return TerminalSessionNews {fields.sessionId("id"_L1),
                                                             fields.integer("offset"_L1, 0, MaxInteger),
                                                             fields.boolean("gap"_L1, false)};
                             }},
    DecodeRow<TerminalNews> {"role",
                             [](FieldReader &fields) -> TerminalNews {
                                 return TerminalRoleNews {fields.text("role"_L1, 64) == "writer"
                                                              ? ViewerRole::Writer
                                                              : ViewerRole::Observer};
                             }},
    DecodeRow<TerminalNews> {"exit",
                             [](FieldReader &fields) -> TerminalNews { return readExit(fields); }},
};

QByteArray viewerObjectText(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QJsonObject stateObject(const TerminalStateNews &news)
{
    QJsonObject object {{u"type"_s, u"state"_s},
                        {u"state"_s, QString::fromLatin1(word(news.state))},
                        {u"text"_s, QString::fromUtf8(news.text)}};
    if (news.until) {
        object[u"until"_s] = QString::fromLatin1(toIso8601(*news.until));
    }
    if (!news.reason.isEmpty()) {
        object[u"reason"_s] = QString::fromUtf8(news.reason);
    }
    return object;
}

} // namespace

QByteArrayView word(TerminalState state)
{
    for (const TerminalStateWord &row : TerminalStateWords) {
        if (row.state == state) {
            return row.word;
        }
    }
    return "ended";
}

Result<ViewerMessage> decodeViewerMessage(QByteArrayView text)
{
    return decodeControl(text, ViewerRows);
}

QByteArray encode(const ViewerMessage &message)
{
    return viewerObjectText(std::visit(
        Overloaded {
            [](const ViewerHello &hello) -> QJsonObject {
                return {{u"type"_s, u"hello"_s},
                        {u"columns"_s, hello.size.columns},
                        {u"rows"_s, hello.size.rows},
                        {u"credit"_s, hello.credit}};
            },
            [](const ViewerResize &resize) -> QJsonObject {
                return {{u"type"_s, u"resize"_s},
                        {u"columns"_s, resize.size.columns},
                        {u"rows"_s, resize.size.rows}};
            },
            [](const ViewerCredit &credit) -> QJsonObject {
                return {{u"type"_s, u"credit"_s}, {u"bytes"_s, credit.bytes}};
            },
            [](const ViewerTake &) -> QJsonObject { return {{u"type"_s, u"take"_s}}; },
            [](const ViewerClose &) -> QJsonObject { return {{u"type"_s, u"close"_s}}; },
            [](const UnknownMessage &unknown) -> QJsonObject {
                return {{u"type"_s, QString::fromUtf8(unknown.type)}};
            },
        },
        message));
}

Result<TerminalNews> decodeTerminalNews(QByteArrayView text)
{
    return decodeControl(text, NewsRows);
}

QByteArray encode(const TerminalNews &message)
{
    return viewerObjectText(std::visit(
        Overloaded {
            [](const TerminalStateNews &news) { return stateObject(news); },
            [](const TerminalSessionNews &news) -> QJsonObject {
                return {{u"type"_s, u"session"_s},
                        {u"id"_s, QString::fromLatin1(news.session)},
                        {u"offset"_s, news.offset},
                        {u"gap"_s, news.gap}};
            },
            [](const TerminalRoleNews &news) -> QJsonObject {
                return {{u"type"_s, u"role"_s},
                        {u"role"_s, news.role == ViewerRole::Writer ? u"writer"_s : u"observer"_s}};
            },
            [](const TerminalExit &exit) { return exitObject(exit); },
            [](const UnknownMessage &unknown) -> QJsonObject {
                return {{u"type"_s, QString::fromUtf8(unknown.type)}};
            },
        },
        message));
}

QJsonObject exitObject(const TerminalExit &exit)
{
    return {{u"type"_s, u"exit"_s}, {exit.signaled ? u"signal"_s : u"code"_s, exit.code}};
}

TerminalExit readExit(FieldReader &fields)
{
    const bool signaled = fields.has("signal"_L1);
    const qint64 code = fields.integer(signaled ? "signal"_L1 : "code"_L1, 0, 255);
    return {signaled, static_cast<int>(code)};
}

} // namespace ci::protocol
