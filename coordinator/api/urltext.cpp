// SPDX-License-Identifier: MIT
#include "coordinator/api/urltext.h"

#include "common/net/uri.h"

#include <QStringDecoder>

using namespace Qt::StringLiterals;

namespace ci::api {

Result<QString> decodePathPart(QByteArrayView part)
{
    const std::optional<QByteArray> bytes = net::percentDecoded(part);
    if (!bytes) {
        return invalid(u"malformed percent-encoding"_s);
    }
    return textFrom(*bytes);
}

Result<QString> textFrom(const QByteArray &bytes)
{
    if (bytes.contains('\0')) {
        return invalid(u"a NUL character is not allowed"_s);
    }
    QStringDecoder decoder(QStringDecoder::Utf8, QStringConverter::Flag::Stateless);
    QString text = decoder(bytes);
    if (decoder.hasError()) {
        return invalid(u"not valid UTF-8"_s);
    }
    return text;
}

} // namespace ci::api
