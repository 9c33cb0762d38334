// SPDX-License-Identifier: MIT
#include "common/net/staticasset.h"

#include "common/net/conditional.h"

namespace ci::net {

namespace {

// The compressed form is another representation and needs a tag of its own (RFC 9110, 8.8.3).
QByteArray gzipEtag(const QByteArray &etag)
{
    return etag.chopped(1) + "-gz\"";
}

Response refuseMethod()
{
    Response response;
    response.status = 405;
    response.headers.add("Allow", "GET, HEAD");
    return response;
}

void addCaching(Response &response, const StaticAsset &asset, const QByteArray &etag)
{
    response.headers.add("ETag", etag);
    response.headers.add("Cache-Control",
                         asset.immutable ? "public, max-age=31536000, immutable" : "no-cache");
    if (!asset.gzip.isEmpty()) {
        response.headers.add("Vary", "Accept-Encoding");
    }
}

} // namespace

Response answerAsset(const StaticAsset &asset, const RequestHead &request)
{
    if (request.method != "GET" && request.method != "HEAD") {
        return refuseMethod();
    }
    const RangeDecision decision
        = decideRange(request.headers, asset.bytes.size(), asset.etag);
    const bool whole = decision.kind == RangeDecision::Kind::Whole;
    const bool gzip = whole && !asset.gzip.isEmpty() && acceptsEncoding(request.headers, "gzip");
    const QByteArray etag = gzip ? gzipEtag(asset.etag) : asset.etag;

    Response response;
    addCaching(response, asset, etag);
    if (isNotModified(request.headers, etag)) {
        response.status = 304;
        return response;
    }
    response.headers.add("Content-Type", asset.type);
    response.headers.add("X-Content-Type-Options", "nosniff");
    response.headers.add("Accept-Ranges", "bytes");
    if (decision.kind == RangeDecision::Kind::Unsatisfiable) {
        response.status = 416;
        response.headers.add("Content-Range", "bytes */" + QByteArray::number(asset.bytes.size()));
    } else if (decision.kind == RangeDecision::Kind::Partial) {
        response.status = 206;
        response.headers.add("Content-Range", contentRange(decision.range, asset.bytes.size()));
        response.body = asset.bytes.mid(decision.range.first, decision.range.length);
    } else {
        response.body = gzip ? asset.gzip : asset.bytes;
    }
    if (gzip) {
        response.headers.add("Content-Encoding", "gzip");
    }
    return response;
}

} // namespace ci::net
