// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/endpoint.h"
#include "common/net/transport.h"

#include <QObject>
#include <QSslConfiguration>

#include <functional>
#include <memory>
#include <optional>

class QTcpSocket;

namespace ci::net {

/// Opens one connection: name resolution, each address in turn, TLS with the peer verified.
class Dialer final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Dialer)

public:
    using Callback = std::function<void(Result<std::unique_ptr<Transport>>)>;

    explicit Dialer(QObject *parent);
    ~Dialer() override;

    /// Calls back once, later, unless destroyed before. The transport is not resumed.
    void dial(const Endpoint &endpoint,
              const std::optional<QSslConfiguration> &tls,
              Callback callback);

private:
    void dialPlain();
    void dialSecure(const std::optional<QSslConfiguration> &tls);
    void finishPlain();
    void finishSecure();
    void fail(const QString &reason);
    void watchErrors(QTcpSocket *socket);
    void deliver(Result<std::unique_ptr<Transport>> result);

    Endpoint m_endpoint;
    Callback m_callback;
    std::unique_ptr<QTcpSocket> m_socket;
};

} // namespace ci::net
