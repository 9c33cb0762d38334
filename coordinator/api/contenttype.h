// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

namespace ci::api {

/// The media type of a file by its name, whatever the case of its suffix; application/octet-stream
/// for what is not known.
QByteArray contentType(const QString &path);

} // namespace ci::api
