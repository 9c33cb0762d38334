// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/message.h"

#include <QJsonArray>
#include <QJsonObject>

namespace ci::api {

// Every answer of the API is `application/json` and not to be guessed at by browsers.

net::Response jsonResponse(int status, const QJsonObject &object);
net::Response jsonResponse(int status, const QJsonArray &array);
net::Response jsonResponse(int status, QByteArray json);

/// `null` where there is nothing.
template <typename T, typename Encode>
QJsonValue orNull(const std::optional<T> &value, Encode encode)
{
    return value ? QJsonValue(encode(*value)) : QJsonValue();
}

/// A status without a body.
net::Response emptyResponse(int status);

} // namespace ci::api
