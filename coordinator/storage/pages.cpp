// SPDX-License-Identifier: MIT
#include "coordinator/storage/pages.h"

#include "db/artifactstore.h"
#include "db/pagesstore.h"

#include <QDir>
#include <QFile>

#include <algorithm>
#include <cerrno>
#include <unistd.h>

namespace ci::storage {

using namespace Qt::StringLiterals;
using engine::Outcome;
using engine::Transaction;

namespace {

// Rows removed by one command of a sweep.
constexpr int PagesSweepBatch = 100;

} // namespace

Result<std::unique_ptr<Pages>> Pages::create(const QString &directory, const Parts &parts)
{
    if (!QDir().mkpath(directory)) {
        return ioError(u"cannot make the folder "_s + directory);
    }
    return std::unique_ptr<Pages>(new Pages(directory, parts));
}

QString Pages::path(PagesId id) const
{
    return m_directory + u'/' + QString::number(id.value());
}

Result<model::PagesDeployment> Pages::publish(Transaction &transaction,
                                              model::PagesDeployment deployment)
{
    const Result<std::optional<model::Artifact>> archive
        = db::ArtifactStore(transaction.database())
              .find(deployment.job.value_or(JobId {}), "archive");
    if (!archive || !*archive) {
        return archive ? notFound(u"pages: the job has uploaded no artifacts"_s)
                       : archive.error();
    }
    // First what may fail, under a name of its own: the site that is shown stays where it does.
    const QByteArray fresh = QFile::encodeName(m_directory + u"/new"_s);
    const QByteArray from = QFile::encodeName(m_parts.artifacts.path((*archive)->id));
    ::unlink(fresh.constData());
    if (::link(from.constData(), fresh.constData()) != 0) {
        return systemError(u"pages: link"_s, errno);
    }
    db::PagesStore store(transaction.database());
    const Result<std::vector<model::PagesDeployment>> before
        = store.ofProject(deployment.project);
    if (!before) {
        return before.error();
    }
    for (const model::PagesDeployment &each : *before) {
        if (each.pathPrefix == deployment.pathPrefix) {
            if (const Result<void> removed = remove(transaction, each.id); !removed) {
                return removed.error();
            }
        }
    }
    deployment.sizeBytes = (*archive)->sizeBytes;
    deployment.createdAt = m_parts.clock.now();
    Result<model::PagesDeployment> stored = store.insert(std::move(deployment));
    if (!stored) {
        return stored;
    }
    // Replaces what a crash before the commit may have left under an id that is given again.
    const QByteArray to = QFile::encodeName(path(stored->id));
    if (::rename(fresh.constData(), to.constData()) != 0) {
        return systemError(u"pages: rename"_s, errno);
    }
    transaction.onUndo([to] { ::unlink(to.constData()); });
    return stored;
}

Result<void> Pages::remove(Transaction &transaction, PagesId id)
{
    const Result<bool> removed = db::PagesStore(transaction.database()).remove(id);
    if (!removed) {
        return removed.error();
    }
    transaction.afterCommit([this, id] {
        m_parts.workers.run<bool>([file = path(id)] { return QFile::remove(file); }, [](bool) { });
    });
    return {};
}

Result<void> Pages::removeAllOf(Transaction &transaction, ProjectId project)
{
    const Result<std::vector<model::PagesDeployment>> all
        = db::PagesStore(transaction.database()).ofProject(project);
    if (!all) {
        return all.error();
    }
    for (const model::PagesDeployment &each : *all) {
        if (const Result<void> removed = remove(transaction, each.id); !removed) {
            return removed;
        }
    }
    return {};
}

void Pages::sweep()
{
    m_parts.loop.post([this](Transaction &transaction) {
        const Result<std::vector<model::PagesDeployment>> expired
            = db::PagesStore(transaction.database())
                  .expired(m_parts.clock.now(), PagesSweepBatch);
        if (!expired) {
            return Outcome::Undo;
        }
        for (const model::PagesDeployment &each : *expired) {
            if (!remove(transaction, each.id)) {
                return Outcome::Undo;
            }
        }
        if (expired->size() == PagesSweepBatch) {
            transaction.afterCommit([this] { sweep(); });
        }
        return Outcome::Keep;
    });
}

void Pages::removeLeftovers()
{
    m_parts.loop.post([this](Transaction &transaction) {
        const Result<std::vector<PagesId>> known = db::PagesStore(transaction.database()).allIds();
        if (!known) {
            return Outcome::Undo;
        }
        // Listed now, before anything can be published: a later file is of a later row.
        const QStringList files = QDir(m_directory).entryList(QDir::Files);
        for (const QString &file : files) {
            const PagesId id {file.toLongLong()};
            if (std::find(known->begin(), known->end(), id) == known->end()) {
                QFile::remove(m_directory + u'/' + file);
            }
        }
        return Outcome::Keep;
    });
}

} // namespace ci::storage
