// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QByteArray>

#include <sys/types.h>

#include <optional>
#include <vector>

namespace ci::runner {

/// Whom a job's processes run as.
struct JobUser
{
    QByteArray name;
    QByteArray home;
    QByteArray shell;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups; ///< Looked up before fork: afterwards only system calls are safe.
};

/// From the user database. NotFound where there is no such name.
Result<JobUser> findUser(const QByteArray &name);
/// The user that this process runs as.
JobUser ownUser();

/// While it lives, this *thread* meets the file system as `user` does (Linux keeps file system
/// credentials per thread), so that a link planted by a job leads nowhere its user may not go.
/// nullptr, or a process that is not root: nothing changes. Never nest, never let another task run
/// in between.
class ActAs final
{
public:
    explicit ActAs(const JobUser *user);
    ~ActAs();
    ActAs(const ActAs &) = delete;
    ActAs &operator=(const ActAs &) = delete;

private:
    bool m_active = false;
    std::vector<gid_t> m_ownGroups;
};

} // namespace ci::runner
