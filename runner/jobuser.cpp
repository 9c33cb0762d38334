// SPDX-License-Identifier: MIT
#include "runner/jobuser.h"

#include <grp.h>
#include <pwd.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr size_t UserRecordBytes = 64 * 1024; // A user's record is a line of /etc/passwd.

JobUser userOf(const passwd &record)
{
    JobUser user {record.pw_name, record.pw_dir, record.pw_shell, record.pw_uid, record.pw_gid, {}};
    int count = 64;
    user.groups.resize(64);
    if (getgrouplist(record.pw_name, record.pw_gid, user.groups.data(), &count) < 0) {
        user.groups.resize(static_cast<size_t>(count));
        getgrouplist(record.pw_name, record.pw_gid, user.groups.data(), &count);
    }
    user.groups.resize(static_cast<size_t>(count));
    return user;
}

// The wrappers of glibc change all threads; the bare calls change only ours, which is the point.
void setOwnGroups(const std::vector<gid_t> &groups)
{
    syscall(SYS_setgroups, groups.size(), groups.data());
}

} // namespace

Result<JobUser> findUser(const QByteArray &name)
{
    std::vector<char> buffer(UserRecordBytes);
    passwd record {};
    passwd *found = nullptr;
    const int error
        = getpwnam_r(name.constData(), &record, buffer.data(), buffer.size(), &found);
    if (error != 0) {
        return systemError(u"cannot look up user "_s + QString::fromUtf8(name), error);
    }
    if (!found) {
        return notFound(u"there is no user named "_s + QString::fromUtf8(name));
    }
    return userOf(record);
}

JobUser ownUser()
{
    std::vector<char> buffer(UserRecordBytes);
    passwd record {};
    passwd *found = nullptr;
    getpwuid_r(geteuid(), &record, buffer.data(), buffer.size(), &found);
    if (found) {
        return userOf(record);
    }
    // A user id without a record (a container): files and processes work all the same.
    return JobUser {QByteArray::number(geteuid()), "/", "/bin/sh", geteuid(), getegid(), {}};
}

ActAs::ActAs(const JobUser *user)
{
    if (!user || geteuid() != 0) {
        return;
    }
    m_active = true;
    const int count = getgroups(0, nullptr);
    m_ownGroups.resize(static_cast<size_t>(count < 0 ? 0 : count));
    getgroups(count, m_ownGroups.data());
    setOwnGroups(user->groups);
    setfsgid(user->gid);
    setfsuid(user->uid);
}

ActAs::~ActAs()
{
    if (m_active) {
        setfsuid(geteuid());
        setfsgid(getegid());
        setOwnGroups(m_ownGroups);
    }
}

} // namespace ci::runner
