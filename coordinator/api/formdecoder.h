// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArray>
#include <QJsonObject>

namespace ci::api {

// Bodies as one JSON object. The caller has bounded their size.

/// "a=1&b[]=x&c[][key]=k&c[][value]=v&d[e]=1": lists and objects one level deep, as GitLab's
/// clients write them. In "c[][…]" a key that comes again begins the next object.
Result<QJsonObject> decodeForm(QByteArrayView text);

/// The same names in multipart/form-data; parts with a file name are read as text too.
Result<QJsonObject> decodeMultipart(QByteArrayView contentType, const QByteArray &body);

/// An object, nested at most 32 deep.
Result<QJsonObject> decodeJsonBody(QByteArrayView bytes);

} // namespace ci::api
