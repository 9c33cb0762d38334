// SPDX-License-Identifier: MIT
#include "coordinator/api/jsonresponse.h"

#include <QJsonDocument>

using namespace Qt::StringLiterals;

namespace ci::api {

net::Response jsonResponse(int status, const QJsonObject &object)
{
    return jsonResponse(status, QJsonDocument(object).toJson(QJsonDocument::Compact));
}

net::Response jsonResponse(int status, const QJsonArray &array)
{
    return jsonResponse(status, QJsonDocument(array).toJson(QJsonDocument::Compact));
}

net::Response jsonResponse(int status, QByteArray json)
{
    net::Response response;
    response.status = status;
    response.headers.add("Content-Type"_ba, "application/json"_ba);
    response.headers.add("Cache-Control"_ba, "no-store"_ba);
    response.headers.add("X-Content-Type-Options"_ba, "nosniff"_ba);
    response.body = std::move(json);
    return response;
}

net::Response emptyResponse(int status)
{
    net::Response response;
    response.status = status;
    response.headers.add("Cache-Control"_ba, "no-store"_ba);
    return response;
}

} // namespace ci::api
