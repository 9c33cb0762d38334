// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/forge/pushevent.h"
#include "coordinator/forge/repositories.h"
#include "coordinator/model/release.h"
#include "coordinator/pipelines/core.h"
#include "coordinator/queue/jobfinisher.h"

#include <QObject>
#include <QThreadPool>

#include <functional>

namespace ci::forge {

/// What a release is made from, all text expanded.
struct NewRelease
{
    ProjectId project;
    QString tag;
    QString tagMessage; ///< Of a tag that is made; empty: a lightweight one.
    QString ref; ///< What a tag that is made points at: branch, tag or sha.
    QString name; ///< Empty: the tag's.
    QString description;
    std::optional<Timestamp> releasedAt;
    std::optional<UserId> user;
    std::vector<model::ReleaseLink> links;
    // For a description that is the path of a file: where it is looked for, in this order.
    bool mayBeFile = false;
    QString archive; ///< The job's artifacts; empty: none.
    QByteArray sha; ///< The job's commit.
};

/// Releases and their tags. Rights are for the caller to check. Engine thread; git on workers.
class Releases final : public QObject, public queue::JobFinisher
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Releases)

public:
    struct Parts
    {
        engine::CommandLoop &loop;
        const Clock &clock;
        const Repositories &repositories;
        pipelines::Core &core;
    };
    using Made = std::function<void(Result<model::Release>)>;

    explicit Releases(const Parts &parts, QObject *parent = nullptr);
    ~Releases() override;

    /// Makes the tag where there is none. Calls back later, once, on this thread. Conflict: the tag
    /// has a release; NotFound: `ref` does not exist.
    void create(const NewRelease &wish, QObject *context, Made done);

    static Result<void> check(const NewRelease &wish);

    bool finish(engine::Transaction &transaction, const model::Job &job, Done done) override;

Q_SIGNALS:
    /// A tag has been made, whatever becomes of its release: it may have a pipeline.
    void tagged(const ci::forge::MovedRef &tag);

private:
    Result<NewRelease> wishOf(engine::Transaction &transaction,
                              const model::Job &job,
                              const model::ReleaseSpec &spec);
    void announce(const NewRelease &wish);
    Result<model::Release> store(engine::Transaction &transaction,
                                 const NewRelease &wish,
                                 const QByteArray &sha);

    Parts m_parts;
    QThreadPool m_pool;
};

} // namespace ci::forge
