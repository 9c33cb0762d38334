// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QStringView>

namespace ci::protocol {

/// `text` as a JSON string with its quotes (RFC 8259, 7), behind what `json` holds. For long lists
/// of plain objects: a QJsonObject for each costs ten times as much as the text.
void appendJsonText(QByteArray &json, QStringView text);

} // namespace ci::protocol
