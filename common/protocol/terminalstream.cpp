// SPDX-License-Identifier: MIT
#include "common/protocol/terminalstream.h"

#include <QJsonDocument>
#include <QJsonObject>

using namespace Qt::StringLiterals;

namespace ci::protocol {

namespace {

constexpr std::array OrderRows {
    DecodeRow<StreamOrder> {"resume",
                            [](FieldReader &fields) -> StreamOrder {
                                return StreamResume {fields.integer("offset"_L1, 0, MaxInteger),
                                                     fields.integer("credit"_L1, 0, MaxCredit)};
                            }},
    DecodeRow<StreamOrder> {"credit",
                            [](FieldReader &fields) -> StreamOrder {
                                return StreamCredit {fields.integer("bytes"_L1, 0, MaxCredit)};
                            }},
    DecodeRow<StreamOrder> {"resize",
                            [](FieldReader &fields) -> StreamOrder {
                                return StreamResize {{fields.lenientInteger("columns"_L1),
                                                      fields.lenientInteger("rows"_L1)}};
                            }},
    DecodeRow<StreamOrder> {"close",
                            [](FieldReader &) -> StreamOrder { return StreamClose {}; }},
};

constexpr std::array StreamNewsRows {
    DecodeRow<StreamNews> {"start",
                           [](FieldReader &fields) -> StreamNews {
                               return StreamStart {fields.integer("offset"_L1, 0, MaxInteger)};
                           }},
    DecodeRow<StreamNews> {"input_credit",
                           [](FieldReader &fields) -> StreamNews {
                               return StreamInputCredit {fields.integer("bytes"_L1, 0, MaxCredit)};
                           }},
    DecodeRow<StreamNews> {"exit",
                           [](FieldReader &fields) -> StreamNews { return readExit(fields); }},
};

QByteArray streamObjectText(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QJsonObject unknownStreamObject(const UnknownMessage &unknown)
{
    return {{u"type"_s, QString::fromUtf8(unknown.type)}};
}

} // namespace

Result<StreamOrder> decodeStreamOrder(QByteArrayView text)
{
    return decodeControl(text, OrderRows);
}

QByteArray encode(const StreamOrder &message)
{
    return streamObjectText(std::visit(
        Overloaded {
            [](const StreamResume &resume) -> QJsonObject {
                return {{u"type"_s, u"resume"_s},
                        {u"offset"_s, resume.offset},
                        {u"credit"_s, resume.credit}};
            },
            [](const StreamCredit &credit) -> QJsonObject {
                return {{u"type"_s, u"credit"_s}, {u"bytes"_s, credit.bytes}};
            },
            [](const StreamResize &resize) -> QJsonObject {
                return {{u"type"_s, u"resize"_s},
                        {u"columns"_s, resize.size.columns},
                        {u"rows"_s, resize.size.rows}};
            },
            [](const StreamClose &) -> QJsonObject { return {{u"type"_s, u"close"_s}}; },
            [](const UnknownMessage &unknown) { return unknownStreamObject(unknown); },
        },
        message));
}

Result<StreamNews> decodeStreamNews(QByteArrayView text)
{
    return decodeControl(text, StreamNewsRows);
}

QByteArray encode(const StreamNews &message)
{
    return streamObjectText(std::visit(
        Overloaded {
            [](const StreamStart &start) -> QJsonObject {
                return {{u"type"_s, u"start"_s}, {u"offset"_s, start.offset}};
            },
            [](const StreamInputCredit &credit) -> QJsonObject {
                return {{u"type"_s, u"input_credit"_s}, {u"bytes"_s, credit.bytes}};
            },
            [](const TerminalExit &exit) { return exitObject(exit); },
            [](const UnknownMessage &unknown) { return unknownStreamObject(unknown); },
        },
        message));
}

} // namespace ci::protocol
