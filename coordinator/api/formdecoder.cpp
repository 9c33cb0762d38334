// SPDX-License-Identifier: MIT
#include "coordinator/api/formdecoder.h"

#include "common/net/multipart.h"
#include "common/net/uri.h"
#include "coordinator/api/urltext.h"

#include <QJsonArray>
#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

constexpr int MaxJsonDepth = 32;

/// Adds one field of a form to the object.
void place(QJsonObject &values, const QString &name, const QString &value)
{
    const qsizetype bracket = name.indexOf(u'[');
    if (bracket <= 0 || !name.endsWith(u']')) {
        values.insert(name, value);
        return;
    }
    const QString key = name.left(bracket);
    const QString inside = name.mid(bracket);
    if (inside == "[]"_L1) {
        QJsonArray list = values.value(key).toArray();
        list.append(value);
        values.insert(key, list);
    } else if (inside.startsWith("[]["_L1)) {
        const QString member = inside.mid(3, inside.size() - 4);
        QJsonArray list = values.value(key).toArray();
        QJsonObject last = list.isEmpty() ? QJsonObject() : list.last().toObject();
        if (list.isEmpty() || last.contains(member)) {
            list.append(QJsonObject {{member, value}});
        } else {
            last.insert(member, value);
            list.replace(list.size() - 1, last);
        }
        values.insert(key, list);
    } else {
        QJsonObject object = values.value(key).toObject();
        object.insert(inside.mid(1, inside.size() - 2), value);
        values.insert(key, object);
    }
}

// Values of CI variables come as fields too; the whole body is bounded before.
constexpr net::MultipartLimits FormLimits {200, 1 << 20, 8 * 1024};

Result<void> placeBytes(QJsonObject &values, const QByteArray &name, const QByteArray &value)
{
    const Result<QString> nameText = textFrom(name);
    const Result<QString> valueText = textFrom(value);
    if (!nameText || !valueText) {
        return !nameText ? nameText.error() : valueText.error();
    }
    place(values, *nameText, *valueText);
    return {};
}

/// QJsonDocument's own bound (1024) is too deep for code that walks the values.
bool isTooDeep(QByteArrayView bytes)
{
    int depth = 0;
    bool inText = false;
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        const char c = bytes.at(i);
        if (inText) {
            i += c == '\\' ? 1 : 0;
            inText = c != '"';
        } else if (c == '"') {
            inText = true;
        } else if (c == '{' || c == '[') {
            if (++depth > MaxJsonDepth) {
                return true;
            }
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
    return false;
}

} // namespace

Result<QJsonObject> decodeForm(QByteArrayView text)
{
    const Result<net::Query> fields = net::Query::parse(text);
    if (!fields) {
        return fields.error();
    }
    QJsonObject values;
    for (const net::Query::Item &item : fields->items()) {
        if (const Result<void> placed = placeBytes(values, item.name, item.value); !placed) {
            return placed.error();
        }
    }
    return values;
}

Result<QJsonObject> decodeMultipart(QByteArrayView contentType, const QByteArray &body)
{
    const auto refuseFile = [](const QByteArray &) {
        return Result<std::shared_ptr<BodySink>>(invalid(u"a file is not expected here"_s));
    };
    // No field can have this name, so that every part is a field.
    const auto sink = net::MultipartSink::create(contentType, "\n"_ba, refuseFile, FormLimits);
    if (!sink) {
        return sink.error();
    }
    if (const Result<void> written = (*sink)->write(body); !written) {
        return written.error();
    }
    if (const Result<void> finished = (*sink)->finish(); !finished) {
        return finished.error();
    }
    QJsonObject values;
    for (const net::MultipartSink::Field &field : (*sink)->fields()) {
        if (const Result<void> placed = placeBytes(values, field.name, field.value); !placed) {
            return placed.error();
        }
    }
    return values;
}

Result<QJsonObject> decodeJsonBody(QByteArrayView bytes)
{
    if (isTooDeep(bytes)) {
        return invalid(u"JSON nested more than %1 deep"_s.arg(MaxJsonDepth));
    }
    QJsonParseError error;
    const QJsonDocument document =
        QJsonDocument::fromJson(QByteArray::fromRawData(bytes.data(), bytes.size()), &error);
    if (error.error != QJsonParseError::NoError) {
        return invalid(
            u"malformed JSON at byte %1: %2"_s.arg(error.offset).arg(error.errorString()));
    }
    if (!document.isObject()) {
        return invalid(u"the body must be a JSON object"_s);
    }
    return document.object();
}

} // namespace ci::api
