// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "coordinator/auth/identity.h"
#include "coordinator/model/project.h"

#include <array>

namespace ci::auth {

/// What may be done with a project.
enum class Right : quint8 {
    SeeProject,
    SeePipelines, ///< Lists and states, without logs.
    SeeJobs, ///< Jobs, logs, their variables' names.
    ReadCode, ///< Clone, branches, commits, files; lint in its context.
    ReadArtifacts,
    SeeMembers,
    Push, ///< Also tags. On a protected ref: its branch may be pushed to.
    RunPipeline,
    PlayJob,
    RetryJob, ///< Also the pipeline's.
    CancelJob, ///< Also the pipeline's.
    EraseJob, ///< Log and artifacts.
    KeepArtifacts,
    OpenTerminal,
    ManageEnvironments, ///< Make, change, stop and delete them; modes of resource groups.
    ManageReleases,
    SeePipelineVariables,
    SeeRunners,
    ManageRunners,
    ManageVariables,
    ManageMembers,
    ManageProtectedBranches,
    ManageProject, ///< Name, path, settings.
    ManageSchedules, ///< One's own; on a protected ref: one for it.
    ManageAllSchedules, ///< Of others too: take over, delete. Only the owner changes one.
    ManageTriggers, ///< Trigger tokens and the secret of an outer git host.
    DeletePipeline,
    DeleteProject,
};

/// What may be done with the instance.
enum class InstanceRight : quint8 {
    SeeOwnAccount, ///< Anybody who is signed in; tokens with any scope.
    ChangeOwnAccount, ///< Password, sessions, tokens: not by a token of scope read_api.
    MintToken, ///< Only who is signed in: a token that leaked must not leave others behind.
    CreateProject,
    SeeUsers,
    ManageUsers,
    ManageRunners, ///< Instance runners, registration token.
    SeeAllRunners,
    ManageInstanceVariables,
};

/// Who may open to whom, in one row.
struct RightRow
{
    Right right;
    model::Role minimum; ///< On refs that are not protected, or where no ref is meant.
    model::Role minimumOnProtected;
    /// Whoever started the job needs only `minimum`, also on a protected ref.
    bool starterSuffices = false;
    /// Everybody to whom the project's visibility shows it has this right.
    bool isOpen = false;
    /// A job token of this project has it.
    bool isForJobs = false;
    /// Enough with scope read_api; also allowed in an archived project.
    bool isReading = false;
};

/// The one table of rights.
extern const std::array<RightRow, 28> RightsTable; // One row per Right, in its order.

/// The caller's place in one project: what the table is asked with.
struct Standing
{
    model::Role role = model::Role::None;
    model::Visibility visibility = model::Visibility::Private;
    bool isArchived = false;
    ProjectId project;
};

/// What the right is wanted for; the defaults fit where no ref or job is meant.
struct Circumstances
{
    bool isRefProtected = false;
    bool isStarter = false; ///< The caller started the job in question.
};

/// Ok, or: Unauthenticated where nobody is signed in and signing in could help, NotFound where the
/// project is invisible to the caller, Forbidden where it is visible but the right is missing.
/// Nobody gets 401 also for a project that does not exist: see missingProject().
Result<void> allowed(const Identity &identity,
                     Right right,
                     const Standing &standing,
                     const Circumstances &circumstances = {});
Result<void> allowed(const Identity &identity, InstanceRight right);

/// Whether a check failed because the caller may not, rather than because it could not be made (a
/// full disk, a database that is busy).
bool isRefusal(const Error &error);

/// The answer for a project that does not exist: the same as for one that is invisible.
Error missingProject(const Identity &identity);

/// For requests that change something. Only a session needs the token (its cookie is sent by the
/// browser whoever asks); compared in constant time.
Result<void> checkCsrf(const Identity &identity, QByteArrayView token);

} // namespace ci::auth
