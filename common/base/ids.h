// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>

#include <compare>
#include <functional>

namespace ci {

/// A 64-bit database id that cannot be taken for another kind of id. 0 is "none".
template<typename Tag>
class Id
{
public:
    constexpr Id() = default;
    constexpr explicit Id(qint64 value) : m_value(value) { }

    constexpr qint64 value() const { return m_value; }
    constexpr bool isNull() const { return m_value == 0; }
    constexpr explicit operator bool() const { return m_value != 0; }

    friend constexpr auto operator<=>(Id, Id) = default;
    friend size_t qHash(Id id, size_t seed = 0) { return ::qHash(id.m_value, seed); }

private:
    qint64 m_value = 0;
};

using UserId = Id<struct UserTag>;
using SessionId = Id<struct SessionTag>; ///< A browser session (sign-in), not a terminal.
using AccessTokenId = Id<struct AccessTokenTag>;
using GroupId = Id<struct GroupTag>;
using ProjectId = Id<struct ProjectTag>;
using PipelineId = Id<struct PipelineTag>;
using JobId = Id<struct JobTag>;
using RunnerId = Id<struct RunnerTag>;
using ArtifactId = Id<struct ArtifactTag>;
using EnvironmentId = Id<struct EnvironmentTag>;
using DeploymentId = Id<struct DeploymentTag>;
using ReleaseId = Id<struct ReleaseTag>;
using PagesId = Id<struct PagesTag>; ///< One published site.
using VariableId = Id<struct VariableTag>;
using ScheduleId = Id<struct ScheduleTag>;
using TriggerTokenId = Id<struct TriggerTokenTag>;

} // namespace ci

template<typename Tag>
struct std::hash<ci::Id<Tag>>
{
    size_t operator()(ci::Id<Tag> id) const noexcept { return std::hash<qint64> {}(id.value()); }
};
