// SPDX-License-Identifier: MIT
// Everything that reads HTTP: heads in both roles, bodies, forms, and the parts of a request. What is
// given at once must come out as what is given in two pieces.
#include "common/net/bodydecoder.h"
#include "common/net/conditional.h"
#include "common/net/credentials.h"
#include "common/net/multipart.h"
#include "common/net/requestparser.h"
#include "common/net/responseparser.h"
#include "common/net/uri.h"

#include <cstdlib>

namespace {

using namespace ci::net;

void require(bool truth)
{
    if (!truth) {
        std::abort();
    }
}

void readParts(const RequestHead &head)
{
    require(head.path.startsWith('/') && !head.method.isEmpty());
    require(!(head.chunked && head.contentLength));
    const auto segments = pathSegments(head.path);
    const auto query = Query::parse(head.query);
    require(!segments.isOk() || !segments->isEmpty());
    require(!query.isOk() || query->items().size() <= 1000);
    for (const qint64 size : {qint64(0), qint64(1), qint64(1000)}) {
        const RangeDecision decision = decideRange(head.headers, size, "\"x\"");
        require(decision.range.first >= 0 && decision.range.length >= 0);
        require(decision.range.first + decision.range.length <= size);
    }
    isNotModified(head.headers, "\"x\"");
    acceptsEncoding(head.headers, "gzip");
    basicCredentials(head.headers);
    cookie(head.headers, "session");
}

QByteArray decodeBody(BodyDecoder decoder, QByteArrayView bytes, qsizetype cut)
{
    QByteArray body;
    for (QByteArrayView piece : {bytes.first(cut), bytes.sliced(cut)}) {
        while (!piece.isEmpty() && !decoder.isDone() && !decoder.error()) {
            const BodyDecoder::Step step = decoder.next(piece);
            require(step.consumed > 0 && step.consumed <= piece.size());
            body += step.payload;
            piece = piece.sliced(step.consumed);
        }
    }
    // Nothing but the payload tells; an error's text must be the same too.
    return body + (decoder.isDone() ? "|done" : "|") + decoder.error().value_or("");
}

struct Collector final : ci::BodySink
{
    ci::Result<void> write(QByteArrayView piece) override
    {
        bytes += piece;
        return {};
    }
    ci::Result<void> finish() override { return {}; }
    QByteArray bytes;
};

QByteArray readForm(QByteArrayView bytes, qsizetype cut)
{
    auto file = std::make_shared<Collector>();
    const auto form = MultipartSink::create(
        "multipart/form-data; boundary=XX", "file", [&file](const QByteArray &) -> ci::Result<std::shared_ptr<ci::BodySink>> {
            return std::shared_ptr<ci::BodySink>(file);
        });
    const bool ok = (*form)->write(bytes.first(cut)) && (*form)->write(bytes.sliced(cut)) && (*form)->finish();
    return ok ? file->bytes : QByteArray("refused");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArrayView bytes(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    const qsizetype cut = size == 0 ? 0 : data[size / 2] % (bytes.size() + 1);
    HeadScanner scanner({});
    auto found = scanner.scan(bytes.first(cut));
    if (std::holds_alternative<std::monostate>(found)) {
        found = scanner.scan(bytes);
    }
    require(found.index() == HeadScanner({}).scan(bytes).index());
    if (const auto *length = std::get_if<qsizetype>(&found)) {
        require(*length > 0 && *length <= bytes.size());
        const auto request = parseRequestHead(bytes.first(*length), 100);
        if (const auto *head = std::get_if<RequestHead>(&request)) {
            readParts(*head);
        }
        const auto response = parseResponseHead(bytes.first(*length), 100);
        if (const auto *head = std::get_if<ResponseHead>(&response)) {
            answerBody(*head, "GET");
        }
    }
    require(decodeBody(BodyDecoder::chunked(), bytes, cut) == decodeBody(BodyDecoder::chunked(), bytes, 0));
    require(readForm(bytes, cut) == readForm(bytes, 0));
    return 0;
}
