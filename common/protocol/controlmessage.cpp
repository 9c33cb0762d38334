// SPDX-License-Identifier: MIT
#include "common/protocol/controlmessage.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::protocol {

namespace {

/// nullopt unless the value is a whole number that 64 bits hold.
std::optional<qint64> wholeNumber(const QJsonValue &value)
{
    if (!value.isDouble()) {
        return std::nullopt;
    }
    const qint64 number = value.toInteger(-1);
    return number == -1 && value.toInteger(-2) == -2 ? std::nullopt : std::optional(number);
}

} // namespace

bool isSessionId(QByteArrayView text)
{
    return text.size() >= 16 && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
           });
}

Result<QJsonObject> parseControl(QByteArrayView text, qsizetype maxBytes)
{
    if (text.size() > maxBytes) {
        return tooLarge(u"message: more than %1 bytes"_s.arg(maxBytes));
    }
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(text.toByteArray(), &error);
    if (error.error != QJsonParseError::NoError) {
        return invalid(u"message: %1 at byte %2"_s.arg(error.errorString()).arg(error.offset));
    }
    if (!document.isObject()) {
        return invalid(u"message: not an object"_s);
    }
    return document.object();
}

void FieldReader::fail(QLatin1StringView key, const QString &what)
{
    if (!m_error) {
        m_error = invalid(u"%1: %2"_s.arg(key, what));
    }
}

QByteArray FieldReader::type()
{
    return text("type"_L1, 64);
}

qint64 FieldReader::integer(QLatin1StringView key, qint64 minimum, qint64 maximum)
{
    const std::optional<qint64> number = wholeNumber(m_object.value(key));
    if (!number || *number < minimum || *number > maximum) {
        fail(key, u"must be a whole number from %1 to %2"_s.arg(minimum).arg(maximum));
        return minimum;
    }
    return *number;
}

int FieldReader::lenientInteger(QLatin1StringView key) const
{
    const qint64 number = wholeNumber(m_object.value(key)).value_or(0);
    const bool fits = number >= std::numeric_limits<int>::min()
        && number <= std::numeric_limits<int>::max();
    return fits ? static_cast<int>(number) : 0;
}

qint64 FieldReader::integerOr(QLatin1StringView key, qint64 fallback, qint64 minimum, qint64 maximum)
{
    const QJsonValue value = m_object.value(key);
    return value.isUndefined() || value.isNull() ? fallback : integer(key, minimum, maximum);
}

bool FieldReader::boolean(QLatin1StringView key, bool fallback)
{
    const QJsonValue value = m_object.value(key);
    if (value.isUndefined() || value.isNull()) {
        return fallback;
    }
    if (!value.isBool()) {
        fail(key, u"must be true or false"_s);
    }
    return value.toBool(fallback);
}

QByteArray FieldReader::text(QLatin1StringView key, qsizetype maxBytes)
{
    const QJsonValue value = m_object.value(key);
    QByteArray bytes = value.toString().toUtf8();
    if (!value.isString() || bytes.size() > maxBytes) {
        fail(key, u"must be text of at most %1 bytes"_s.arg(maxBytes));
        bytes.clear();
    }
    return bytes;
}

QByteArray FieldReader::textOr(QLatin1StringView key, qsizetype maxBytes)
{
    const QJsonValue value = m_object.value(key);
    return value.isUndefined() || value.isNull() ? QByteArray() : text(key, maxBytes);
}

QByteArray FieldReader::sessionId(QLatin1StringView key)
{
    QByteArray id = text(key, 64);
    if (!isSessionId(id)) {
        fail(key, u"must be 16 to 64 letters and digits"_s);
        id.clear();
    }
    return id;
}

QList<qint64> FieldReader::integers(QLatin1StringView key, qsizetype maxCount)
{
    const QJsonValue value = m_object.value(key);
    const QJsonArray array = value.toArray();
    QList<qint64> numbers;
    if ((!value.isUndefined() && !value.isArray()) || array.size() > maxCount) {
        fail(key, u"must be a list of at most %1"_s.arg(maxCount));
        return numbers;
    }
    for (const QJsonValue &item : array) {
        const std::optional<qint64> number = wholeNumber(item);
        if (!number || *number < 1) {
            fail(key, u"must hold ids only"_s);
            return {};
        }
        numbers.append(*number);
    }
    return numbers;
}

QList<QByteArray> FieldReader::sessionIds(QLatin1StringView key, qsizetype maxCount)
{
    const QJsonValue value = m_object.value(key);
    const QJsonArray array = value.toArray();
    QList<QByteArray> ids;
    if ((!value.isUndefined() && !value.isArray()) || array.size() > maxCount) {
        fail(key, u"must be a list of at most %1"_s.arg(maxCount));
        return ids;
    }
    for (const QJsonValue &item : array) {
        const QByteArray id = item.toString().toUtf8();
        if (!isSessionId(id)) {
            fail(key, u"must hold session ids only"_s);
            return {};
        }
        ids.append(id);
    }
    return ids;
}

QJsonObject FieldReader::object(QLatin1StringView key)
{
    const QJsonValue value = m_object.value(key);
    if (!value.isObject()) {
        fail(key, u"must be an object"_s);
    }
    return value.toObject();
}

} // namespace ci::protocol
