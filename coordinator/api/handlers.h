// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/answer.h"

// The handlers of the route table, by resource; each in the .cpp of its group. They translate:
// decode, one call inward, encode. Rights are checked before, by the gate.

namespace ci::api {

// sessionapi.cpp
Answer signIn(Call &call);
Answer showSession(Call &call);
Answer signOut(Call &call);
Answer listSessions(Call &call);
Answer endSession(Call &call);
Answer changePassword(Call &call);

// userapi.cpp
Answer showSelf(Call &call);
Answer listUsers(Call &call);
Answer createUser(Call &call);
Answer showUser(Call &call);
Answer changeUser(Call &call);
Answer deleteUser(Call &call);

// tokenapi.cpp
Answer listTokens(Call &call);
Answer createToken(Call &call);
Answer showToken(Call &call);
Answer revokeToken(Call &call);

// projectapi.cpp
Answer listProjects(Call &call);
Answer createProject(Call &call);
Answer showProject(Call &call);
Answer changeProject(Call &call);
Answer deleteProject(Call &call);
Answer archiveProject(Call &call);
Answer unarchiveProject(Call &call);

// memberapi.cpp
Answer listMembers(Call &call);
Answer showMember(Call &call);
Answer addMember(Call &call);
Answer changeMember(Call &call);
Answer removeMember(Call &call);
Answer listProtectedBranches(Call &call);
Answer protectBranch(Call &call);
Answer unprotectBranch(Call &call);

// groupapi.cpp
Answer listGroups(Call &call);
Answer createGroup(Call &call);
Answer showGroup(Call &call);
Answer changeGroup(Call &call);
Answer deleteGroup(Call &call);
Answer listSubgroups(Call &call);
Answer listGroupProjects(Call &call);
Answer listGroupMembers(Call &call);
Answer showGroupMember(Call &call);
Answer addGroupMember(Call &call);
Answer changeGroupMember(Call &call);
Answer removeGroupMember(Call &call);

// testreportapi.cpp
Answer showTestReport(Call &call);
Answer showTestReportSummary(Call &call);

// releaseapi.cpp
Answer listReleases(Call &call);
Answer createRelease(Call &call);
Answer showRelease(Call &call);
Answer changeRelease(Call &call);
Answer deleteRelease(Call &call);

// pagesapi.cpp
Answer servePages(Call &call);
Answer showPages(Call &call);
Answer deletePages(Call &call);

// environmentapi.cpp
Answer listEnvironments(Call &call);
Answer createEnvironment(Call &call);
Answer showEnvironment(Call &call);
Answer changeEnvironment(Call &call);
Answer deleteEnvironment(Call &call);
Answer stopEnvironment(Call &call);
Answer stopStaleEnvironments(Call &call);
Answer listDeployments(Call &call);
Answer showDeployment(Call &call);

// resourcegroupapi.cpp
Answer listResourceGroups(Call &call);
Answer showResourceGroup(Call &call);
Answer changeResourceGroup(Call &call);
Answer listUpcomingJobs(Call &call);
Answer showCurrentJob(Call &call);

// variableapi.cpp
Answer listVariables(Call &call);
Answer createVariable(Call &call);
Answer showVariable(Call &call);
Answer changeVariable(Call &call);
Answer deleteVariable(Call &call);

// refapi.cpp
Answer listBranches(Call &call);
Answer showBranch(Call &call);
Answer listTags(Call &call);
Answer showTag(Call &call);

// commitapi.cpp
Answer listCommits(Call &call);
Answer showCommit(Call &call);

// repositoryapi.cpp
Answer showTree(Call &call);
Answer showFile(Call &call);
Answer showRawFile(Call &call);

// pipelineapi.cpp
Answer listPipelines(Call &call);
Answer showPipeline(Call &call);
Answer showLatestPipeline(Call &call);
Answer runPipeline(Call &call);
Answer retryPipeline(Call &call);
Answer cancelPipeline(Call &call);
Answer deletePipeline(Call &call);
Answer listPipelineVariables(Call &call);
Answer listPipelineJobs(Call &call);
Answer listPipelineBridges(Call &call);

// triggerapi.cpp
Answer listTriggers(Call &call);
Answer createTrigger(Call &call);
Answer showTrigger(Call &call);
Answer changeTrigger(Call &call);
Answer deleteTrigger(Call &call);
Answer runTrigger(Call &call);

// externalapi.cpp
Answer showExternalHook(Call &call);
Answer createExternalHook(Call &call);
Answer deleteExternalHook(Call &call);
Answer takeExternalPush(Call &call);

// scheduleapi.cpp
Answer listSchedules(Call &call);
Answer createSchedule(Call &call);
Answer showSchedule(Call &call);
Answer changeSchedule(Call &call);
Answer deleteSchedule(Call &call);
Answer takeSchedule(Call &call);
Answer playSchedule(Call &call);
Answer listSchedulePipelines(Call &call);
Answer createScheduleVariable(Call &call);
Answer showScheduleVariable(Call &call);
Answer changeScheduleVariable(Call &call);
Answer deleteScheduleVariable(Call &call);

// jobapi.cpp
Answer listJobs(Call &call);
Answer showJob(Call &call);
Answer showTrace(Call &call);
Answer playJob(Call &call);
Answer retryJob(Call &call);
Answer cancelJob(Call &call);
Answer eraseJob(Call &call);

// artifactapi.cpp
Answer downloadArtifacts(Call &call);
Answer downloadArtifactFile(Call &call);
Answer listArtifactFiles(Call &call);
Answer keepArtifacts(Call &call);
Answer deleteArtifacts(Call &call);
Answer downloadNewestArtifacts(Call &call);
Answer downloadNewestArtifactFile(Call &call);

// runneradminapi.cpp
Answer listAllRunners(Call &call);
Answer listProjectRunners(Call &call);
Answer showRunner(Call &call);
Answer changeRunner(Call &call);
Answer deleteRunner(Call &call);
Answer listRunnerJobs(Call &call);
Answer createRunner(Call &call);
Answer showRegistrationToken(Call &call);
Answer resetRegistrationToken(Call &call);
Answer resetRunnerTokenById(Call &call);

// registrationapi.cpp: what runners say about themselves
Answer registerRunner(Call &call);
Answer verifyRunner(Call &call);
Answer unregisterRunner(Call &call);
Answer unregisterMachine(Call &call);
Answer resetRunnerToken(Call &call);
Answer discoverRouter(Call &call);

// runnerapi.cpp: what they say about jobs
Answer requestJob(Call &call);
Answer appendTrace(Call &call);
Answer updateJob(Call &call);
Answer authorizeArtifacts(Call &call);
Answer uploadArtifacts(Call &call);
Answer downloadDependency(Call &call);
Answer showOwnJob(Call &call);

// mergerequestapi.cpp
Answer listMergeRequestPipelines(Call &call);
Answer runMergeRequestPipeline(Call &call);

// lintapi.cpp
Answer lint(Call &call);
Answer lintOwnFile(Call &call);
Answer showPipelineForm(Call &call);

// upgradeapi.cpp
Answer openLive(Call &call);
Answer openTerminal(Call &call);
Answer openRunnerChannel(Call &call);
Answer openTerminalStream(Call &call);

// siteapi.cpp
Answer showVersion(Call &call);
Answer showReadiness(Call &call);
Answer showOpenIdConfiguration(Call &call);
Answer showPublicKeys(Call &call);
void showHealth(SocketCall call);
Answer showMetrics(Call &call);

// pageapi.cpp
void servePage(SocketCall call);
void serveAsset(SocketCall call);
void serveGit(SocketCall call);

} // namespace ci::api
