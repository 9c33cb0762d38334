// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/bodystream.h"

#include <QObject>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>

namespace ci::runner {

/// The end of a WorkerStream that a worker fills. Holds MaxBuffered bytes at most: the worker waits
/// while the network is slower. Thread-safe.
class WorkerStreamInput final
{
public:
    static constexpr qsizetype MaxBuffered = 1 << 20;

    /// Blocks while full. False: the reader has gone, stop.
    bool push(QByteArrayView bytes);
    /// No more follows. An error cuts the request.
    void finish(const Result<void> &result);

private:
    friend class WorkerStream;

    std::mutex m_mutex;
    std::condition_variable m_room;
    QByteArray m_bytes;
    std::optional<Error> m_error;
    QObject *m_bell = nullptr; ///< Of the reader; null once that has gone.
    std::function<void()> m_ring;
    bool m_isFinished = false;
    bool m_isRung = false;
};

/// A request's body that a worker makes while it is sent. Lives on the thread of the client.
class WorkerStream final : public BodySource
{
public:
    WorkerStream();
    ~WorkerStream() override;

    std::shared_ptr<WorkerStreamInput> input() const { return m_input; }

    Result<QByteArray> read(qint64 maximum) override;
    bool atEnd() const override;

private:
    std::shared_ptr<WorkerStreamInput> m_input;
    QObject m_bell;
};

} // namespace ci::runner
