// SPDX-License-Identifier: MIT
#include "runner/workerstream.h"

#include <QMetaObject>

namespace ci::runner {

bool WorkerStreamInput::push(QByteArrayView bytes)
{
    std::unique_lock lock(m_mutex);
    m_room.wait(lock, [this] { return !m_bell || m_bytes.size() < MaxBuffered; });
    if (!m_bell) {
        return false;
    }
    m_bytes.append(bytes);
    if (!m_isRung) {
        m_isRung = true;
        QMetaObject::invokeMethod(m_bell, m_ring, Qt::QueuedConnection);
    }
    return true;
}

void WorkerStreamInput::finish(const Result<void> &result)
{
    const std::unique_lock lock(m_mutex);
    m_isFinished = true;
    if (!result) {
        m_error = result.error();
    }
    if (m_bell) {
        QMetaObject::invokeMethod(m_bell, m_ring, Qt::QueuedConnection);
    }
}

WorkerStream::WorkerStream() : m_input(std::make_shared<WorkerStreamInput>())
{
    m_input->m_bell = &m_bell;
    m_input->m_ring = [this] { wake(); };
}

WorkerStream::~WorkerStream()
{
    const std::unique_lock lock(m_input->m_mutex);
    m_input->m_bell = nullptr;
    m_input->m_room.notify_all();
}

Result<QByteArray> WorkerStream::read(qint64 maximum)
{
    const std::unique_lock lock(m_input->m_mutex);
    m_input->m_isRung = false;
    if (m_input->m_error) {
        return *m_input->m_error;
    }
    QByteArray bytes = m_input->m_bytes.first(std::min<qint64>(maximum, m_input->m_bytes.size()));
    m_input->m_bytes.remove(0, bytes.size());
    m_input->m_room.notify_all();
    return bytes;
}

bool WorkerStream::atEnd() const
{
    const std::unique_lock lock(m_input->m_mutex);
    return m_input->m_isFinished && !m_input->m_error && m_input->m_bytes.isEmpty();
}

} // namespace ci::runner
