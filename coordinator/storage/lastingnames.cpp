// SPDX-License-Identifier: MIT
#include "coordinator/storage/lastingnames.h"

#include "coordinator/storage/filedescriptor.h"

#include <QFileInfo>

#include <utility>

namespace ci::storage {

namespace {

Result<void> syncNames(const QString &folder, bool isNew)
{
    const Result<void> synced = syncFolder(folder);
    return synced && isNew ? syncFolder(QFileInfo(folder).path()) : synced;
}

} // namespace

void LastingNames::sync(const QString &path, Done done)
{
    m_waiting[QFileInfo(path).path()].push_back(std::move(done));
    if (!m_isBusy) {
        begin();
    }
}

void LastingNames::begin()
{
    m_isBusy = true;
    const Waiting waiting = std::exchange(m_waiting, {});
    m_workers.run<Results>(
        [folders = waiting.keys(), last = m_lastFolder] {
            Results results;
            for (const QString &folder : folders) {
                results.insert(folder, syncNames(folder, folder != last));
            }
            return results;
        },
        [self = shared_from_this(), waiting](const Results &results) {
            self->finish(waiting, results);
        });
}

void LastingNames::finish(const Waiting &waiting, const Results &results)
{
    m_isBusy = false;
    if (!m_waiting.isEmpty()) {
        begin();
    }
    for (auto folder = results.cbegin(); folder != results.cend(); ++folder) {
        m_lastFolder = folder.value() ? folder.key() : m_lastFolder;
        for (const Done &done : waiting.value(folder.key())) {
            done(folder.value());
        }
    }
}

} // namespace ci::storage
