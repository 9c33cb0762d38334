// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/answer.h"
#include "coordinator/auth/groupaccess.h"
#include "coordinator/auth/rights.h"

#include <span>

namespace ci::api {

class Call;

/// Who may call a route. What it names is checked before the handler runs, so that no handler can
/// forget it.
struct Needs
{
    enum class Who : quint8 {
        Open, ///< Anybody; who calls is not looked at.
        Anybody, ///< Who calls is known to the handler; it may be nobody.
        Account, ///< `instance`
        Group, ///< `:group_id` names a group in which the caller has `groupRight`.
        Project, ///< `:id` names a project in which the caller has `right`.
        Pipeline, ///< and `:pipeline_id` a pipeline of it
        Job, ///< and `:job_id` a job of it; rights that depend on ref and starter count
        RunnerToken, ///< The handler checks a runner's or registration token (runnerapi.cpp).
        JobToken, ///< The handler checks a job's token (runnerapi.cpp).
        ProjectSecret, ///< The handler checks a secret of the project among the fields (openproject.h).
        Git, ///< The forge checks.
    };

    Who who = Who::Open;
    auth::InstanceRight instance = auth::InstanceRight::ManageUsers;
    auth::Right right = auth::Right::DeleteProject;
    auth::GroupRight groupRight = auth::GroupRight::DeleteGroup;
};

constexpr Needs open()
{
    return {Needs::Who::Open};
}
constexpr Needs anybody()
{
    return {Needs::Who::Anybody};
}
constexpr Needs account(auth::InstanceRight right)
{
    return {Needs::Who::Account, right};
}
constexpr Needs inGroup(auth::GroupRight right)
{
    return {Needs::Who::Group, {}, {}, right};
}
constexpr Needs inProject(auth::Right right)
{
    return {Needs::Who::Project, {}, right};
}
constexpr Needs onPipeline(auth::Right right)
{
    return {Needs::Who::Pipeline, {}, right};
}
constexpr Needs onJob(auth::Right right)
{
    return {Needs::Who::Job, {}, right};
}
constexpr Needs runnerToken()
{
    return {Needs::Who::RunnerToken};
}
constexpr Needs projectSecret()
{
    return {Needs::Who::ProjectSecret};
}
constexpr Needs jobToken()
{
    return {Needs::Who::JobToken};
}

/// What a route does with a body.
enum class Body : quint8 {
    Fields, ///< JSON or a form, up to the setting max_body; Call::fields() has it.
    Raw, ///< Small and collected; the handler decodes it.
    Log, ///< A piece of log, up to MaxTracePieceBytes.
    Stream, ///< The handler receives it.
};

/// Where the handler runs.
enum class Place : quint8 {
    Engine, ///< In a command: with a transaction and who calls.
    Socket, ///< On the I/O thread that read the request; touches only what is fixed or thread-safe.
};

struct Route
{
    const char *method;
    const char *pattern;
    Needs needs;
    Body body;
    Place place;
    Handler handler; ///< Place::Engine
    SocketHandler socketHandler; ///< Place::Socket
};

/// Every route of the coordinator. What is not here is refused.
std::span<const Route> routeTable();

} // namespace ci::api
