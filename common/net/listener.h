// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QDeadlineTimer>
#include <QHostAddress>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>

#include <memory>

namespace ci::net {

/// A listening TCP socket. Made anywhere, used on the thread it is moved to before start().
class Listener final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Listener)

public:
    static Result<std::unique_ptr<Listener>> create(const QHostAddress &address, quint16 port);
    ~Listener() override;

    QHostAddress address() const { return m_address; }
    quint16 port() const { return m_port; }

    void start();
    void stop();

Q_SIGNALS:
    /// Non-blocking and close-on-exec; the receiver owns the descriptor.
    void accepted(int descriptor, const QHostAddress &peer);

private:
    explicit Listener(int descriptor);

    void acceptSome();
    void readLocalAddress();

    int m_descriptor;
    QHostAddress m_address;
    quint16 m_port = 0;
    QSocketNotifier *m_notifier = nullptr;
    QTimer *m_retry = nullptr;
    QDeadlineTimer m_quiet; ///< Until then a shortage is not logged again.
};

} // namespace ci::net
