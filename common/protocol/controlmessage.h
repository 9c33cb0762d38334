// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QJsonObject>

#include <array>
#include <limits>
#include <optional>

// What the small JSON messages on WebSockets (terminals, runner channel, live events) share: one
// object with a "type", at most a few KiB, decoded totally.

namespace ci::protocol {

/// Longest control message either side accepts.
constexpr qsizetype MaxControlBytes = 4096;
/// A runner's hello lists its jobs and terminals, so it may be longer.
constexpr qsizetype MaxHelloBytes = 64 * 1024;

/// A message of a type this version does not know: carried, so that the receiver may ignore it.
struct UnknownMessage
{
    QByteArray type;
    bool operator==(const UnknownMessage &) const = default;
};

/// Reads typed fields of one JSON object and remembers the first thing that was wrong.
class FieldReader
{
public:
    explicit FieldReader(QJsonObject object) : m_object(std::move(object)) { }

    QByteArray type();
    qint64 integer(QLatin1StringView key, qint64 minimum, qint64 maximum);
    /// 0 where the field is absent, no integer, or outside of int: for values that are to be
    /// ignored rather than refused.
    int lenientInteger(QLatin1StringView key) const;
    qint64 integerOr(QLatin1StringView key, qint64 fallback, qint64 minimum, qint64 maximum);
    bool boolean(QLatin1StringView key, bool fallback);
    QByteArray text(QLatin1StringView key, qsizetype maxBytes);
    QByteArray textOr(QLatin1StringView key, qsizetype maxBytes);
    /// A session's id: 16 to 64 letters and digits.
    QByteArray sessionId(QLatin1StringView key);
    QList<qint64> integers(QLatin1StringView key, qsizetype maxCount);
    QList<QByteArray> sessionIds(QLatin1StringView key, qsizetype maxCount);
    QJsonObject object(QLatin1StringView key);
    bool has(QLatin1StringView key) const { return m_object.contains(key); }

    const std::optional<Error> &error() const { return m_error; }

private:
    void fail(QLatin1StringView key, const QString &what);

    QJsonObject m_object;
    std::optional<Error> m_error;
};

bool isSessionId(QByteArrayView text);

Result<QJsonObject> parseControl(QByteArrayView text, qsizetype maxBytes);

/// One message type of a direction: its word, and how its fields become the struct.
template<typename Message>
struct DecodeRow
{
    QByteArrayView type;
    Message (*read)(FieldReader &fields);
};

/// Any bytes give a message or an Error that names the field. Message is a std::variant that has
/// UnknownMessage as an alternative.
template<typename Message, size_t Rows>
Result<Message> decodeControl(QByteArrayView text,
                              const std::array<DecodeRow<Message>, Rows> &rows,
                              qsizetype maxBytes = MaxControlBytes)
{
    static_assert(Rows + 1 == std::variant_size_v<Message>, "a row for each alternative");
    Result<QJsonObject> object = parseControl(text, maxBytes);
    if (!object) {
        return object.error();
    }
    FieldReader fields(*std::move(object));
    const QByteArray type = fields.type();
    Message message = UnknownMessage {type};
    for (const DecodeRow<Message> &row : rows) {
        if (row.type == type) {
            message = row.read(fields);
            break;
        }
    }
    if (fields.error()) {
        return *fields.error();
    }
    return message;
}

constexpr qint64 MaxInteger = std::numeric_limits<qint64>::max();

/// Visitor made of lambdas, for std::visit over messages.
template<typename... Parts>
struct Overloaded : Parts...
{
    using Parts::operator()...;
};
template<typename... Parts>
Overloaded(Parts...) -> Overloaded<Parts...>;

} // namespace ci::protocol
