// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArrayView>
#include <QString>

namespace ci::api {

/// One percent-encoded part of a path as text. Refused: a broken '%', bytes that are no UTF-8, and
/// NUL, which no name of ours may hold.
Result<QString> decodePathPart(QByteArrayView part);

/// Bytes that came as text: must be UTF-8 without NUL.
Result<QString> textFrom(const QByteArray &bytes);

} // namespace ci::api
