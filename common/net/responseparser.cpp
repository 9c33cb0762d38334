// SPDX-License-Identifier: MIT
#include "common/net/responseparser.h"

#include "common/net/syntax.h"

namespace ci::net {

std::variant<ResponseHead, HttpRefusal> parseResponseHead(QByteArrayView bytes, int maxFields)
{
    while (bytes.startsWith("\r\n")) {
        bytes = bytes.sliced(2);
    }
    const QByteArrayView line = takeLine(bytes);
    // "HTTP/1.1 200" with a phrase or without.
    const bool isKnown = line.startsWith("HTTP/1.1 ") || line.startsWith("HTTP/1.0 ");
    const auto status = isKnown && line.size() >= 12 ? parseDecimal(line.sliced(9, 3)) : std::nullopt;
    if (!status || *status < 100 || (line.size() > 12 && line[12] != ' ') || !isFieldText(line)) {
        return HttpRefusal {502, "the status line is malformed", {}};
    }
    std::variant<Headers, HttpRefusal> fields = parseFields(bytes, maxFields);
    if (auto *refusal = std::get_if<HttpRefusal>(&fields)) {
        return std::move(*refusal);
    }
    ResponseHead head;
    head.status = static_cast<int>(*status);
    head.headers = std::get<Headers>(std::move(fields));
    head.keepAlive = line[7] == '1' ? !head.headers.hasToken("Connection", "close")
                                    : head.headers.hasToken("Connection", "keep-alive");
    return head;
}

std::variant<BodyDecoder, HttpRefusal> answerBody(const ResponseHead &head, QByteArrayView method)
{
    const std::variant<Framing, HttpRefusal> parsed = parseFraming(head.headers);
    if (const auto *refusal = std::get_if<HttpRefusal>(&parsed)) {
        return *refusal;
    }
    if (method == "HEAD" || head.status < 200 || head.status == 204 || head.status == 304) {
        return BodyDecoder::none();
    }
    const Framing &framing = std::get<Framing>(parsed);
    if (framing.chunked) {
        return BodyDecoder::chunked();
    }
    return framing.contentLength ? BodyDecoder::ofLength(*framing.contentLength)
                                 : BodyDecoder::untilClose();
}

} // namespace ci::net
