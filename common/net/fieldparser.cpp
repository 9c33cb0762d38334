// SPDX-License-Identifier: MIT
#include "common/net/fieldparser.h"

#include "common/net/syntax.h"

namespace ci::net {

std::variant<std::monostate, qsizetype, HttpRefusal> HeadScanner::scan(QByteArrayView bytes)
{
    while (true) {
        const qsizetype lineFeed = bytes.indexOf('\n', m_scanned);
        if (lineFeed < 0) {
            m_scanned = bytes.size();
            break;
        }
        if (lineFeed == m_lineStart || bytes[lineFeed - 1] != '\r') {
            return HttpRefusal {400, "a line does not end with CRLF", {}};
        }
        const bool isEmpty = lineFeed - 1 == m_lineStart;
        m_lineStart = m_scanned = lineFeed + 1;
        if (m_scanned > m_limits.maxBytes) {
            break;
        }
        if (isEmpty && m_started) {
            return m_scanned;
        }
        // Empty lines before the first are passed over (RFC 9112, 2.2).
        m_started = m_started || !isEmpty;
    }
    if (bytes.size() > m_limits.maxBytes || m_scanned > m_limits.maxBytes) {
        return HttpRefusal {431, "the header is too large", {}};
    }
    return std::monostate {};
}

QByteArrayView takeLine(QByteArrayView &bytes)
{
    const qsizetype end = bytes.indexOf('\n');
    const QByteArrayView line = bytes.first(end - 1);
    bytes = bytes.sliced(end + 1);
    return line;
}

static std::optional<HttpRefusal> addField(Headers &headers, QByteArrayView line)
{
    if (line.front() == ' ' || line.front() == '\t') {
        return HttpRefusal {400, "a header field is folded", {}};
    }
    const qsizetype colon = line.indexOf(':');
    if (colon <= 0 || !isToken(line.first(colon))) {
        return HttpRefusal {400, "a header field has no proper name", {}};
    }
    const QByteArrayView value = trimmedSpace(line.sliced(colon + 1));
    if (!isFieldText(value)) {
        return HttpRefusal {400, "a header field holds a control character", {}};
    }
    headers.add(line.first(colon).toByteArray(), value.toByteArray());
    return std::nullopt;
}

std::variant<Headers, HttpRefusal> parseFields(QByteArrayView lines, int maxFields)
{
    Headers headers;
    while (!lines.isEmpty()) {
        const QByteArrayView line = takeLine(lines);
        if (line.isEmpty()) {
            break;
        }
        if (headers.fields().size() >= maxFields) {
            return HttpRefusal {431, "too many header fields", {}};
        }
        if (std::optional<HttpRefusal> refusal = addField(headers, line)) {
            return *std::move(refusal);
        }
    }
    return headers;
}

std::variant<Framing, HttpRefusal> parseFraming(const Headers &headers)
{
    Framing framing;
    const qsizetype lengths = headers.count("Content-Length");
    const qsizetype codings = headers.count("Transfer-Encoding");
    if (lengths > 0 && codings > 0) {
        return HttpRefusal {400, "both Content-Length and Transfer-Encoding", {}};
    }
    if (lengths > 1 || codings > 1) {
        return HttpRefusal {400, "the body's length is given twice", {}};
    }
    if (lengths == 1) {
        framing.contentLength = parseDecimal(*headers.value("Content-Length"));
        if (!framing.contentLength) {
            return HttpRefusal {400, "Content-Length is not a number", {}};
        }
    }
    if (codings == 1) {
        if (!equalsIgnoringCase(*headers.value("Transfer-Encoding"), "chunked")) {
            return HttpRefusal {501, "only the transfer coding \"chunked\" is known", {}};
        }
        framing.chunked = true;
    }
    return framing;
}

} // namespace ci::net
