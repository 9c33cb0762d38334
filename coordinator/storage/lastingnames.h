// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "coordinator/storage/workers.h"

#include <QHash>
#include <QString>

#include <functional>
#include <memory>
#include <vector>

namespace ci::storage {

/// Makes the names of new files outlast a power cut: their bytes do by FileDescriptor::sync(), which
/// promises nothing about the folder. Callers who come while a worker is at it share the next sync,
/// however many they are. One thread, that of `workers`, which outlives this.
class LastingNames : public std::enable_shared_from_this<LastingNames>
{
public:
    using Done = std::function<void(Result<void>)>;

    explicit LastingNames(Workers &workers) : m_workers(workers) { }
    Q_DISABLE_COPY_MOVE(LastingNames)

    /// The file's folder, and once for each folder the one above it, which may be as new.
    void sync(const QString &path, Done done);

private:
    /// Who waits, by folder.
    using Waiting = QHash<QString, std::vector<Done>>;
    using Results = QHash<QString, Result<void>>;
    void begin();
    void finish(const Waiting &waiting, const Results &results);

    Workers &m_workers;
    Waiting m_waiting; ///< For the next sync.
    QString m_lastFolder; ///< Whose own name is on the disk. Ids grow, so it is nearly always the same.
    bool m_isBusy = false;
};

} // namespace ci::storage
