// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/ids.h"
#include "common/base/result.h"
#include "coordinator/model/pipeline.h"

#include <QByteArray>
#include <QList>
#include <QString>

#include <optional>
#include <vector>

namespace ci::forge {

struct RefUpdate
{
    QByteArray before; ///< 40 zeros: made new.
    QByteArray after; ///< 40 zeros: deleted.
    QString ref; ///< "refs/heads/main"

    bool isBranch() const { return ref.startsWith(QLatin1StringView("refs/heads/")); }
    bool isTag() const { return ref.startsWith(QLatin1StringView("refs/tags/")); }
    bool isMergeRequest() const { return mergeRequest().has_value(); }
    /// The number in "refs/merge-requests/7/head".
    std::optional<qint64> mergeRequest() const;
    bool isDeletion() const;
    QString shortName() const;
};

/// What a push changed, as its post-receive hook wrote it down.
struct PushEvent
{
    ProjectId project;
    std::optional<UserId> pusher;
    QList<QByteArray> options;
    std::vector<RefUpdate> updates;
    QString spoolFile; ///< Removed when all updates are stored; empty: found by comparing refs.
};

/// A ref that we moved without a push.
struct MovedRef
{
    ProjectId project;
    QString ref; ///< "refs/tags/v1"
    std::optional<UserId> user; ///< In whose name.
};

/// What push options ask for: `ci.skip`, `ci.variable="K=V"`, `ci.input="K=V"` (quotes optional).
struct PushWishes
{
    bool skip = false;
    model::MergeRequest mergeRequest; ///< `merge_request.target=` and others
    std::vector<model::GivenVariable> variables;
    std::vector<model::GivenInput> inputs = {};
};
PushWishes wishesOf(const QList<QByteArray> &options);

/// "[ci skip]" or "[skip ci]" in any case.
bool asksToSkip(const QString &commitMessage);

/// The file of the hook: bytes in, value out; hostile bytes give an error.
Result<PushEvent> decodeSpool(const QByteArray &bytes);

} // namespace ci::forge
