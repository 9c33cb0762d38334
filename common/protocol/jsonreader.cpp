// SPDX-License-Identifier: MIT
#include "common/protocol/jsonreader.h"

#include <QJsonDocument>

#include <limits>

using namespace Qt::StringLiterals;

namespace ci::protocol {

Result<QJsonObject> parseJsonObject(QByteArrayView bytes)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(bytes.toByteArray(), &problem);
    if (problem.error != QJsonParseError::NoError) {
        return invalid(u"not JSON: "_s + problem.errorString() + u" at byte "_s
                       + QString::number(problem.offset));
    }
    if (!document.isObject()) {
        return invalid(u"must be a JSON object"_s);
    }
    return document.object();
}

QByteArray compactJson(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

JsonReader::JsonReader(QJsonObject object, QString path)
    : m_object(std::move(object)), m_path(std::move(path))
{
}

bool JsonReader::has(QLatin1StringView key) const
{
    const QJsonValue value = m_object.value(key);
    return !value.isUndefined() && !value.isNull();
}

QString JsonReader::pathOf(QLatin1StringView key) const
{
    return m_path.isEmpty() ? QString(key) : m_path + u'.' + key;
}

void JsonReader::complain(const QString &path, const char *why)
{
    if (!m_error) {
        m_error = invalid(path + u": "_s + QLatin1StringView(why));
    }
}

void JsonReader::adopt(const JsonReader &child)
{
    if (!m_error) {
        m_error = child.m_error;
    }
}

void JsonReader::checkKind(QLatin1StringView key, QJsonValue::Type kind, const char *why)
{
    if (has(key) && m_object.value(key).type() != kind) {
        complain(pathOf(key), why);
    }
}

QString JsonReader::text(QLatin1StringView key, const QString &fallback)
{
    checkKind(key, QJsonValue::String, "must be a string");
    return m_error ? fallback : m_object.value(key).toString(fallback);
}

QString JsonReader::requiredText(QLatin1StringView key)
{
    if (!has(key)) {
        complain(pathOf(key), "is missing");
    }
    return text(key);
}

qint64 JsonReader::integer(QLatin1StringView key, qint64 fallback)
{
    checkKind(key, QJsonValue::Double, "must be a number");
    if (m_error || !has(key)) {
        return fallback;
    }
    // toInteger gives its default for fractions and for what does not fit; two defaults tell that
    // from a value that happens to equal one.
    const QJsonValue value = m_object.value(key);
    const qint64 number = value.toInteger(0);
    if (number == 0 && value.toInteger(1) == 1) {
        complain(pathOf(key), "must be a whole number of 64 bits");
        return fallback;
    }
    return number;
}

qint64 JsonReader::requiredInteger(QLatin1StringView key)
{
    if (!has(key)) {
        complain(pathOf(key), "is missing");
    }
    return integer(key);
}

double JsonReader::real(QLatin1StringView key, double fallback)
{
    checkKind(key, QJsonValue::Double, "must be a number");
    return m_error ? fallback : m_object.value(key).toDouble(fallback);
}

bool JsonReader::flag(QLatin1StringView key, bool fallback)
{
    return optionalFlag(key).value_or(fallback);
}

std::optional<bool> JsonReader::optionalFlag(QLatin1StringView key)
{
    checkKind(key, QJsonValue::Bool, "must be true or false");
    if (m_error || !has(key)) {
        return std::nullopt;
    }
    return m_object.value(key).toBool();
}

QJsonArray JsonReader::array(QLatin1StringView key)
{
    checkKind(key, QJsonValue::Array, "must be an array");
    return m_error ? QJsonArray() : m_object.value(key).toArray();
}

QJsonObject JsonReader::jsonObject(QLatin1StringView key)
{
    checkKind(key, QJsonValue::Object, "must be an object");
    return m_error ? QJsonObject() : m_object.value(key).toObject();
}

QStringList JsonReader::texts(QLatin1StringView key)
{
    QStringList values;
    const QJsonArray items = array(key);
    for (qsizetype i = 0; i < items.size(); ++i) {
        if (!items.at(i).isString()) {
            complain(pathOf(key) + u'[' + QString::number(i) + u']', "must be a string");
            return {};
        }
        values.append(items.at(i).toString());
    }
    return values;
}

} // namespace ci::protocol
