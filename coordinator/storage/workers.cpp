// SPDX-License-Identifier: MIT
#include "coordinator/storage/workers.h"

namespace ci::storage {

Workers::Workers(int threads, QObject *parent) : QObject(parent)
{
    m_pool.setMaxThreadCount(threads);
    // Idle threads go after a while: they only cost memory.
    m_pool.setExpiryTimeout(10'000);
}

Workers::~Workers()
{
    m_pool.waitForDone();
}

void Workers::start(std::function<void()> job)
{
    m_pool.start(std::move(job));
}

void Workers::deliver(std::function<void()> done)
{
    // Queued: the worker's thread is not ours.
    QMetaObject::invokeMethod(this, std::move(done), Qt::QueuedConnection);
}

} // namespace ci::storage
