// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArrayView>
#include <QJsonArray>
#include <QJsonObject>
#include <QList>
#include <QStringList>

#include <optional>

namespace ci::protocol {

/// The object that `bytes` hold, or why not. Bounded by the caller's limit on the body.
Result<QJsonObject> parseJsonObject(QByteArrayView bytes);
QByteArray compactJson(const QJsonObject &object);

/// Reads typed fields of one JSON object and keeps the first complaint with the path to the field
/// ("steps[2].name: must be a string"). Absent and null are alike and give the fallback; a value of
/// another type is an error, never converted. After an error every read gives the fallback.
class JsonReader
{
public:
    explicit JsonReader(QJsonObject object, QString path = {});

    QString text(QLatin1StringView key, const QString &fallback = {});
    QString requiredText(QLatin1StringView key);
    qint64 integer(QLatin1StringView key, qint64 fallback = 0);
    qint64 requiredInteger(QLatin1StringView key);
    double real(QLatin1StringView key, double fallback = 0);
    bool flag(QLatin1StringView key, bool fallback = false);
    std::optional<bool> optionalFlag(QLatin1StringView key);
    QStringList texts(QLatin1StringView key);
    QJsonValue raw(QLatin1StringView key) const { return m_object.value(key); }
    bool has(QLatin1StringView key) const;

    /// T has `static T read(JsonReader &)`. Absent: T as it is made.
    template<typename T>
    T object(QLatin1StringView key)
    {
        std::optional<T> found = optionalObject<T>(key);
        return found ? std::move(*found) : T {};
    }

    template<typename T>
    std::optional<T> optionalObject(QLatin1StringView key)
    {
        if (!has(key) || !m_object.value(key).isObject()) {
            checkKind(key, QJsonValue::Object, "must be an object");
            return std::nullopt;
        }
        JsonReader reader(m_object.value(key).toObject(), pathOf(key));
        T value = T::read(reader);
        adopt(reader);
        return value;
    }

    template<typename T>
    QList<T> list(QLatin1StringView key)
    {
        QList<T> values;
        const QJsonArray items = array(key);
        for (qsizetype i = 0; i < items.size() && !m_error; ++i) {
            const QString place = pathOf(key) + u'[' + QString::number(i) + u']';
            if (!items.at(i).isObject()) {
                complain(place, "must be an object");
                break;
            }
            JsonReader reader(items.at(i).toObject(), place);
            values.append(T::read(reader));
            adopt(reader);
        }
        return values;
    }

    QJsonObject jsonObject(QLatin1StringView key);
    QJsonArray array(QLatin1StringView key);

    /// Refuses a value that has the right type but makes no sense.
    void refuse(QLatin1StringView key, const char *why) { complain(pathOf(key), why); }

    const std::optional<Error> &error() const { return m_error; }
    QString pathOf(QLatin1StringView key) const;

private:
    void checkKind(QLatin1StringView key, QJsonValue::Type kind, const char *why);
    void complain(const QString &path, const char *why);
    void adopt(const JsonReader &child);

    QJsonObject m_object;
    QString m_path;
    std::optional<Error> m_error;
};

/// Decodes a whole message: T::read, then its value or the first error.
template<typename T>
Result<T> decodeObject(const QJsonObject &object)
{
    JsonReader reader(object);
    T value = T::read(reader);
    if (reader.error()) {
        return *reader.error();
    }
    return value;
}

template<typename T>
Result<T> decodeBytes(QByteArrayView bytes)
{
    Result<QJsonObject> object = parseJsonObject(bytes);
    if (!object) {
        return object.error();
    }
    return decodeObject<T>(*object);
}

/// Encodes a list of structs that have `toJson() const`.
template<typename T>
QJsonArray toJsonArray(const QList<T> &values)
{
    QJsonArray array;
    for (const T &value : values) {
        array.append(value.toJson());
    }
    return array;
}

} // namespace ci::protocol
