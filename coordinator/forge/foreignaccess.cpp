// SPDX-License-Identifier: MIT
#include "coordinator/forge/foreignaccess.h"

#include "coordinator/auth/access.h"
#include "coordinator/auth/posting.h"
#include "coordinator/forge/remotefetch.h"
#include "db/projectstore.h"
#include "db/userstore.h"

#include <QDeadlineTimer>
#include <QEventLoop>
#include <QTimer>

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

std::chrono::milliseconds timeLeft(ForeignAccess::Deadline deadline)
{
    using namespace std::chrono;
    return std::max(duration_cast<milliseconds>(deadline - steady_clock::now()), milliseconds {0});
}

/// Who the file is read as: never more than that user, whose rights count now, not when they asked.
Result<auth::Identity> identityOf(engine::Transaction &transaction, std::optional<UserId> user)
{
    auth::Identity identity;
    if (!user) {
        return identity;
    }
    Result<std::optional<model::User>> found = db::UserStore(transaction.database()).find(*user);
    if (!found) {
        return found.error();
    }
    if (*found && !(*found)->isBlocked) {
        identity.means = auth::Means::Token;
        identity.scope = auth::Scope::Read;
        identity.user = **std::move(found);
    }
    return identity;
}

/// One answer on its way from the engine thread to a worker.
struct ProjectAnswer
{
    std::optional<Result<model::Project>> value;
};

} // namespace

ForeignAccess::ForeignAccess(const Parts &parts) : m_parts(parts) { }

Result<model::Project> ForeignAccess::project(const QString &path, std::optional<UserId> user, Deadline deadline)
{
    return ask([path, user](engine::Transaction &transaction) -> Result<model::Project> {
        const Result<auth::Identity> identity = identityOf(transaction, user);
        return identity
            ? auth::projectWith(transaction.database(), *identity, path, auth::Right::ReadCode)
            : Result<model::Project>(identity.error());
    }, deadline);
}

Result<model::Project> ForeignAccess::templatesProject(Deadline deadline)
{
    return ask([path = m_parts.settings.templatesProject](engine::Transaction &transaction) -> Result<model::Project> {
        Result<std::optional<model::Project>> found = db::ProjectStore(transaction.database()).findByPath(path);
        if (!found || !*found) {
            return found ? notFound(path) : found.error();
        }
        return **std::move(found);
    }, deadline);
}

Result<model::Project> ForeignAccess::ask(Find find, Deadline deadline)
{
    auto answer = std::make_shared<ProjectAnswer>();
    // The answer may come after the wait is over, but not after this object: both end on the
    // engine thread.
    auth::postFor<model::Project>(
        m_parts.loop, std::move(find),
        auth::guardedBy<model::Project>(this, [this, answer](Result<model::Project> found) {
            const QMutexLocker lock(&m_mutex);
            answer->value.emplace(std::move(found));
            m_answered.wakeAll();
        }));
    const QMutexLocker lock(&m_mutex);
    while (!answer->value) {
        const QDeadlineTimer timer(timeLeft(deadline));
        if (m_isClosed || !m_answered.wait(&m_mutex, timer)) {
            return unavailable(u"the time for nested includes is over"_s);
        }
    }
    return *answer->value;
}

Result<QByteArray> ForeignAccess::fetch(const QUrl &url, Deadline deadline)
{
    QEventLoop loop; // A worker's own: nothing else runs on it.
    std::optional<Result<QByteArray>> outcome;
    RemoteFetch fetch(m_parts.settings.allowsPrivateAddresses ? RemoteFetch::Reach::Anywhere
                                                              : RemoteFetch::Reach::PublicOnly);
    QTimer::singleShot(timeLeft(deadline), &loop, &QEventLoop::quit);
    connect(this, &ForeignAccess::closed, &loop, &QEventLoop::quit);
    fetch.start(url, [&loop, &outcome](Result<QByteArray> result) {
        outcome.emplace(std::move(result));
        loop.quit();
    });
    {
        const QMutexLocker lock(&m_mutex);
        if (m_isClosed) {
            return unavailable(u"the coordinator is going down"_s);
        }
    }
    loop.exec();
    return outcome ? std::move(*outcome)
                   : Result<QByteArray>(unavailable(u"Remote file `%1` could not be fetched because of a timeout error!"_s.arg(
                         url.toString(QUrl::RemoveUserInfo))));
}

void ForeignAccess::close()
{
    {
        const QMutexLocker lock(&m_mutex);
        m_isClosed = true;
        m_answered.wakeAll();
    }
    Q_EMIT closed();
}

} // namespace ci::forge
