// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/base/secret.h"
#include "coordinator/app/settings.h"

#include <QObject>
#include <QUrl>

#include <memory>

namespace ci::app {

/// The whole coordinator, built and tied together. Lives on the engine thread (the one that made
/// it, whose event loop must run).
class Coordinator final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Coordinator)

public:
    /// Takes the data directory, opens the database and listens; requests are answered 503 until
    /// started(). Errors are sentences with the remedy.
    static Result<std::unique_ptr<Coordinator>> create(const Settings &settings);
    ~Coordinator() override;

    /// Takes up what an earlier run left and makes root where there is none.
    void start();

    /// What is listened on: "http://127.0.0.1:8080".
    QUrl address() const;

    /// Hands out no more jobs, answers what is held, lets uploads and commits end, closes terminals
    /// and pages with a reason. stopped() comes within 8 s.
    void stop();

Q_SIGNALS:
    /// `password` is root's where one was made now, to be shown once.
    void started(const ci::Secret &password);
    void failed(const QString &reason);
    void stopped();

private:
    class Private;
    explicit Coordinator(std::unique_ptr<Private> d);
    void finishStart(const Secret &password);
    void checkStopped();

    std::unique_ptr<Private> d;
};

} // namespace ci::app
