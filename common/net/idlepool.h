// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/endpoint.h"
#include "common/net/transport.h"

#include <QObject>
#include <QTimer>

#include <chrono>
#include <memory>
#include <vector>

namespace ci::net {

/// A client's kept connections. One that ends or speaks out of turn is dropped at once.
class IdlePool final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(IdlePool)

public:
    explicit IdlePool(QObject *parent);
    ~IdlePool() override;

    /// Resumed, without a listener.
    void put(const Endpoint &endpoint, std::unique_ptr<Transport> transport);
    /// The one used last (the others may age); null where there is none alive.
    std::unique_ptr<Transport> take(const Endpoint &endpoint);

private:
    struct Entry;

    void drop(Entry *entry);
    void expire();
    void arm();

    QTimer m_timer;
    std::vector<std::unique_ptr<Entry>> m_entries; ///< Oldest first.
};

} // namespace ci::net
