// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <memory>

namespace ci::runner {

/// SIGTERM, SIGINT and SIGQUIT as news on the event loop. One for a process.
class UnixSignals final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(UnixSignals)

public:
    explicit UnixSignals(QObject *parent = nullptr);
    ~UnixSignals() override;

Q_SIGNALS:
    void received(int number);

private:
    void read();

    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace ci::runner
