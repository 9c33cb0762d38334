// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/bodystream.h"
#include "common/base/result.h"
#include "common/net/message.h"

#include <QHostAddress>
#include <QObject>
#include <QSslConfiguration>
#include <QUrl>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace ci::net {

class WebSocket;

struct ClientRequest
{
    QByteArray method;
    QUrl url; ///< http or https; a user part is not sent.
    QHostAddress address; ///< Connect there, whatever the URL's host means; null: look the name up.
    Headers headers;
    QByteArray body;
    std::shared_ptr<BodySource> source; ///< Instead of body; without size(): chunked.
    std::shared_ptr<BodySink> sink; ///< For the body of a 2xx answer; else it is collected.
    qint64 maxBodyBytes = 16 << 20; ///< Of a collected body; past it the call fails.
    std::chrono::milliseconds connectTime {30'000};
    std::chrono::milliseconds answerTime {600'000}; ///< From the request's end to the head.
    std::chrono::milliseconds stallTime {60'000}; ///< Between two bytes of either body.
};

struct ClientResponse
{
    int status = 0;
    Headers headers;
    QByteArray body; ///< Empty where a sink took it.
};

/// HTTP/1.1 client for one thread. Keeps idle connections (10 s) and uses as many as are needed;
/// a request is sent again by itself only when a kept connection turned out dead before any byte
/// of an answer came *and* the method is idempotent (QNetworkAccessManager repeats POSTs).
class HttpClient final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(HttpClient)

public:
    using Callback = std::function<void(Result<ClientResponse>)>;

    explicit HttpClient(QObject *parent = nullptr);
    ~HttpClient() override;

    void setTls(const QSslConfiguration &configuration);

    /// Calls back exactly once, later, unless `context` dies first (then the call is cut).
    /// Redirects are not followed: they are an answer.
    void send(ClientRequest request, QObject *context, Callback callback);

    /// Opens a WebSocket: `url` is ws, wss, http or https. The answer must name one of
    /// `subprotocols` (or none where none were asked for). The receiver owns the socket.
    void openWebSocket(const QUrl &url,
                       const Headers &headers,
                       const QList<QByteArray> &subprotocols,
                       QObject *context,
                       std::function<void(Result<WebSocket *>)> callback);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ci::net
