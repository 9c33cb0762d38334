// SPDX-License-Identifier: MIT
#include "coordinator/forge/mergerequests.h"

#include "db/mergerequeststore.h"
#include "db/projectstore.h"

#include <algorithm>

namespace ci::forge {

using namespace Qt::StringLiterals;
using engine::Transaction;

namespace {

/// As many as GitLab lists in CI_OPEN_MERGE_REQUESTS.
constexpr int MaxListed = 4;

/// What was told, and from which branch: the one that was pushed with it at the same commit.
model::MergeRequest
mergeRequestOf(const PushEvent &event, const RefUpdate &update, model::MergeRequest request)
{
    for (const RefUpdate &other : event.updates) {
        if (request.sourceBranch.isEmpty() && other.isBranch() && other.after == update.after) {
            request.sourceBranch = other.shortName();
        }
    }
    return request;
}

void addUntold(model::MergeRequest &told, const model::MergeRequest &known)
{
    for (QString model::MergeRequest::*field :
         {&model::MergeRequest::sourceBranch, &model::MergeRequest::targetBranch,
          &model::MergeRequest::title, &model::MergeRequest::description}) {
        if ((told.*field).isEmpty()) {
            told.*field = known.*field;
        }
    }
    if (told.labels.isEmpty()) {
        told.labels = known.labels;
    }
}

Result<void> fillRequest(Transaction &transaction, BirthState &state, qint64 number)
{
    const Result<std::optional<model::MergeRequest>> known
        = db::MergeRequestStore(transaction.database()).find(state.project, number);
    if (!known) {
        return known.error();
    }
    model::MergeRequest request = known->value_or(model::MergeRequest());
    if (request.targetBranch.isEmpty()) {
        request.targetBranch = state.row.defaultBranch;
    }
    const Result<bool> isProtected
        = db::ProjectStore(transaction.database()).isProtected(state.project, request.targetBranch);
    if (!isProtected) {
        return isProtected.error();
    }
    request.isTargetProtected = *isProtected;
    state.origin.mergeRequest = std::move(request);
    return {};
}

std::optional<qint64> numberOf(const BirthState &state)
{
    return state.push ? state.push->mergeRequest() : state.mergeRequest;
}

/// A run's ref may yet turn out to be a tag.
QString branchOf(const BirthState &state)
{
    if (state.origin.mergeRequest) {
        return state.origin.mergeRequest->sourceBranch;
    }
    if (state.push) {
        return state.push->isBranch() ? state.push->shortName() : QString();
    }
    return state.ref;
}

} // namespace

bool tellsOfMergeRequests(const PushEvent &event)
{
    return std::any_of(event.updates.begin(), event.updates.end(), [](const RefUpdate &update) {
        return update.isMergeRequest() && !update.isDeletion();
    });
}

Result<void> noteMergeRequests(Transaction &transaction, const PushEvent &event)
{
    const Result<std::optional<model::Project>> project
        = db::ProjectStore(transaction.database()).find(event.project);
    if (!project || !*project) {
        return project ? Result<void>() : Result<void>(project.error()); // Deleted meanwhile.
    }
    db::MergeRequestStore store(transaction.database());
    const model::MergeRequest told = wishesOf(event.options).mergeRequest;
    for (const RefUpdate &update : event.updates) {
        const std::optional<qint64> number = update.mergeRequest();
        if (!number || update.isDeletion()) {
            continue;
        }
        model::MergeRequest request = mergeRequestOf(event, update, told);
        const Result<std::optional<model::MergeRequest>> known = store.find(event.project, *number);
        if (!known) {
            return known.error();
        }
        if (*known) {
            addUntold(request, **known);
        }
        if (const Result<void> stored = store.set(event.project, *number, request); !stored) {
            return stored;
        }
    }
    return {};
}

Result<void> forgetMergeRequest(Transaction &transaction, ProjectId project, qint64 number)
{
    return db::MergeRequestStore(transaction.database()).remove(project, number);
}

Result<void> findMergeRequests(Transaction &transaction, BirthState &state)
{
    if (state.child) {
        return {}; // Its parent's.
    }
    if (const std::optional<qint64> number = numberOf(state)) {
        if (const Result<void> filled = fillRequest(transaction, state, *number); !filled) {
            return filled;
        }
    }
    const QString branch = branchOf(state);
    if (branch.isEmpty()) {
        return {};
    }
    const Result<std::vector<qint64>> open
        = db::MergeRequestStore(transaction.database()).openFrom(state.project, branch, MaxListed);
    if (!open) {
        return open.error();
    }
    QStringList list;
    for (const qint64 number : *open) {
        list.append(u"%1!%2"_s.arg(state.row.fullPath()).arg(number));
    }
    state.origin.openMergeRequests = list.join(u',');
    return {};
}

} // namespace ci::forge
