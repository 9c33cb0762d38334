// SPDX-License-Identifier: MIT
#include "coordinator/auth/rights.h"

#include "common/base/secret.h"

namespace ci::auth {

using namespace Qt::StringLiterals;
using model::Role;
using model::Visibility;

// Where GitLab's documentation of permissions has the right, its roles; the terminal's are ours:
// on protected refs it asks for more, since its shell holds the protected variables.
constexpr std::array<RightRow, 28> RightsTable {{
    {.right = Right::SeeProject, .minimum = Role::Guest, .minimumOnProtected = Role::Guest,
     .isOpen = true, .isForJobs = true, .isReading = true},
    {.right = Right::SeePipelines, .minimum = Role::Guest, .minimumOnProtected = Role::Guest,
     .isOpen = true, .isForJobs = true, .isReading = true},
    {.right = Right::SeeJobs, .minimum = Role::Reporter, .minimumOnProtected = Role::Reporter,
     .isOpen = true, .isForJobs = true, .isReading = true},
    {.right = Right::ReadCode, .minimum = Role::Reporter, .minimumOnProtected = Role::Reporter,
     .isOpen = true, .isForJobs = true, .isReading = true},
    {.right = Right::ReadArtifacts, .minimum = Role::Reporter, .minimumOnProtected = Role::Reporter,
     .isOpen = true, .isForJobs = true, .isReading = true},
    {.right = Right::SeeMembers, .minimum = Role::Guest, .minimumOnProtected = Role::Guest,
     .isReading = true},
    {.right = Right::Push, .minimum = Role::Developer, .minimumOnProtected = Role::Maintainer},
    {.right = Right::RunPipeline, .minimum = Role::Developer, .minimumOnProtected = Role::Maintainer},
    {.right = Right::PlayJob, .minimum = Role::Developer, .minimumOnProtected = Role::Maintainer},
    {.right = Right::RetryJob, .minimum = Role::Developer, .minimumOnProtected = Role::Maintainer},
    {.right = Right::CancelJob, .minimum = Role::Developer, .minimumOnProtected = Role::Maintainer,
     .starterSuffices = true},
    {.right = Right::EraseJob, .minimum = Role::Developer, .minimumOnProtected = Role::Maintainer,
     .starterSuffices = true},
    {.right = Right::KeepArtifacts, .minimum = Role::Developer,
     .minimumOnProtected = Role::Developer},
    {.right = Right::OpenTerminal, .minimum = Role::Developer,
     .minimumOnProtected = Role::Maintainer, .starterSuffices = true},
    {.right = Right::ManageEnvironments, .minimum = Role::Developer,
     .minimumOnProtected = Role::Developer, .isForJobs = true},
    {.right = Right::ManageReleases, .minimum = Role::Developer,
     .minimumOnProtected = Role::Developer, .isForJobs = true}, // Of tags, which are not protected.
    {.right = Right::SeePipelineVariables, .minimum = Role::Maintainer,
     .minimumOnProtected = Role::Maintainer, .isReading = true},
    {.right = Right::SeeRunners, .minimum = Role::Developer, .minimumOnProtected = Role::Developer,
     .isReading = true},
    {.right = Right::ManageRunners, .minimum = Role::Maintainer,
     .minimumOnProtected = Role::Maintainer},
    {.right = Right::ManageVariables, .minimum = Role::Maintainer,
     .minimumOnProtected = Role::Maintainer},
    {.right = Right::ManageMembers, .minimum = Role::Maintainer,
     .minimumOnProtected = Role::Maintainer},
    {.right = Right::ManageProtectedBranches, .minimum = Role::Maintainer,
     .minimumOnProtected = Role::Maintainer},
    {.right = Right::ManageProject, .minimum = Role::Maintainer,
     .minimumOnProtected = Role::Maintainer},
    {.right = Right::ManageSchedules, .minimum = Role::Developer,
     .minimumOnProtected = Role::Maintainer},
    {.right = Right::ManageAllSchedules, .minimum = Role::Maintainer,
     .minimumOnProtected = Role::Maintainer},
    {.right = Right::ManageTriggers, .minimum = Role::Maintainer,
     .minimumOnProtected = Role::Maintainer},
    {.right = Right::DeletePipeline, .minimum = Role::Owner, .minimumOnProtected = Role::Owner},
    {.right = Right::DeleteProject, .minimum = Role::Owner, .minimumOnProtected = Role::Owner},
}};

namespace {

// Rows stand in the order of the enum, so that looking up is indexing.
constexpr bool isOrdered()
{
    for (size_t i = 0; i < RightsTable.size(); ++i) {
        if (RightsTable[i].right != static_cast<Right>(i)) {
            return false;
        }
    }
    return RightsTable.back().right == Right::DeleteProject;
}
static_assert(isOrdered());

/// Which credentials reach that far, whatever the user's rights are.
enum class Reach : quint8 {
    AnyToken,
    FullToken, ///< Not a token of scope read_api.
    Session,
};

struct InstanceRow
{
    InstanceRight right;
    bool adminOnly;
    Reach reach;
};

constexpr std::array InstanceTable {
    InstanceRow {InstanceRight::SeeOwnAccount, false, Reach::AnyToken},
    InstanceRow {InstanceRight::ChangeOwnAccount, false, Reach::FullToken},
    InstanceRow {InstanceRight::MintToken, false, Reach::Session},
    InstanceRow {InstanceRight::CreateProject, false, Reach::FullToken},
    InstanceRow {InstanceRight::SeeUsers, true, Reach::AnyToken},
    InstanceRow {InstanceRight::ManageUsers, true, Reach::FullToken},
    InstanceRow {InstanceRight::ManageRunners, true, Reach::FullToken},
    InstanceRow {InstanceRight::SeeAllRunners, true, Reach::AnyToken},
    InstanceRow {InstanceRight::ManageInstanceVariables, true, Reach::FullToken},
};

Error unauthenticated() { return {ErrorKind::Unauthenticated, u"401 Unauthorized"_s}; }

bool isOpenTo(const Identity &identity, Visibility visibility)
{
    switch (visibility) {
    case Visibility::Private:
        return false;
    case Visibility::Internal:
        return identity.user && identity.means != Means::Job;
    case Visibility::Public:
        return true;
    }
    return false;
}

bool isVisible(const Identity &identity, const Standing &standing)
{
    if (identity.means == Means::Job && identity.jobProject == standing.project) {
        return true;
    }
    return standing.role >= Role::Guest || isOpenTo(identity, standing.visibility);
}

bool isGranted(const Identity &identity,
               const RightRow &row,
               const Standing &standing,
               const Circumstances &circumstances)
{
    if (row.isOpen && isOpenTo(identity, standing.visibility)) {
        return true;
    }
    if (identity.means == Means::Job) {
        return row.isForJobs && identity.jobProject == standing.project;
    }
    const bool asksForMore = circumstances.isRefProtected
        && !(row.starterSuffices && circumstances.isStarter);
    return standing.role >= (asksForMore ? row.minimumOnProtected : row.minimum);
}

} // namespace

Result<void> allowed(const Identity &identity,
                     Right right,
                     const Standing &standing,
                     const Circumstances &circumstances)
{
    if (!isVisible(identity, standing)) {
        return missingProject(identity);
    }
    const RightRow &row = RightsTable[static_cast<size_t>(right)];
    if (!row.isReading && identity.scope == Scope::Read) {
        return forbidden(u"403 Forbidden: the token's scope only allows reading"_s);
    }
    if (!isGranted(identity, row, standing, circumstances)) {
        return identity.isNobody() ? unauthenticated() : forbidden(u"403 Forbidden"_s);
    }
    // An archived project is as it is, except that it can be taken back or deleted.
    const bool revives = right == Right::ManageProject || right == Right::DeleteProject;
    if (standing.isArchived && !row.isReading && !revives) {
        return forbidden(u"403 Forbidden: the project is archived"_s);
    }
    return {};
}

Result<void> allowed(const Identity &identity, InstanceRight right)
{
    const InstanceRow &row = InstanceTable[static_cast<size_t>(right)];
    if (identity.isNobody() || identity.means == Means::Job) {
        return unauthenticated();
    }
    if (row.reach != Reach::AnyToken && identity.scope == Scope::Read) {
        return forbidden(u"403 Forbidden: the token's scope only allows reading"_s);
    }
    if (row.reach == Reach::Session && identity.means != Means::Session) {
        return forbidden(u"403 Forbidden: a token may not do this; sign in with your password"_s);
    }
    if (row.adminOnly && !identity.isAdmin()) {
        return forbidden(u"403 Forbidden"_s);
    }
    return {};
}

Error missingProject(const Identity &identity)
{
    return identity.isNobody() ? unauthenticated() : notFound(u"404 Project Not Found"_s);
}

bool isRefusal(const Error &error)
{
    switch (error.kind) {
    case ErrorKind::Unauthenticated:
    case ErrorKind::Forbidden:
    case ErrorKind::NotFound:
        return true;
    case ErrorKind::Invalid:
    case ErrorKind::Conflict:
    case ErrorKind::TooLarge:
    case ErrorKind::TooMany:
    case ErrorKind::Unavailable:
    case ErrorKind::Io:
        return false;
    }
    return false;
}

Result<void> checkCsrf(const Identity &identity, QByteArrayView token)
{
    if (identity.means != Means::Session) {
        return {};
    }
    if (Secret(identity.csrfToken) == Secret(token.toByteArray())) {
        return {};
    }
    return forbidden(u"403 Forbidden: the CSRF token is missing or wrong"_s);
}

} // namespace ci::auth
