// SPDX-License-Identifier: MIT
#include "common/protocol/jsontext.h"

namespace ci::protocol {

namespace {

void appendEscaped(QByteArray &json, char c)
{
    static constexpr char Digits[] = "0123456789abcdef";
    switch (c) {
    case '"':
    case '\\':
        json += '\\';
        json += c;
        break;
    case '\n':
        json += "\\n";
        break;
    case '\t':
        json += "\\t";
        break;
    default:
        json += "\\u00";
        json += Digits[c >> 4];
        json += Digits[c & 0xf];
    }
}

bool isPlain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

} // namespace

void appendJsonText(QByteArray &json, QStringView text)
{
    json += '"';
    const QByteArray bytes = text.toUtf8();
    qsizetype written = 0;
    for (qsizetype at = 0; at < bytes.size(); ++at) {
        if (!isPlain(bytes[at])) {
            json.append(bytes.constData() + written, at - written);
            appendEscaped(json, bytes[at]);
            written = at + 1;
        }
    }
    json.append(bytes.constData() + written, bytes.size() - written);
    json += '"';
}

} // namespace ci::protocol
