// SPDX-License-Identifier: MIT
#include "common/net/requestparser.h"

#include "common/net/handshake.h"
#include "common/net/syntax.h"

#include <algorithm>

namespace ci::net {

namespace {

using Refused = std::optional<HttpRefusal>;

// Longest method there is a use for; registered ones stay below.
constexpr qsizetype MaxMethod = 32;

HttpRefusal badRequest(QByteArray reason)
{
    return {400, std::move(reason), {}};
}

bool isTargetText(QByteArrayView text)
{
    // '#' begins a fragment, which never belongs in a request (RFC 9112, 3.2).
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
}

bool isHostText(QByteArrayView text)
{
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > 0x20 && c < 0x7f && !QByteArrayView("/?#@\\<>\"{}|^`").contains(c);
    });
}

Refused parseVersion(QByteArrayView text, RequestHead &head)
{
    if (text == "HTTP/1.1") {
        head.minorVersion = 1;
        return std::nullopt;
    }
    if (text == "HTTP/1.0") {
        head.minorVersion = 0;
        return std::nullopt;
    }
    if (text.size() == 8 && text.startsWith("HTTP/")) {
        return HttpRefusal {505, "this version of HTTP is not spoken here", {}};
    }
    return badRequest("the request line is malformed");
}

// "http://host/path" as proxies get it: the authority must be the one Host names.
Refused takeAuthority(RequestHead &head, QByteArray &authority)
{
    for (const QByteArrayView scheme : {QByteArrayView("http://"), QByteArrayView("https://")}) {
        if (head.target.size() <= scheme.size()
            || !equalsIgnoringCase(QByteArrayView(head.target).first(scheme.size()), scheme)) {
            continue;
        }
        const QByteArray rest = head.target.sliced(scheme.size());
        const auto end = std::find_if(rest.begin(), rest.end(), [](char c) { return c == '/' || c == '?'; });
        const qsizetype length = end - rest.begin();
        authority = rest.first(length);
        head.target = rest.sliced(length);
        if (!head.target.startsWith('/')) {
            head.target.prepend('/');
        }
        return isHostText(authority) ? Refused() : badRequest("the request target is malformed");
    }
    return badRequest("the request target must begin with '/'");
}

Refused parseRequestLine(QByteArrayView line, RequestHead &head, QByteArray &authority)
{
    const qsizetype first = line.indexOf(' ');
    const qsizetype last = line.lastIndexOf(' ');
    if (first <= 0 || last <= first + 1) {
        return badRequest("the request line is malformed");
    }
    const QByteArrayView target = line.sliced(first + 1, last - first - 1);
    if (first > MaxMethod || !isToken(line.first(first)) || !isTargetText(target)) {
        return badRequest("the request line is malformed");
    }
    if (Refused refused = parseVersion(line.sliced(last + 1), head)) {
        return refused;
    }
    head.method = line.first(first).toByteArray();
    head.target = target.toByteArray();
    if (!head.target.startsWith('/')) {
        if (Refused refused = takeAuthority(head, authority)) {
            return refused;
        }
    }
    const qsizetype question = head.target.indexOf('?');
    head.path = question < 0 ? head.target : head.target.first(question);
    head.query = question < 0 ? QByteArray() : head.target.sliced(question + 1);
    return std::nullopt;
}

Refused checkHost(const RequestHead &head, const QByteArray &authority)
{
    const qsizetype hosts = head.headers.count("Host");
    if (hosts > 1 || (hosts == 0 && head.minorVersion > 0)) {
        return badRequest("exactly one Host field is needed");
    }
    const QByteArray host = head.headers.value("Host", authority);
    if ((hosts == 1 || !authority.isEmpty()) && !isHostText(host)) {
        return badRequest("the Host field is malformed");
    }
    if (!authority.isEmpty() && !equalsIgnoringCase(authority, host)) {
        return badRequest("the request target and Host disagree");
    }
    return std::nullopt;
}

Refused applyFraming(RequestHead &head)
{
    const std::variant<Framing, HttpRefusal> parsed = parseFraming(head.headers);
    if (const auto *refusal = std::get_if<HttpRefusal>(&parsed)) {
        return *refusal;
    }
    const Framing &framing = std::get<Framing>(parsed);
    if (framing.chunked && head.minorVersion == 0) {
        return badRequest("HTTP/1.0 has no transfer codings");
    }
    head.contentLength = framing.contentLength;
    head.chunked = framing.chunked;
    return std::nullopt;
}

Refused applyExpectation(RequestHead &head)
{
    const std::optional<QByteArray> expected = head.headers.value("Expect");
    if (!expected) {
        return std::nullopt;
    }
    if (!equalsIgnoringCase(*expected, "100-continue")) {
        return HttpRefusal {417, "only 100-continue can be expected", {}};
    }
    head.expectsContinue = head.minorVersion > 0; // RFC 9110, 10.1.1: ignored from HTTP/1.0.
    return std::nullopt;
}

Refused applyConnection(RequestHead &head)
{
    head.keepAlive = head.minorVersion > 0 ? !head.headers.hasToken("Connection", "close")
                                           : head.headers.hasToken("Connection", "keep-alive");
    const std::variant<bool, HttpRefusal> handshake = checkHandshake(head);
    if (const auto *refusal = std::get_if<HttpRefusal>(&handshake)) {
        return *refusal;
    }
    head.wantsUpgrade = std::get<bool>(handshake);
    return std::nullopt;
}

} // namespace

std::variant<RequestHead, HttpRefusal> parseRequestHead(QByteArrayView bytes, int maxFields)
{
    while (bytes.startsWith("\r\n")) {
        bytes = bytes.sliced(2);
    }
    RequestHead head;
    QByteArray authority;
    if (Refused refused = parseRequestLine(takeLine(bytes), head, authority)) {
        return *std::move(refused);
    }
    std::variant<Headers, HttpRefusal> fields = parseFields(bytes, maxFields);
    if (auto *refusal = std::get_if<HttpRefusal>(&fields)) {
        return std::move(*refusal);
    }
    head.headers = std::get<Headers>(std::move(fields));
    if (Refused refused = checkHost(head, authority)) {
        return *std::move(refused);
    }
    for (const auto apply : {applyFraming, applyExpectation, applyConnection}) {
        if (Refused refused = apply(head)) {
            return *std::move(refused);
        }
    }
    return head;
}

} // namespace ci::net
