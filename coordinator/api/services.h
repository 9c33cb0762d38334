// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/secretbox.h"
#include "coordinator/api/site.h"
#include "coordinator/auth/authenticator.h"
#include "coordinator/auth/users.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/engine/news.h"
#include "coordinator/forge/githttp.h"
#include "coordinator/forge/groups.h"
#include "coordinator/forge/members.h"
#include "coordinator/forge/pipelinestarter.h"
#include "coordinator/forge/projects.h"
#include "coordinator/forge/releases.h"
#include "coordinator/forge/schedules.h"
#include "coordinator/forge/triggers.h"
#include "coordinator/forge/variables.h"
#include "coordinator/live/livehub.h"
#include "coordinator/pipelines/core.h"
#include "coordinator/runnerlink/channels.h"
#include "coordinator/storage/workers.h"
#include "coordinator/terminal/relay.h"

#include <QObject>

namespace ci::api {

class LogWatchers;
class Metrics;
class RequestCounts;
class StaticFiles;

/// Everything that handlers may reach. Built by coordinator/app; all of it outlives the server.
struct Services
{
    const Site &site;
    const Clock &clock;
    const SecretBox &box;
    engine::CommandLoop &loop;
    engine::News &news;

    auth::Authenticator &authenticator;
    auth::Users &users;
    auth::Sessions &sessions;
    auth::AccessTokens &tokens;

    forge::Repositories &repositories;
    forge::Projects &projects;
    forge::Members &members;
    forge::Groups &groups;
    forge::Variables &variables;
    forge::PipelineStarter &starter;
    forge::Schedules &schedules;
    forge::Triggers &triggers;
    forge::GitHttp &git;
    forge::Releases &releases;

    pipelines::Core &core;
    /// For what callers want to see of repositories, archives and reports. Not the core's workers: a
    /// reader of something huge must not hold up the results of jobs.
    storage::Workers &readers;
    terminal::TerminalRelay &relay;
    runnerlink::RunnerChannels &channels;
    live::LiveHub &live;

    LogWatchers &watchers;
    Metrics &metrics;
    RequestCounts &counts;
    const StaticFiles &files;
    /// For answers that come later: lives on the engine thread as long as the others.
    QObject &context;
};

} // namespace ci::api
