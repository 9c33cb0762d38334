// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/api/call.h"

namespace ci::api {

/// What stands between a route and its handler: who calls, whether a page of ours sent it, the
/// right that the route's row names, and what its path names. Engine thread.
class Gate
{
public:
    explicit Gate(Call &call)
        : m_call(call)
    {
    }

    /// Ok: the handler may run.
    Result<void> pass();
    /// The answer where it may not. It clears a cookie that is dead: the browser could neither sign
    /// out with it nor see what is public.
    Answer refusal(const Error &error) const;

private:
    Result<void> identify();
    Result<void> checkSender() const;
    Result<void> checkNeeds();
    Result<void> findGroup();
    Result<void> findProject(auth::Right right);
    Result<void> findPipeline(auth::Right right);
    Result<void> findJob(auth::Right right);
    Result<void> readFields();

    const Needs &needs() const { return m_call.m_arrived.route->needs; }
    bool isChange() const;

    Call &m_call;
    bool m_isCookieDead = false;
};

/// Cookie, token and job token of a request's head.
auth::Credentials credentialsOf(const net::RequestHead &head);

} // namespace ci::api
