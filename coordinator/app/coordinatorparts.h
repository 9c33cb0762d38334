// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/httpserver.h"
#include "coordinator/api/apihandler.h"
#include "coordinator/api/livenews.h"
#include "coordinator/api/logwatchers.h"
#include "coordinator/api/metrics.h"
#include "coordinator/api/staticfiles.h"
#include "coordinator/api/tracefiles.h"
#include "coordinator/app/datadirectory.h"
#include "coordinator/app/housekeeping.h"
#include "coordinator/app/liverights.h"
#include "coordinator/app/runnerwires.h"
#include "coordinator/app/settings.h"
#include "coordinator/app/terminalhost.h"

#include <memory>
#include <optional>

namespace ci::app {

/// The data directory and what lies in it, opened.
struct Store
{
    static Result<std::unique_ptr<Store>> open(const Settings &settings);
    /// For the command line, beside a running coordinator: changes nothing of the schema.
    static Result<std::unique_ptr<Store>> visit(const Settings &settings);

    DataDirectory directory;
    SecretBox box;
    std::unique_ptr<db::Database> database;
    SystemClock clock;
};

/// Accounts: what the command line needs too.
struct Accounts
{
    explicit Accounts(Store &store, auth::SessionTimes times = {});

    engine::News news;
    engine::CommandLoop loop;
    auth::Passwords passwords;
    auth::LoginLimiter limiter;
    auth::Sessions sessions;
    auth::AccessTokens tokens;
    auth::Users users;
    auth::Authenticator authenticator;
};

/// Projects, pipelines and jobs.
struct Works
{
    static Result<std::unique_ptr<Works>>
    create(Store &store, Accounts &accounts, const Settings &settings, const QUrl &externalUrl);

    Works(Store &store,
          Accounts &accounts,
          const Settings &settings,
          forge::Repositories given,
          std::unique_ptr<pipelines::Core> builtCore);

    forge::Repositories repositories;
    forge::Projects projects;
    forge::Members members;
    forge::Groups groups;
    forge::Variables variables;
    std::unique_ptr<pipelines::Core> core;
    forge::PipelineStarter starter;
    forge::Schedules schedules;
    forge::Triggers triggers;
    forge::GitHttp git;
    forge::Releases releases;
    storage::Workers readers {4};
};

/// What talks to browsers and runners for longer than a request.
struct Links
{
    Links(Store &store, Accounts &accounts, Works &works, const Settings &settings);

    api::TraceFiles traces;
    TerminalHost terminalHost;
    terminal::TerminalRelay relay;
    runnerlink::RunnerChannels channels;
    live::LiveHub live;
};

} // namespace ci::app
