// SPDX-License-Identifier: MIT
#include "common/net/responsewriter.h"

#include "common/net/log.h"
#include "common/net/syntax.h"

#include <QDateTime>
#include <QLocale>

#include <algorithm>
#include <array>
#include <ctime>

namespace ci::net {

namespace {

struct Phrase
{
    int status;
    QByteArrayView text;
};

constexpr std::array Phrases {
    Phrase {100, "Continue"},
    Phrase {101, "Switching Protocols"},
    Phrase {200, "OK"},
    Phrase {201, "Created"},
    Phrase {202, "Accepted"},
    Phrase {204, "No Content"},
    Phrase {206, "Partial Content"},
    Phrase {301, "Moved Permanently"},
    Phrase {302, "Found"},
    Phrase {303, "See Other"},
    Phrase {304, "Not Modified"},
    Phrase {307, "Temporary Redirect"},
    Phrase {308, "Permanent Redirect"},
    Phrase {400, "Bad Request"},
    Phrase {401, "Unauthorized"},
    Phrase {403, "Forbidden"},
    Phrase {404, "Not Found"},
    Phrase {405, "Method Not Allowed"},
    Phrase {406, "Not Acceptable"},
    Phrase {408, "Request Timeout"},
    Phrase {409, "Conflict"},
    Phrase {410, "Gone"},
    Phrase {411, "Length Required"},
    Phrase {412, "Precondition Failed"},
    Phrase {413, "Content Too Large"},
    Phrase {415, "Unsupported Media Type"},
    Phrase {416, "Range Not Satisfiable"},
    Phrase {417, "Expectation Failed"},
    Phrase {422, "Unprocessable Content"},
    Phrase {426, "Upgrade Required"},
    Phrase {429, "Too Many Requests"},
    Phrase {431, "Request Header Fields Too Large"},
    Phrase {500, "Internal Server Error"},
    Phrase {501, "Not Implemented"},
    Phrase {502, "Bad Gateway"},
    Phrase {503, "Service Unavailable"},
    Phrase {504, "Gateway Timeout"},
    Phrase {505, "HTTP Version Not Supported"},
    Phrase {507, "Insufficient Storage"},
};

// The server alone says where a message ends and what becomes of the connection.
constexpr std::array ReservedFields {
    QByteArrayView("Content-Length"),
    QByteArrayView("Transfer-Encoding"),
    QByteArrayView("Connection"),
    QByteArrayView("Keep-Alive"),
    QByteArrayView("Date"),
};

bool isReserved(QByteArrayView name)
{
    return std::any_of(ReservedFields.begin(), ReservedFields.end(), [name](QByteArrayView reserved) {
        return equalsIgnoringCase(name, reserved);
    });
}

std::optional<qint64> namedLength(const Response &response, bool isHead)
{
    if (response.source != nullptr) {
        return response.source->size();
    }
    if (isHead && response.body.isEmpty()) {
        // A handler may know the length without making the body.
        if (const auto given = response.headers.value("Content-Length")) {
            return parseDecimal(*given);
        }
    }
    return response.body.size();
}

} // namespace

QByteArrayView reasonPhrase(int status)
{
    const auto found = std::find_if(Phrases.begin(), Phrases.end(), [status](const Phrase &phrase) {
        return phrase.status == status;
    });
    return found == Phrases.end() ? QByteArrayView("Unknown") : found->text;
}

void appendField(QByteArray &head, QByteArrayView name, QByteArrayView value)
{
    if (!isToken(name) || !isFieldText(value)) {
        qCWarning(lcNet, "header field left out name=%s", name.first(std::min<qsizetype>(name.size(), 64)).toByteArray().toPercentEncoding().constData());
        return;
    }
    head += name;
    head += ": ";
    head += value;
    head += "\r\n";
}

AnswerShape shapeOf(const Response &response, const RequestHead &request)
{
    AnswerShape shape;
    const bool isHead = request.method == "HEAD";
    const bool neverHasBody = response.status == 204 || response.status == 304;
    shape.closes = response.closeAfter || !request.keepAlive;
    shape.length = neverHasBody ? std::nullopt : namedLength(response, isHead);
    if (isHead || neverHasBody) {
        shape.framing = BodyFraming::None;
    } else if (shape.length) {
        shape.framing = BodyFraming::Length;
    } else if (request.minorVersion > 0) {
        shape.framing = BodyFraming::Chunked;
    } else {
        shape.framing = BodyFraming::UntilClose;
        shape.closes = true;
    }
    shape.namesKeepAlive = request.minorVersion == 0 && !shape.closes;
    return shape;
}

QByteArray writeHead(const Response &response, const AnswerShape &shape)
{
    QByteArray head;
    head.reserve(512);
    head += "HTTP/1.1 ";
    head += QByteArray::number(response.status);
    head += ' ';
    head += reasonPhrase(response.status);
    head += "\r\nDate: ";
    head += httpDate();
    head += "\r\n";
    for (const Headers::Field &field : response.headers.fields()) {
        if (!isReserved(field.name)) {
            appendField(head, field.name, field.value);
        }
    }
    if (shape.length) {
        head += "Content-Length: " + QByteArray::number(*shape.length) + "\r\n";
    } else if (shape.framing == BodyFraming::Chunked) {
        head += "Transfer-Encoding: chunked\r\n";
    }
    if (shape.closes) {
        head += "Connection: close\r\n";
    } else if (shape.namesKeepAlive) {
        head += "Connection: keep-alive\r\n";
    }
    head += "\r\n";
    return head;
}

const QByteArray &httpDate()
{
    thread_local std::time_t second = 0;
    thread_local QByteArray text;
    const std::time_t now = std::time(nullptr);
    if (now != second) {
        second = now;
        text = QLocale::c()
                   .toString(QDateTime::fromSecsSinceEpoch(now, Qt::UTC),
                             QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"))
                   .toLatin1();
    }
    return text;
}

} // namespace ci::net
