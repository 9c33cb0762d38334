// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

#include <chrono>
#include <memory>

namespace ci {

/// Writes lines to a descriptor on a thread of its own, so that a pipe or terminal that nobody
/// reads never stops who logs. What does not fit is dropped and counted, and a line says how many
/// were. Any thread.
class LineWriter final
{
public:
    /// `descriptor` stays the caller's, open while this lives. `maxBytes`: of lines not yet taken.
    explicit LineWriter(int descriptor, qsizetype maxBytes = 1 << 20);
    /// Writes what is left first: blocks for as long as the other side does not read.
    ~LineWriter();
    LineWriter(const LineWriter &) = delete;
    LineWriter &operator=(const LineWriter &) = delete;

    /// A whole line with its end.
    void write(const QByteArray &line);
    /// Waits until all is written. False: it took longer than that.
    bool flush(std::chrono::milliseconds limit);

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ci
