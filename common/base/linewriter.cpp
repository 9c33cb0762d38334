// SPDX-License-Identifier: MIT
#include "common/base/linewriter.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace ci {

class LineWriter::Private
{
public:
    Private(int target, qsizetype limit) : descriptor(target), maxBytes(limit) { }

    void run();
    QByteArray take(std::unique_lock<std::mutex> &lock);
    void writeAll(const QByteArray &bytes) const;

    const int descriptor;
    const qsizetype maxBytes;
    std::mutex mutex;
    std::condition_variable filled;
    std::condition_variable emptied;
    QByteArray waiting;
    qint64 lost = 0;
    bool isWriting = false;
    bool isOver = false;
    std::thread thread; // Last: it uses all of the above.
};

// Empty only when it is over.
QByteArray LineWriter::Private::take(std::unique_lock<std::mutex> &lock)
{
    filled.wait(lock, [this] { return !waiting.isEmpty() || isOver; });
    QByteArray bytes = std::exchange(waiting, {});
    if (const qint64 count = std::exchange(lost, 0)) {
        bytes += "(" + QByteArray::number(count) + " log lines lost: nobody reads them fast enough)\n";
    }
    return bytes;
}

void LineWriter::Private::writeAll(const QByteArray &bytes) const
{
    for (qsizetype at = 0; at < bytes.size();) {
        const ssize_t n = ::write(descriptor, bytes.constData() + at, static_cast<size_t>(bytes.size() - at));
        if (n >= 0) {
            at += n;
        } else if (errno == EAGAIN) {
            pollfd writable {descriptor, POLLOUT, 0};
            ::poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return; // The reader is gone, or the disk is full: there is nobody to tell.
        }
    }
}

void LineWriter::Private::run()
{
    std::unique_lock lock(mutex);
    for (;;) {
        const QByteArray bytes = take(lock);
        if (bytes.isEmpty()) {
            return;
        }
        isWriting = true;
        lock.unlock();
        writeAll(bytes);
        lock.lock();
        isWriting = false;
        emptied.notify_all();
    }
}

LineWriter::LineWriter(int descriptor, qsizetype maxBytes)
    : d(std::make_unique<Private>(descriptor, maxBytes))
{
    d->thread = std::thread([this] { d->run(); });
}

LineWriter::~LineWriter()
{
    {
        const std::lock_guard lock(d->mutex);
        d->isOver = true;
    }
    d->filled.notify_one();
    d->thread.join();
}

void LineWriter::write(const QByteArray &line)
{
    {
        const std::lock_guard lock(d->mutex);
        if (d->waiting.size() + line.size() > d->maxBytes) {
            ++d->lost;
            return;
        }
        d->waiting += line;
    }
    d->filled.notify_one();
}

bool LineWriter::flush(std::chrono::milliseconds limit)
{
    std::unique_lock lock(d->mutex);
    return d->emptied.wait_for(lock, limit, [this] { return d->waiting.isEmpty() && !d->isWriting; });
}

} // namespace ci
