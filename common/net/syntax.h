// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArrayView>
#include <QList>

#include <optional>

namespace ci::net {

/// The small grammar of RFC 9110, 5.6, and nothing more lenient.

bool isToken(QByteArrayView text); ///< Not empty, only tchar.
bool isTokenCharacter(char c);
/// Visible ASCII, space, tab and bytes above 0x7f: what a field value may hold.
bool isFieldText(QByteArrayView text);
QByteArrayView trimmedSpace(QByteArrayView text); ///< Without spaces and tabs at both ends.
bool equalsIgnoringCase(QByteArrayView a, QByteArrayView b);
/// Items of a comma-separated list, trimmed, empty ones left out. Quotes mean nothing.
QList<QByteArrayView> splitList(QByteArrayView text, char separator = ',');

/// Digits only, not empty, at most `maximum`.
std::optional<qint64> parseDecimal(QByteArrayView text,
                                   qint64 maximum = std::numeric_limits<qint64>::max());
/// Value of a hexadecimal digit, or -1.
int hexDigit(char c);

} // namespace ci::net
