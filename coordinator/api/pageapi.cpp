// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/errorstatus.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/staticfiles.h"

#include <array>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

// First parts of addresses that never belong to the page: what is not in the table there is not
// there.
constexpr std::array NotPages {"/api/", "/assets/"};

bool isPageAddress(QByteArrayView path)
{
    for (const char *prefix : NotPages) {
        if (path.startsWith(prefix)) {
            return false;
        }
    }
    return path != "/api" && path != "/assets";
}

} // namespace

void servePage(SocketCall call)
{
    const net::RequestHead &head = call.arrived.request.head;
    call.reply.send(isPageAddress(head.path) ? call.services.files.page(head) : errorResponse(404));
}

void serveAsset(SocketCall call)
{
    const QString path = "/assets/"_L1 + call.arrived.values.front();
    call.reply.send(call.services.files.asset(path, call.arrived.request.head));
}

void serveGit(SocketCall call)
{
    call.services.git.handle(
        {std::move(call.arrived.request), call.reply.handOver(), call.arrived.caller.toString()});
}

} // namespace ci::api
