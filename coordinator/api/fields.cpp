// SPDX-License-Identifier: MIT
#include "coordinator/api/fields.h"

#include "coordinator/api/formdecoder.h"

#include <array>

#include <QJsonArray>

using namespace Qt::StringLiterals;

namespace ci::api {

bool Fields::has(const char *name) const
{
    return !value(name).isUndefined() && !value(name).isNull();
}

QJsonValue Fields::value(const char *name) const
{
    return m_complaint ? QJsonValue(QJsonValue::Undefined)
                       : m_values.value(QLatin1StringView(name));
}

std::optional<QString> Fields::text(const char *name)
{
    const QJsonValue found = value(name);
    switch (found.type()) {
    case QJsonValue::String:
        if (found.toString().contains(QChar(u'\0'))) {
            refuse(name, u"must not hold a NUL character"_s);
            return std::nullopt;
        }
        return found.toString();
    case QJsonValue::Double:
        return found.toVariant().toString();
    case QJsonValue::Bool:
        return found.toBool() ? u"true"_s : u"false"_s;
    case QJsonValue::Array:
    case QJsonValue::Object:
        refuse(name, u"must be a string"_s);
        return std::nullopt;
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        return std::nullopt;
    }
    return std::nullopt;
}

QString Fields::required(const char *name)
{
    const std::optional<QString> found = text(name);
    if (!found) {
        refuse(name, u"is missing"_s);
    } else if (found->isEmpty()) {
        refuse(name, u"is empty"_s);
    }
    return found.value_or(QString());
}

std::optional<bool> Fields::flag(const char *name)
{
    if (value(name).isBool()) {
        return value(name).toBool();
    }
    const std::optional<QString> word = text(name);
    if (!word || word->isEmpty()) {
        return std::nullopt;
    }
    for (const auto &[known, meaning] : {std::pair {"true", true},
                                         {"1", true},
                                         {"t", true},
                                         {"yes", true},
                                         {"on", true},
                                         {"false", false},
                                         {"0", false},
                                         {"f", false},
                                         {"no", false},
                                         {"off", false}}) {
        if (word->compare(QLatin1StringView(known), Qt::CaseInsensitive) == 0) {
            return meaning;
        }
    }
    refuse(name, u"must be true or false"_s);
    return std::nullopt;
}

std::optional<qint64> Fields::integer(const char *name)
{
    const std::optional<QString> word = text(name);
    if (!word || word->isEmpty()) {
        return std::nullopt;
    }
    bool isNumber = false;
    const qint64 number = word->toLongLong(&isNumber);
    if (!isNumber) {
        refuse(name, u"must be a whole number"_s);
        return std::nullopt;
    }
    return number;
}

std::optional<QStringList> Fields::list(const char *name)
{
    const QJsonValue found = value(name);
    if (!found.isArray()) {
        const std::optional<QString> word = text(name);
        if (!word) {
            return std::nullopt;
        }
        QStringList parts;
        for (const QString &part : word->split(u',', Qt::SkipEmptyParts)) {
            parts.append(part.trimmed());
        }
        return parts;
    }
    QStringList texts;
    for (const QJsonValue &item : found.toArray()) {
        if (!item.isString() || item.toString().contains(QChar(u'\0'))) {
            refuse(name, u"must be a list of strings"_s);
            return std::nullopt;
        }
        texts.append(item.toString());
    }
    return texts;
}

std::vector<Fields> Fields::objects(const char *name)
{
    std::vector<Fields> parts;
    const QJsonValue found = value(name);
    if (found.isUndefined() || found.isNull()) {
        return parts;
    }
    if (!found.isArray()) {
        refuse(name, u"must be a list of objects"_s);
        return parts;
    }
    for (const QJsonValue &item : found.toArray()) {
        if (!item.isObject()) {
            refuse(name, u"must be a list of objects"_s);
            return {};
        }
        parts.emplace_back(item.toObject());
    }
    return parts;
}

void Fields::refuse(const char *name, const QString &why)
{
    if (!m_complaint) {
        m_complaint = invalid(QString::fromLatin1(name) + u' ' + why);
    }
}

void Fields::adopt(const Fields &part)
{
    if (!m_complaint) {
        m_complaint = part.m_complaint;
    }
}

namespace {

// A URL ends in histories, proxies' logs and Referer headers.
constexpr std::array SecretNames {
    "token", "password", "current_password", "private_token", "access_token", "job_token"};

Result<QJsonObject> bodyValues(const net::Request &request)
{
    const QByteArray type = request.head.headers.value("content-type", {});
    if (request.body.isEmpty()) {
        return QJsonObject();
    }
    const QByteArray kind = type.split(';').first().trimmed().toLower();
    if (kind == "application/x-www-form-urlencoded") {
        return decodeForm(request.body);
    }
    if (kind == "multipart/form-data") {
        return decodeMultipart(type, request.body);
    }
    return decodeJsonBody(request.body);
}

} // namespace

Result<Fields> Fields::fromRequest(const net::Request &request)
{
    Result<QJsonObject> query = decodeForm(request.head.query);
    if (!query) {
        return query.error().within(u"query"_s);
    }
    for (const char *name : SecretNames) {
        query->remove(QLatin1StringView(name));
    }
    Result<QJsonObject> body = bodyValues(request);
    if (!body) {
        return body.error().within(u"body"_s);
    }
    QJsonObject values = std::move(*query);
    for (auto field = body->constBegin(); field != body->constEnd(); ++field) {
        values.insert(field.key(), field.value());
    }
    return Fields(std::move(values));
}

} // namespace ci::api
