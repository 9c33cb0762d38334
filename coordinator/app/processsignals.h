// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QSocketNotifier>

namespace ci::app {

/// SIGTERM and SIGINT as a signal of Qt's; the second one ends the process at once. One object a
/// process; SIGPIPE is ignored too.
class ProcessSignals final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ProcessSignals)

public:
    explicit ProcessSignals(QObject *parent = nullptr);
    ~ProcessSignals() override;

Q_SIGNALS:
    void stopRequested();

private:
    void takeSignal();

    QSocketNotifier *m_notifier = nullptr;
};

/// As many open files as the system allows: each held request is one.
void raiseFileLimit();

} // namespace ci::app
