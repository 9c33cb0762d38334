// SPDX-License-Identifier: MIT
#include "common/net/credentials.h"

#include "common/net/syntax.h"

#include <algorithm>

namespace ci::net {

namespace {

// Browsers stop at 180 for one site; ours sets two.
constexpr qsizetype MaxCookies = 100;

// What stands behind the scheme, if it is the only Authorization and of that scheme.
std::optional<QByteArray> authorization(const Headers &request, QByteArrayView scheme)
{
    const std::optional<QByteArray> field = request.value("Authorization");
    if (!field || request.count("Authorization") != 1 || field->size() <= scheme.size()) {
        return std::nullopt;
    }
    if (!equalsIgnoringCase(QByteArrayView(*field).first(scheme.size()), scheme)
        || field->at(scheme.size()) != ' ') {
        return std::nullopt;
    }
    return trimmedSpace(QByteArrayView(*field).sliced(scheme.size())).toByteArray();
}

bool isCookieText(QByteArrayView text)
{
    // RFC 6265, 4.1.1
    return std::all_of(text.begin(), text.end(), [](char c) {
        return c > 0x20 && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\';
    });
}

QByteArrayView unquoted(QByteArrayView text)
{
    const bool quoted = text.size() >= 2 && text.startsWith('"') && text.endsWith('"');
    return quoted ? text.sliced(1, text.size() - 2) : text;
}

} // namespace

std::optional<BasicCredentials> basicCredentials(const Headers &request)
{
    const std::optional<QByteArray> encoded = authorization(request, "Basic");
    if (!encoded) {
        return std::nullopt;
    }
    const auto decoded
        = QByteArray::fromBase64Encoding(*encoded, QByteArray::AbortOnBase64DecodingErrors);
    const qsizetype colon = decoded ? decoded.decoded.indexOf(':') : -1;
    if (colon < 0 || decoded.decoded.contains('\0') || !decoded.decoded.isValidUtf8()) {
        return std::nullopt;
    }
    return BasicCredentials {decoded.decoded.first(colon), Secret(decoded.decoded.sliced(colon + 1))};
}

std::optional<Secret> bearerToken(const Headers &request)
{
    const std::optional<QByteArray> token = authorization(request, "Bearer");
    if (!token || token->isEmpty() || token->contains(' ')) {
        return std::nullopt;
    }
    return Secret(*token);
}

std::optional<QByteArray> cookie(const Headers &request, QByteArrayView name)
{
    qsizetype seen = 0;
    for (const Headers::Field &field : request.fields()) {
        if (!equalsIgnoringCase(field.name, "Cookie")) {
            continue;
        }
        for (const QByteArrayView item : splitList(field.value, ';')) {
            if (++seen > MaxCookies) {
                return std::nullopt;
            }
            const qsizetype equals = item.indexOf('=');
            if (equals > 0 && trimmedSpace(item.first(equals)) == name) {
                return unquoted(trimmedSpace(item.sliced(equals + 1))).toByteArray();
            }
        }
    }
    return std::nullopt;
}

QByteArray setCookie(QByteArrayView name, QByteArrayView value, const CookieOptions &options)
{
    if (!isToken(name) || !isCookieText(value) || !isFieldText(options.path)
        || options.path.contains(';')) {
        return {};
    }
    QByteArray field = name.toByteArray() + '=' + value.toByteArray();
    field += "; Path=" + options.path;
    if (options.maxAgeSeconds >= 0) {
        field += "; Max-Age=" + QByteArray::number(options.maxAgeSeconds);
    }
    if (options.httpOnly) {
        field += "; HttpOnly";
    }
    if (options.secure) {
        field += "; Secure";
    }
    if (!options.sameSite.isEmpty()) {
        field += "; SameSite=" + options.sameSite;
    }
    return field;
}

} // namespace ci::net
