// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArray>
#include <QByteArrayView>

#include <functional>
#include <optional>

namespace ci {

/// Where a body's bytes go. Lives on the thread that feeds it (an I/O thread); destroyed without
/// finish() means the body was cut short and what was written must not be kept.
class BodySink
{
public:
    virtual ~BodySink() = default;

    /// Takes all of `bytes`, or fails: the transfer is then ended with that error.
    virtual Result<void> write(QByteArrayView bytes) = 0;

    /// The body is complete.
    virtual Result<void> finish() = 0;

    /// True: the feeder stops reading its socket until wake() is called.
    virtual bool isFull() const { return false; }

    void setWake(std::function<void()> wake) { m_wake = std::move(wake); }

protected:
    void wake()
    {
        if (m_wake) {
            m_wake();
        }
    }

private:
    std::function<void()> m_wake;
};

/// Where a body's bytes come from. Lives on the thread that drains it.
class BodySource
{
public:
    virtual ~BodySource() = default;

    /// The length if it is known before; else the body is sent chunked.
    virtual std::optional<qint64> size() const { return std::nullopt; }

    /// At most `maximum` bytes. Empty and not atEnd(): nothing now, wake() is called when there is.
    /// An error cuts the connection, since the head has been sent.
    virtual Result<QByteArray> read(qint64 maximum) = 0;

    virtual bool atEnd() const = 0;

    void setWake(std::function<void()> wake) { m_wake = std::move(wake); }

protected:
    void wake()
    {
        if (m_wake) {
            m_wake();
        }
    }

private:
    std::function<void()> m_wake;
};

} // namespace ci
