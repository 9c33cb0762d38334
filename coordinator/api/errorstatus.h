// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/net/message.h"

namespace ci::api {

/// The one place where a kind of failure becomes an HTTP status.
int statusOf(ErrorKind kind);

/// "404 Not Found": the text of GitLab's plain refusals.
QByteArray statusLine(int status);

/// `{"message": "403 Forbidden"}`; for what the caller can mend (400, 409, 413, 422, 429, 503) the
/// detail is in the text. Details of Io are not shown: they name our files.
net::Response errorResponse(const Error &error);

/// The same without a detail.
net::Response errorResponse(int status);
net::Response errorResponse(int status, const QString &detail);

} // namespace ci::api
