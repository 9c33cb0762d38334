// SPDX-License-Identifier: MIT
#include "coordinator/queue/predefinedrow.h"

#include <algorithm>
#include <array>

namespace ci::queue {

using namespace Qt::StringLiterals;

namespace {

using Facts = JobFacts;
using Value = PredefinedValue;

const model::MergeRequest *mergeRequest(const Facts &facts)
{
    return facts.pipeline.origin.mergeRequest ? &*facts.pipeline.origin.mergeRequest : nullptr;
}

// "refs/merge-requests/7/head"
Value mergeRequestNumber(const Facts &facts)
{
    return mergeRequest(facts) ? Value(facts.pipeline.ref.section(u'/', 2, 2)) : Value();
}

Value told(const Facts &facts, QString model::MergeRequest::*field)
{
    const model::MergeRequest *request = mergeRequest(facts);
    return request && !(request->*field).isEmpty() ? Value(request->*field) : Value();
}

QString yesOrNo(bool is)
{
    return is ? u"true"_s : u"false"_s;
}

// As GitLab marks them in a title.
bool isDraft(const QString &title)
{
    constexpr std::array Marks {"draft:"_L1, "[draft]"_L1, "(draft)"_L1};
    return std::any_of(Marks.begin(), Marks.end(), [&](QLatin1StringView mark) {
        return title.startsWith(mark, Qt::CaseInsensitive);
    });
}

// GitLab's bound on what becomes a variable.
constexpr qsizetype MaxShownDescription = 2700;

Value ifMergeRequest(const Facts &facts, const QString &text)
{
    return mergeRequest(facts) ? Value(text) : Value();
}

// What a ref and a push can tell; both projects are one.
const std::array Rows {
    PredefinedRow {"CI_MERGE_REQUEST_IID"_L1, KnownFrom::Commit, mergeRequestNumber},
    PredefinedRow {"CI_MERGE_REQUEST_ID"_L1, KnownFrom::Commit, mergeRequestNumber},
    PredefinedRow {"CI_MERGE_REQUEST_REF_PATH"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return ifMergeRequest(f, f.pipeline.ref); }},
    PredefinedRow {"CI_MERGE_REQUEST_EVENT_TYPE"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return ifMergeRequest(f, u"detached"_s); }},
    PredefinedRow {"CI_MERGE_REQUEST_SOURCE_BRANCH_NAME"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return told(f, &model::MergeRequest::sourceBranch); }},
    PredefinedRow {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return told(f, &model::MergeRequest::targetBranch); }},
    PredefinedRow {"CI_MERGE_REQUEST_TITLE"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return told(f, &model::MergeRequest::title); }},
    PredefinedRow {"CI_MERGE_REQUEST_DESCRIPTION"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       const Value text = told(f, &model::MergeRequest::description);
                       return text ? Value(text->left(MaxShownDescription)) : Value();
                   }},
    PredefinedRow {"CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       const model::MergeRequest *request = mergeRequest(f);
                       return request
                           ? Value(yesOrNo(request->description.size() > MaxShownDescription))
                           : Value();
                   }},
    PredefinedRow {"CI_MERGE_REQUEST_LABELS"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       const model::MergeRequest *request = mergeRequest(f);
                       return request && !request->labels.isEmpty()
                           ? Value(request->labels.join(u','))
                           : Value();
                   }},
    PredefinedRow {"CI_MERGE_REQUEST_DRAFT"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       const model::MergeRequest *request = mergeRequest(f);
                       return request ? Value(yesOrNo(isDraft(request->title))) : Value();
                   }},
    PredefinedRow {"CI_MERGE_REQUEST_DIFF_BASE_SHA"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return told(f, &model::MergeRequest::diffBase); }},
    PredefinedRow {"CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       const model::MergeRequest *request = mergeRequest(f);
                       return request ? Value(yesOrNo(request->isTargetProtected)) : Value();
                   }},
    // Only pipelines of merged results have them; in the others GitLab leaves them empty.
    PredefinedRow {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return ifMergeRequest(f, u""_s); }},
    PredefinedRow {"CI_MERGE_REQUEST_TARGET_BRANCH_SHA"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return ifMergeRequest(f, u""_s); }},
    PredefinedRow {"CI_OPEN_MERGE_REQUESTS"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       const QString &open = f.pipeline.origin.openMergeRequests;
                       return open.isEmpty() ? Value() : Value(open);
                   }},
    PredefinedRow {"CI_MERGE_REQUEST_PROJECT_ID"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return ifMergeRequest(f, QString::number(f.project.id.value()));
                   }},
    PredefinedRow {"CI_MERGE_REQUEST_PROJECT_PATH"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return ifMergeRequest(f, f.project.fullPath()); }},
    PredefinedRow {"CI_MERGE_REQUEST_PROJECT_URL"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return ifMergeRequest(f, projectUrl(f.settings, f.project));
                   }},
    PredefinedRow {"CI_MERGE_REQUEST_SOURCE_PROJECT_ID"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return ifMergeRequest(f, QString::number(f.project.id.value()));
                   }},
    PredefinedRow {"CI_MERGE_REQUEST_SOURCE_PROJECT_PATH"_L1, KnownFrom::Commit,
                   [](const Facts &f) { return ifMergeRequest(f, f.project.fullPath()); }},
    PredefinedRow {"CI_MERGE_REQUEST_SOURCE_PROJECT_URL"_L1, KnownFrom::Commit,
                   [](const Facts &f) {
                       return ifMergeRequest(f, projectUrl(f.settings, f.project));
                   }},
};

} // namespace

std::span<const PredefinedRow> mergeRequestRows()
{
    return Rows;
}

} // namespace ci::queue
