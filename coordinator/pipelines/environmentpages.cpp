// SPDX-License-Identifier: MIT
#include "coordinator/pipelines/core.h"
#include "coordinator/pipelines/environments.h"
#include "coordinator/queue/slug.h"
#include "coordinator/storage/expiry.h"
#include "db/jobstore.h"

#include <QLoggingCategory>

// What a job publishes.

namespace ci::pipelines {

Q_LOGGING_CATEGORY(lcPages, "ci.pages")

using namespace Qt::StringLiterals;
using engine::Transaction;

namespace {

constexpr std::chrono::seconds PrefixedPagesLife {24 * 3600};

// "./public/" and "public" are one folder.
QString trimmedFolder(QString folder)
{
    while (folder.startsWith("./"_L1)) {
        folder.remove(0, 2);
    }
    while (folder.endsWith(u'/')) {
        folder.chop(1);
    }
    return folder;
}

} // namespace

Result<void> Environments::publish(Transaction &transaction, const model::Job &job)
{
    const Result<model::JobSpec> spec
        = db::JobStore(transaction.database(), m_core.parts().box).spec(job.id);
    if (!spec || !spec->pages) {
        return spec ? Result<void>() : Result<void>(spec.error());
    }
    const Result<queue::VariableList> list = variables(transaction, job);
    if (!list) {
        return list.error();
    }
    const Timestamp now = m_core.parts().clock.now();
    model::PagesDeployment deployment;
    deployment.project = job.project;
    deployment.job = job.id;
    deployment.root = trimmedFolder(list->expandedWhole(spec->pages->publish));
    if (deployment.root.isEmpty()) {
        deployment.root = u"public"_s;
    }
    deployment.pathPrefix = queue::pathPrefixOf(list->expandedWhole(spec->pages->pathPrefix));
    // As in GitLab a site below a prefix is for a review: it goes after a day.
    const std::optional<std::chrono::seconds> usual
        = deployment.pathPrefix.isEmpty() ? std::nullopt : std::optional(PrefixedPagesLife);
    deployment.expiresAt
        = storage::expiryTime(list->expandedWhole(spec->pages->expireIn), now, usual);
    const Result<model::PagesDeployment> published
        = m_core.pages().publish(transaction, std::move(deployment));
    // The job has succeeded whether its site is shown or not; only a full disk is waited for.
    if (!published && published.error().kind != ErrorKind::Unavailable) {
        qCWarning(lcPages).noquote() << "pages not published job=" << job.id.value()
                                            << "cause=" << published.error().detail;
        return {};
    }
    return published ? Result<void>() : Result<void>(published.error());
}

} // namespace ci::pipelines
