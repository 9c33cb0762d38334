// SPDX-License-Identifier: MIT
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QString>
#include <QStringList>

#include <array>
#include <optional>
#include <vector>

// Structs to JSON and back by visiting their fields: the caller's `fields(visit, value)` names each
// field once. A field at its default is left out; an unknown or ill-typed one is ignored, since what
// is read here was written by us, perhaps by an older version.

namespace ci::model {

template<typename Fields>
class JsonWriter;
template<typename Fields>
class JsonReader;

template<typename T, typename Fields>
QJsonObject writeObject(const T &value, Fields fields)
{
    JsonWriter<Fields> writer(fields);
    fields(writer, value);
    return writer.object();
}

template<typename T, typename Fields>
void readObject(const QJsonObject &object, T &value, Fields fields)
{
    JsonReader<Fields> reader(object, fields);
    fields(reader, value);
}

template<typename Fields>
class JsonWriter
{
public:
    explicit JsonWriter(Fields fields) : m_fields(fields) { }
    const QJsonObject &object() const { return m_object; }

    void operator()(QLatin1StringView key, const QString &value)
    {
        if (!value.isEmpty()) {
            m_object.insert(key, value);
        }
    }
    void operator()(QLatin1StringView key, bool value)
    {
        if (value) {
            m_object.insert(key, true);
        }
    }
    void operator()(QLatin1StringView key, int value) { withDefault(key, value, 0); }
    void withDefault(QLatin1StringView key, int value, int usual)
    {
        if (value != usual) {
            m_object.insert(key, value);
        }
    }
    void operator()(QLatin1StringView key, const QStringList &list)
    {
        if (!list.isEmpty()) {
            m_object.insert(key, QJsonArray::fromStringList(list));
        }
    }
    /// Given but empty is not the same as not given.
    void operator()(QLatin1StringView key, const std::optional<QStringList> &list)
    {
        if (list) {
            m_object.insert(key, QJsonArray::fromStringList(*list));
        }
    }
    void operator()(QLatin1StringView key, const std::optional<int> &number)
    {
        if (number) {
            m_object.insert(key, *number);
        }
    }
    void operator()(QLatin1StringView key, const std::vector<int> &numbers)
    {
        QJsonArray array;
        for (const int number : numbers) {
            array.append(number);
        }
        insert(key, array);
    }
    template<typename T>
    void operator()(QLatin1StringView key, const std::vector<T> &values)
    {
        QJsonArray array;
        for (const T &value : values) {
            array.append(writeObject(value, m_fields));
        }
        insert(key, array);
    }
    template<typename T>
    void operator()(QLatin1StringView key, const std::optional<T> &value)
    {
        if (value) {
            m_object.insert(key, writeObject(*value, m_fields));
        }
    }
    template<typename T>
        requires std::is_class_v<T>
    void operator()(QLatin1StringView key, const T &value)
    {
        m_object.insert(key, writeObject(value, m_fields));
    }
    template<typename Enum, size_t Size>
    void word(QLatin1StringView key, Enum value, const std::array<QLatin1StringView, Size> &words)
    {
        if (value != Enum {}) {
            m_object.insert(key, words[static_cast<size_t>(value)]);
        }
    }

private:
    void insert(QLatin1StringView key, const QJsonArray &array)
    {
        if (!array.isEmpty()) {
            m_object.insert(key, array);
        }
    }

    Fields m_fields;
    QJsonObject m_object;
};

template<typename Fields>
class JsonReader
{
public:
    JsonReader(const QJsonObject &object, Fields fields) : m_fields(fields), m_object(object) { }

    void operator()(QLatin1StringView key, QString &value) { value = m_object[key].toString(); }
    void operator()(QLatin1StringView key, bool &value) { value = m_object[key].toBool(); }
    void operator()(QLatin1StringView key, int &value) { withDefault(key, value, 0); }
    void withDefault(QLatin1StringView key, int &value, int usual)
    {
        value = m_object[key].toInt(usual);
    }
    void operator()(QLatin1StringView key, QStringList &list)
    {
        list = m_object[key].toVariant().toStringList();
    }
    void operator()(QLatin1StringView key, std::optional<QStringList> &list)
    {
        if (m_object[key].isArray()) {
            list = m_object[key].toVariant().toStringList();
        }
    }
    void operator()(QLatin1StringView key, std::optional<int> &number)
    {
        if (m_object[key].isDouble()) {
            number = m_object[key].toInt();
        }
    }
    void operator()(QLatin1StringView key, std::vector<int> &numbers)
    {
        for (const QJsonValue &number : m_object[key].toArray()) {
            numbers.push_back(number.toInt());
        }
    }
    template<typename T>
    void operator()(QLatin1StringView key, std::vector<T> &values)
    {
        for (const QJsonValue &entry : m_object[key].toArray()) {
            readObject(entry.toObject(), values.emplace_back(), m_fields);
        }
    }
    template<typename T>
    void operator()(QLatin1StringView key, std::optional<T> &value)
    {
        if (m_object[key].isObject()) {
            readObject(m_object[key].toObject(), value.emplace(), m_fields);
        }
    }
    template<typename T>
        requires std::is_class_v<T>
    void operator()(QLatin1StringView key, T &value)
    {
        readObject(m_object[key].toObject(), value, m_fields);
    }
    template<typename Enum, size_t Size>
    void word(QLatin1StringView key, Enum &value, const std::array<QLatin1StringView, Size> &words)
    {
        const QString text = m_object[key].toString();
        for (size_t i = 0; i < Size; ++i) {
            if (text == words[i]) {
                value = static_cast<Enum>(i);
            }
        }
    }

private:
    Fields m_fields;
    QJsonObject m_object;
};

} // namespace ci::model
