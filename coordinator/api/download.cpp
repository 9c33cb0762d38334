// SPDX-License-Identifier: MIT
#include "coordinator/api/download.h"

#include "common/net/uri.h"

using namespace Qt::StringLiterals;

namespace ci::api {

QByteArray attachment(const QString &fileName)
{
    QByteArray plain;
    for (const QChar c : fileName.section(u'/', -1)) {
        const bool isHarmless =
            c.unicode() >= 0x20 && c.unicode() < 0x7f && c != u'"' && c != u'\\' && c != u'%';
        plain.append(isHarmless ? c.toLatin1() : '_');
    }
    return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''"
        + net::percentEncoded(fileName.section(u'/', -1).toUtf8());
}

void addRange(net::Response &response, const net::RangeDecision &range, qint64 size)
{
    response.headers.add("Accept-Ranges"_ba, "bytes"_ba);
    switch (range.kind) {
    case net::RangeDecision::Kind::Whole:
        break;
    case net::RangeDecision::Kind::Partial:
        response.status = 206;
        response.headers.add("Content-Range"_ba, net::contentRange(range.range, size));
        break;
    case net::RangeDecision::Kind::Unsatisfiable:
        response.status = 416;
        response.headers.add("Content-Range"_ba, "bytes */" + QByteArray::number(size));
        break;
    }
}

net::ByteRange rangeOf(const net::RangeDecision &range, qint64 size)
{
    return range.kind == net::RangeDecision::Kind::Partial ? range.range : net::ByteRange {0, size};
}

net::Response download(const QString &fileName, std::shared_ptr<BodySource> source)
{
    net::Response response;
    const bool isZip = fileName.endsWith(".zip"_L1);
    response.headers.add("Content-Type"_ba,
                         isZip ? "application/zip"_ba : "application/octet-stream"_ba);
    response.headers.add("Content-Disposition"_ba, attachment(fileName));
    response.headers.add("X-Content-Type-Options"_ba, "nosniff"_ba);
    response.headers.add("Content-Security-Policy"_ba, "sandbox; default-src 'none'"_ba);
    response.headers.add("Cache-Control"_ba, "no-store"_ba);
    response.source = std::move(source);
    return response;
}

} // namespace ci::api
