// SPDX-License-Identifier: MIT
#include "coordinator/api/handlers.h"
#include "coordinator/api/route.h"

#include <array>

// The one table of routes: docs/api.md as code. In a pattern `:id` is a project's number or path,
// `:pipeline_id` and `:job_id` belong to it; the gate looks them up.

namespace ci::api {
namespace {

using auth::GroupRight;
using auth::InstanceRight;
using auth::Right;

constexpr Route engine(const char *method, const char *pattern, Needs needs, Handler handler)
{
    return {method, pattern, needs, Body::Fields, Place::Engine, handler, nullptr};
}

constexpr Route
engine(const char *method, const char *pattern, Needs needs, Handler handler, Body body)
{
    return {method, pattern, needs, body, Place::Engine, handler, nullptr};
}

constexpr Route onSocket(const char *method, const char *pattern, SocketHandler handler)
{
    return {method, pattern, open(), Body::Raw, Place::Socket, nullptr, handler};
}

constexpr Route git(const char *method, const char *pattern)
{
    return {method, pattern, {Needs::Who::Git}, Body::Stream, Place::Socket, nullptr, serveGit};
}

#define V4 "/api/v4"
#define GROUP V4 "/groups/:group_id"
#define PROJECT V4 "/projects/:id"
#define PIPELINE PROJECT "/pipelines/:pipeline_id"
#define JOB PROJECT "/jobs/:job_id"
#define SCHEDULE PROJECT "/pipeline_schedules/:schedule_id"

constexpr std::array Routes {
    // Sign-in
    engine("POST", V4 "/session", open(), signIn),
    engine("GET", V4 "/session", anybody(), showSession),
    engine("DELETE", V4 "/session", account(InstanceRight::SeeOwnAccount), signOut),
    engine("GET", V4 "/user/sessions", account(InstanceRight::SeeOwnAccount), listSessions),
    engine("DELETE",
           V4 "/user/sessions/:session_id",
           account(InstanceRight::ChangeOwnAccount),
           endSession),
    engine("PUT", V4 "/user/password", account(InstanceRight::ChangeOwnAccount), changePassword),

    // The site and its accounts
    engine("GET", V4 "/version", open(), showVersion),
    engine("GET", V4 "/metadata", open(), showVersion),
    engine("GET", V4 "/user", account(InstanceRight::SeeOwnAccount), showSelf),
    engine("GET", V4 "/users", account(InstanceRight::SeeUsers), listUsers),
    engine("POST", V4 "/users", account(InstanceRight::ManageUsers), createUser),
    engine("GET", V4 "/users/:user_id", account(InstanceRight::SeeUsers), showUser),
    engine("PUT", V4 "/users/:user_id", account(InstanceRight::ManageUsers), changeUser),
    engine("DELETE", V4 "/users/:user_id", account(InstanceRight::ManageUsers), deleteUser),
    engine("GET", V4 "/personal_access_tokens", account(InstanceRight::SeeOwnAccount), listTokens),
    engine("POST",
           V4 "/personal_access_tokens",
           account(InstanceRight::MintToken),
           createToken),
    engine("POST",
           V4 "/user/personal_access_tokens",
           account(InstanceRight::MintToken),
           createToken),
    engine("GET",
           V4 "/personal_access_tokens/:token_id",
           account(InstanceRight::SeeOwnAccount),
           showToken),
    engine("DELETE",
           V4 "/personal_access_tokens/:token_id",
           account(InstanceRight::ChangeOwnAccount),
           revokeToken),

    engine("GET",
           V4 "/admin/ci/variables",
           account(InstanceRight::ManageInstanceVariables),
           listVariables),
    engine("POST",
           V4 "/admin/ci/variables",
           account(InstanceRight::ManageInstanceVariables),
           createVariable),
    engine("GET",
           V4 "/admin/ci/variables/:key",
           account(InstanceRight::ManageInstanceVariables),
           showVariable),
    engine("PUT",
           V4 "/admin/ci/variables/:key",
           account(InstanceRight::ManageInstanceVariables),
           changeVariable),
    engine("DELETE",
           V4 "/admin/ci/variables/:key",
           account(InstanceRight::ManageInstanceVariables),
           deleteVariable),

    // Groups
    engine("GET", V4 "/groups", anybody(), listGroups),
    engine("POST", V4 "/groups", account(InstanceRight::CreateProject), createGroup),
    engine("GET", GROUP, inGroup(GroupRight::SeeGroup), showGroup),
    engine("PUT", GROUP, inGroup(GroupRight::ManageGroup), changeGroup),
    engine("DELETE", GROUP, inGroup(GroupRight::DeleteGroup), deleteGroup),
    engine("GET", GROUP "/subgroups", inGroup(GroupRight::SeeGroup), listSubgroups),
    engine("GET", GROUP "/projects", inGroup(GroupRight::SeeGroup), listGroupProjects),
    engine("GET", GROUP "/members", inGroup(GroupRight::SeeGroupMembers), listGroupMembers),
    engine("GET", GROUP "/members/all", inGroup(GroupRight::SeeGroupMembers), listGroupMembers),
    engine("POST", GROUP "/members", inGroup(GroupRight::ManageGroupMembers), addGroupMember),
    engine("GET",
           GROUP "/members/:user_id",
           inGroup(GroupRight::SeeGroupMembers),
           showGroupMember),
    engine("PUT",
           GROUP "/members/:user_id",
           inGroup(GroupRight::ManageGroupMembers),
           changeGroupMember),
    engine("DELETE",
           GROUP "/members/:user_id",
           inGroup(GroupRight::ManageGroupMembers),
           removeGroupMember),
    engine("GET", GROUP "/variables", inGroup(GroupRight::ManageGroupVariables), listVariables),
    engine("POST", GROUP "/variables", inGroup(GroupRight::ManageGroupVariables), createVariable),
    engine("GET",
           GROUP "/variables/:key",
           inGroup(GroupRight::ManageGroupVariables),
           showVariable),
    engine("PUT",
           GROUP "/variables/:key",
           inGroup(GroupRight::ManageGroupVariables),
           changeVariable),
    engine("DELETE",
           GROUP "/variables/:key",
           inGroup(GroupRight::ManageGroupVariables),
           deleteVariable),

    // Projects
    engine("GET", V4 "/projects", anybody(), listProjects),
    engine("POST", V4 "/projects", account(InstanceRight::CreateProject), createProject),
    engine("GET", PROJECT, inProject(Right::SeeProject), showProject),
    engine("PUT", PROJECT, inProject(Right::ManageProject), changeProject),
    engine("DELETE", PROJECT, inProject(Right::DeleteProject), deleteProject),
    engine("POST", PROJECT "/archive", inProject(Right::ManageProject), archiveProject),
    engine("POST", PROJECT "/unarchive", inProject(Right::ManageProject), unarchiveProject),
    engine("GET", PROJECT "/members", inProject(Right::SeeMembers), listMembers),
    engine("GET", PROJECT "/members/all", inProject(Right::SeeMembers), listMembers),
    engine("GET", PROJECT "/members/all/:user_id", inProject(Right::SeeMembers), showMember),
    engine("GET", PROJECT "/members/:user_id", inProject(Right::SeeMembers), showMember),
    engine("POST", PROJECT "/members", inProject(Right::ManageMembers), addMember),
    engine("PUT", PROJECT "/members/:user_id", inProject(Right::ManageMembers), changeMember),
    engine("DELETE", PROJECT "/members/:user_id", inProject(Right::ManageMembers), removeMember),
    engine("GET", PROJECT "/protected_branches", inProject(Right::ReadCode), listProtectedBranches),
    engine("POST",
           PROJECT "/protected_branches",
           inProject(Right::ManageProtectedBranches),
           protectBranch),
    engine("DELETE",
           PROJECT "/protected_branches/:name",
           inProject(Right::ManageProtectedBranches),
           unprotectBranch),
    engine("GET", PROJECT "/variables", inProject(Right::ManageVariables), listVariables),
    engine("POST", PROJECT "/variables", inProject(Right::ManageVariables), createVariable),
    engine("GET", PROJECT "/variables/:key", inProject(Right::ManageVariables), showVariable),
    engine("PUT", PROJECT "/variables/:key", inProject(Right::ManageVariables), changeVariable),
    engine("DELETE", PROJECT "/variables/:key", inProject(Right::ManageVariables), deleteVariable),
    engine("GET", PROJECT "/environments", inProject(Right::SeePipelines), listEnvironments),
    engine("POST",
           PROJECT "/environments",
           inProject(Right::ManageEnvironments),
           createEnvironment),
    engine("POST",
           PROJECT "/environments/stop_stale",
           inProject(Right::ManageEnvironments),
           stopStaleEnvironments),
    engine("GET",
           PROJECT "/environments/:environment_id",
           inProject(Right::SeePipelines),
           showEnvironment),
    engine("PUT",
           PROJECT "/environments/:environment_id",
           inProject(Right::ManageEnvironments),
           changeEnvironment),
    engine("DELETE",
           PROJECT "/environments/:environment_id",
           inProject(Right::ManageEnvironments),
           deleteEnvironment),
    engine("POST",
           PROJECT "/environments/:environment_id/stop",
           inProject(Right::ManageEnvironments),
           stopEnvironment),
    engine("GET", PROJECT "/deployments", inProject(Right::SeePipelines), listDeployments),
    engine("GET",
           PROJECT "/deployments/:deployment_id",
           inProject(Right::SeePipelines),
           showDeployment),
    engine("GET", PROJECT "/releases", inProject(Right::ReadCode), listReleases),
    engine("POST", PROJECT "/releases", inProject(Right::ManageReleases), createRelease),
    engine("GET", PROJECT "/releases/:tag", inProject(Right::ReadCode), showRelease),
    engine("PUT", PROJECT "/releases/:tag", inProject(Right::ManageReleases), changeRelease),
    engine("DELETE", PROJECT "/releases/:tag", inProject(Right::ManageReleases), deleteRelease),
    engine("GET", PROJECT "/pages", inProject(Right::ReadCode), showPages),
    engine("DELETE", PROJECT "/pages", inProject(Right::ManageProject), deletePages),
    engine("GET", PROJECT "/resource_groups", inProject(Right::SeeJobs), listResourceGroups),
    engine("GET", PROJECT "/resource_groups/:key", inProject(Right::SeeJobs), showResourceGroup),
    engine("PUT",
           PROJECT "/resource_groups/:key",
           inProject(Right::ManageEnvironments),
           changeResourceGroup),
    engine("GET",
           PROJECT "/resource_groups/:key/upcoming_jobs",
           inProject(Right::SeeJobs),
           listUpcomingJobs),
    engine("GET",
           PROJECT "/resource_groups/:key/current_job",
           inProject(Right::SeeJobs),
           showCurrentJob),
    engine("GET", PROJECT "/repository/branches", inProject(Right::ReadCode), listBranches),
    engine("GET", PROJECT "/repository/branches/:branch", inProject(Right::ReadCode), showBranch),
    engine("GET", PROJECT "/repository/tags", inProject(Right::ReadCode), listTags),
    engine("GET", PROJECT "/repository/tags/:tag", inProject(Right::ReadCode), showTag),
    engine("GET", PROJECT "/repository/commits", inProject(Right::ReadCode), listCommits),
    engine("GET", PROJECT "/repository/commits/:sha", inProject(Right::ReadCode), showCommit),
    engine("GET", PROJECT "/repository/tree", inProject(Right::ReadCode), showTree),
    engine("GET", PROJECT "/repository/files/:file_path", inProject(Right::ReadCode), showFile),
    engine("GET",
           PROJECT "/repository/files/:file_path/raw",
           inProject(Right::ReadCode),
           showRawFile),
    engine("GET", PROJECT "/ci/lint", inProject(Right::ReadCode), lintOwnFile),
    engine("POST", PROJECT "/ci/lint", inProject(Right::ReadCode), lint),

    // Pipelines
    engine("GET", PROJECT "/pipelines", inProject(Right::SeePipelines), listPipelines),
    engine("POST", PROJECT "/pipeline", inProject(Right::RunPipeline), runPipeline),
    engine("GET", PROJECT "/pipeline_form", inProject(Right::RunPipeline), showPipelineForm),
    engine("GET",
           PROJECT "/merge_requests/:merge_request_iid/pipelines",
           inProject(Right::SeePipelines),
           listMergeRequestPipelines),
    engine("POST",
           PROJECT "/merge_requests/:merge_request_iid/pipelines",
           inProject(Right::RunPipeline),
           runMergeRequestPipeline),
    engine("GET", PROJECT "/pipelines/latest", inProject(Right::SeePipelines), showLatestPipeline),
    engine("GET", PIPELINE, onPipeline(Right::SeePipelines), showPipeline),
    engine("DELETE", PIPELINE, onPipeline(Right::DeletePipeline), deletePipeline),
    engine("POST", PIPELINE "/retry", onPipeline(Right::RetryJob), retryPipeline),
    engine("POST", PIPELINE "/cancel", onPipeline(Right::CancelJob), cancelPipeline),
    engine("GET",
           PIPELINE "/variables",
           onPipeline(Right::SeePipelineVariables),
           listPipelineVariables),
    engine("GET", PIPELINE "/test_report", onPipeline(Right::SeeJobs), showTestReport),
    engine("GET",
           PIPELINE "/test_report_summary",
           onPipeline(Right::SeeJobs),
           showTestReportSummary),
    engine("GET", PIPELINE "/jobs", onPipeline(Right::SeePipelines), listPipelineJobs),
    engine("GET", PIPELINE "/bridges", onPipeline(Right::SeePipelines), listPipelineBridges),

    // What starts pipelines
    engine("GET", PROJECT "/triggers", inProject(Right::ManageTriggers), listTriggers),
    engine("POST", PROJECT "/triggers", inProject(Right::ManageTriggers), createTrigger),
    engine("GET", PROJECT "/triggers/:trigger_id", inProject(Right::ManageTriggers), showTrigger),
    engine("PUT", PROJECT "/triggers/:trigger_id", inProject(Right::ManageTriggers), changeTrigger),
    engine("DELETE",
           PROJECT "/triggers/:trigger_id",
           inProject(Right::ManageTriggers),
           deleteTrigger),
    // The token among the fields says who calls (triggerapi.cpp).
    engine("POST", PROJECT "/trigger/pipeline", projectSecret(), runTrigger),
    engine("POST", PROJECT "/ref/:ref/trigger/pipeline", projectSecret(), runTrigger),
    engine("GET", PROJECT "/external_hook", inProject(Right::ManageTriggers), showExternalHook),
    engine("POST", PROJECT "/external_hook", inProject(Right::ManageTriggers), createExternalHook),
    engine("DELETE",
           PROJECT "/external_hook",
           inProject(Right::ManageTriggers),
           deleteExternalHook),
    engine("POST", PROJECT "/external_hook/push", projectSecret(), takeExternalPush),
    // Whose a schedule is counts too (scheduleapi.cpp).
    engine("GET", PROJECT "/pipeline_schedules", inProject(Right::SeePipelines), listSchedules),
    engine("POST", PROJECT "/pipeline_schedules", inProject(Right::ManageSchedules), createSchedule),
    engine("GET", SCHEDULE, inProject(Right::SeePipelines), showSchedule),
    engine("PUT", SCHEDULE, inProject(Right::ManageSchedules), changeSchedule),
    engine("DELETE", SCHEDULE, inProject(Right::ManageSchedules), deleteSchedule),
    engine("POST",
           SCHEDULE "/take_ownership",
           inProject(Right::ManageAllSchedules),
           takeSchedule),
    engine("POST", SCHEDULE "/play", inProject(Right::RunPipeline), playSchedule),
    engine("GET", SCHEDULE "/pipelines", inProject(Right::SeePipelines), listSchedulePipelines),
    engine("POST",
           SCHEDULE "/variables",
           inProject(Right::ManageSchedules),
           createScheduleVariable),
    engine("GET",
           SCHEDULE "/variables/:key",
           inProject(Right::ManageSchedules),
           showScheduleVariable),
    engine("PUT",
           SCHEDULE "/variables/:key",
           inProject(Right::ManageSchedules),
           changeScheduleVariable),
    engine("DELETE",
           SCHEDULE "/variables/:key",
           inProject(Right::ManageSchedules),
           deleteScheduleVariable),

    // Jobs
    engine("GET", PROJECT "/jobs", inProject(Right::SeePipelines), listJobs),
    engine("GET", JOB, onJob(Right::SeeJobs), showJob),
    engine("GET", JOB "/trace", onJob(Right::SeeJobs), showTrace),
    engine("POST", JOB "/play", onJob(Right::PlayJob), playJob),
    engine("POST", JOB "/retry", onJob(Right::RetryJob), retryJob),
    engine("POST", JOB "/cancel", onJob(Right::CancelJob), cancelJob),
    engine("POST", JOB "/erase", onJob(Right::EraseJob), eraseJob),
    engine("GET", JOB "/artifacts", onJob(Right::ReadArtifacts), downloadArtifacts),
    engine("DELETE", JOB "/artifacts", onJob(Right::EraseJob), deleteArtifacts),
    engine("GET", JOB "/artifacts/tree", onJob(Right::ReadArtifacts), listArtifactFiles),
    engine("POST", JOB "/artifacts/keep", onJob(Right::KeepArtifacts), keepArtifacts),
    engine("GET", JOB "/artifacts/*path", onJob(Right::ReadArtifacts), downloadArtifactFile),
    engine("GET",
           PROJECT "/jobs/artifacts/:ref/download",
           inProject(Right::ReadArtifacts),
           downloadNewestArtifacts),
    engine("GET",
           PROJECT "/jobs/artifacts/:ref/raw/*path",
           inProject(Right::ReadArtifacts),
           downloadNewestArtifactFile),
    engine("GET", JOB "/terminal", onJob(Right::OpenTerminal), openTerminal, Body::Raw),

    // Runners, for people
    engine("GET", V4 "/runners", account(InstanceRight::SeeOwnAccount), listAllRunners),
    engine("GET", V4 "/runners/all", account(InstanceRight::SeeAllRunners), listAllRunners),
    engine("GET", PROJECT "/runners", inProject(Right::SeeRunners), listProjectRunners),
    engine("POST", V4 "/user/runners", account(InstanceRight::SeeOwnAccount), createRunner),
    engine("GET", V4 "/runners/:runner_id", account(InstanceRight::SeeOwnAccount), showRunner),
    engine("PUT", V4 "/runners/:runner_id", account(InstanceRight::SeeOwnAccount), changeRunner),
    engine("DELETE", V4 "/runners/:runner_id", account(InstanceRight::SeeOwnAccount), deleteRunner),
    engine("GET",
           V4 "/runners/:runner_id/jobs",
           account(InstanceRight::SeeOwnAccount),
           listRunnerJobs),
    engine("POST",
           V4 "/runners/:runner_id/reset_authentication_token",
           account(InstanceRight::SeeOwnAccount),
           resetRunnerTokenById),
    engine("GET",
           V4 "/admin/runners/registration_token",
           account(InstanceRight::ManageRunners),
           showRegistrationToken),
    engine("POST",
           V4 "/admin/runners/registration_token/reset",
           account(InstanceRight::ManageRunners),
           resetRegistrationToken),

    // Runners, for themselves
    engine("POST", V4 "/runners", runnerToken(), registerRunner),
    engine("DELETE", V4 "/runners", runnerToken(), unregisterRunner),
    engine("POST", V4 "/runners/verify", runnerToken(), verifyRunner),
    engine("DELETE", V4 "/runners/managers", runnerToken(), unregisterMachine),
    engine("POST", V4 "/runners/reset_authentication_token", runnerToken(), resetRunnerToken),
    engine("GET", V4 "/runners/router/discovery", runnerToken(), discoverRouter),
    engine("GET", V4 "/runners/channel", runnerToken(), openRunnerChannel, Body::Raw),
    engine("GET", V4 "/runners/terminal", runnerToken(), openTerminalStream, Body::Raw),

    // Jobs, for runners
    engine("POST", V4 "/jobs/request", runnerToken(), requestJob, Body::Raw),
    engine("PUT", V4 "/jobs/:job_id", jobToken(), updateJob, Body::Log),
    engine("PATCH", V4 "/jobs/:job_id/trace", jobToken(), appendTrace, Body::Log),
    engine("POST", V4 "/jobs/:job_id/artifacts/authorize", jobToken(), authorizeArtifacts),
    engine("POST", V4 "/jobs/:job_id/artifacts", jobToken(), uploadArtifacts, Body::Stream),
    engine("GET", V4 "/jobs/:job_id/artifacts", jobToken(), downloadDependency),
    engine("GET", V4 "/job", jobToken(), showOwnJob),

    // Outside /api
    engine("GET", "/-/live", account(InstanceRight::SeeOwnAccount), openLive, Body::Raw),
    engine("GET", "/.well-known/openid-configuration", open(), showOpenIdConfiguration),
    engine("GET", "/oauth/discovery/keys", open(), showPublicKeys),
    engine("GET", "/-/jwks", open(), showPublicKeys),
    engine("GET", "/-/pages/*path", anybody(), servePages),
    engine("GET", "/-/readiness", open(), showReadiness),
    engine("GET", "/-/metrics", anybody(), showMetrics),
    onSocket("GET", "/-/health", showHealth),
    git("GET", "*.git/info/refs"),
    git("POST", "*.git/git-upload-pack"),
    git("POST", "*.git/git-receive-pack"),
    onSocket("GET", "/assets/*path", serveAsset),
    onSocket("GET", "/", servePage),
    onSocket("GET", "/*page", servePage),
};

#undef SCHEDULE
#undef JOB
#undef PIPELINE
#undef PROJECT
#undef GROUP
#undef V4

} // namespace

std::span<const Route> routeTable()
{
    return Routes;
}

} // namespace ci::api
