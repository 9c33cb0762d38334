// SPDX-License-Identifier: MIT
#include "coordinator/api/errorstatus.h"

#include "coordinator/api/jsonresponse.h"

#include <array>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

struct StatusText
{
    int status;
    const char *text;
};

constexpr std::array StatusTexts {
    StatusText {400, "Bad request"},
    StatusText {401, "Unauthorized"},
    StatusText {403, "Forbidden"},
    StatusText {404, "Not Found"},
    StatusText {405, "Method Not Allowed"},
    StatusText {409, "Conflict"},
    StatusText {410, "Gone"},
    StatusText {412, "Precondition Failed"},
    StatusText {413, "Request Entity Too Large"},
    StatusText {415, "Unsupported Media Type"},
    StatusText {416, "Range Not Satisfiable"},
    StatusText {421, "Misdirected Request"},
    StatusText {422, "Unprocessable Entity"},
    StatusText {423, "Locked"},
    StatusText {426, "Upgrade Required"},
    StatusText {429, "Too Many Requests"},
    StatusText {500, "Internal Server Error"},
    StatusText {501, "Not Implemented"},
    StatusText {503, "Service Unavailable"},
    StatusText {507, "Insufficient Storage"},
};

} // namespace

int statusOf(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::Invalid:
        return 400;
    case ErrorKind::Unauthenticated:
        return 401;
    case ErrorKind::Forbidden:
        return 403;
    case ErrorKind::NotFound:
        return 404;
    case ErrorKind::Conflict:
        return 409;
    case ErrorKind::TooLarge:
        return 413;
    case ErrorKind::TooMany:
        return 429;
    case ErrorKind::Unavailable:
        return 503;
    case ErrorKind::Io:
        return 500;
    }
    return 500;
}

QByteArray statusLine(int status)
{
    for (const StatusText &row : StatusTexts) {
        if (row.status == status) {
            return QByteArray::number(status) + ' ' + row.text;
        }
    }
    return QByteArray::number(status);
}

net::Response errorResponse(const Error &error)
{
    const int status = statusOf(error.kind);
    switch (error.kind) {
    case ErrorKind::Unauthenticated:
    case ErrorKind::Io:
        return errorResponse(status);
    case ErrorKind::NotFound:
        // A hidden thing answers like an absent one.
        return errorResponse(status);
    case ErrorKind::Invalid:
    case ErrorKind::Forbidden:
    case ErrorKind::Conflict:
    case ErrorKind::TooLarge:
    case ErrorKind::TooMany:
    case ErrorKind::Unavailable:
        return errorResponse(status, error.detail);
    }
    return errorResponse(500);
}

net::Response errorResponse(int status)
{
    return errorResponse(status, {});
}

net::Response errorResponse(int status, const QString &detail)
{
    QString text = QString::fromLatin1(statusLine(status));
    if (detail.startsWith(text)) {
        text = detail; // Some rooms word it themselves.
    } else if (!detail.isEmpty()) {
        text += " - "_L1 + detail;
    }
    return jsonResponse(status, QJsonObject {{u"message"_s, text}});
}

} // namespace ci::api
