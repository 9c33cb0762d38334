// SPDX-License-Identifier: MIT
#include "common/net/httpclient.h"

#include "common/net/clientcall.h"
#include "common/net/handshake.h"
#include "common/net/websocket.h"

#include <array>

namespace ci::net {

using namespace Qt::StringLiterals;

namespace {

struct StatusKind
{
    int status;
    ErrorKind kind;
};

// What a refused handshake means to the program; all else is "not now".
constexpr std::array RefusedHandshakes {
    StatusKind {400, ErrorKind::Invalid},
    StatusKind {401, ErrorKind::Unauthenticated},
    StatusKind {403, ErrorKind::Forbidden},
    StatusKind {404, ErrorKind::NotFound},
    StatusKind {409, ErrorKind::Conflict},
    StatusKind {410, ErrorKind::NotFound},
    StatusKind {429, ErrorKind::TooMany},
};

Error refusedHandshake(int status)
{
    ErrorKind kind = ErrorKind::Unavailable;
    for (const StatusKind &row : RefusedHandshakes) {
        if (row.status == status) {
            kind = row.kind;
        }
    }
    return {kind, u"the server refused the WebSocket with status %1"_s.arg(status)};
}

ClientRequest handshakeRequest(const QUrl &url,
                               const Headers &headers,
                               const QList<QByteArray> &subprotocols,
                               const QByteArray &key)
{
    ClientRequest request;
    request.method = "GET";
    request.url = url;
    request.headers = headers;
    request.headers.set("Connection", "Upgrade");
    request.headers.set("Upgrade", "websocket");
    request.headers.set("Sec-WebSocket-Version", "13");
    request.headers.set("Sec-WebSocket-Key", key);
    if (!subprotocols.isEmpty()) {
        request.headers.set("Sec-WebSocket-Protocol", subprotocols.join(", "));
    }
    request.answerTime = std::chrono::seconds(30);
    return request;
}

} // namespace

class HttpClient::Private
{
public:
    explicit Private(HttpClient *client)
        : pool(new IdlePool(client))
    {
    }

    IdlePool *pool;
    // Made only where it is asked for: making one loads OpenSSL, 5 MB that plain HTTP need not have.
    std::optional<QSslConfiguration> tls;
};

HttpClient::HttpClient(QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this))
{
}

HttpClient::~HttpClient()
{
    // We may be inside a callback of one of them.
    const QList<ClientCall *> calls = findChildren<ClientCall *>(Qt::FindDirectChildrenOnly);
    for (ClientCall *call : calls) {
        call->cut();
        call->setParent(nullptr);
    }
}

void HttpClient::setTls(const QSslConfiguration &configuration)
{
    d->tls = configuration;
}

void HttpClient::send(ClientRequest request, QObject *context, Callback callback)
{
    auto *call = new ClientCall(std::move(request), d->tls, *d->pool, this);
    call->start(context, std::move(callback));
}

void HttpClient::openWebSocket(const QUrl &url,
                               const Headers &headers,
                               const QList<QByteArray> &subprotocols,
                               QObject *context,
                               std::function<void(Result<WebSocket *>)> callback)
{
    const QByteArray key = makeKey();
    auto *call = new ClientCall(handshakeRequest(url, headers, subprotocols, key), d->tls, *d->pool, this);
    call->setUpgraded([key, subprotocols, callback](const ResponseHead &head,
                                                    std::unique_ptr<Transport> transport) {
        const Result<QByteArray> subprotocol = checkSwitching(head.headers, key, subprotocols);
        if (!subprotocol) {
            transport->close();
            callback(subprotocol.error());
            return;
        }
        callback(new WebSocket(std::move(transport), WebSocket::Role::Client, *subprotocol));
    });
    call->start(context, [callback](const Result<ClientResponse> &result) {
        callback(result ? refusedHandshake(result->status) : result.error());
    });
}

} // namespace ci::net
