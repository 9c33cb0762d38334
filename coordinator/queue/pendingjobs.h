// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "coordinator/model/job.h"
#include "coordinator/model/runner.h"

#include <QStringList>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>

namespace ci::queue {

/// What a runner will take.
struct Offer
{
    model::RunnerType type = model::RunnerType::Instance;
    qint64 owner = 0;
    QStringList tags; ///< Sorted.
    bool runsUntagged = true;
    bool isRefProtected = false; ///< Only jobs of protected refs.

    bool operator==(const Offer &) const = default;
    bool operator<(const Offer &other) const
    {
        return std::tie(type, owner, runsUntagged, isRefProtected, tags)
            < std::tie(other.type, other.owner, other.runsUntagged, other.isRefProtected,
                       other.tags);
    }
};

Offer offerOf(const model::Runner &runner);

/// What a job asks for.
struct Wish
{
    ProjectId project;
    GroupId group;
    QStringList tags; ///< Sorted.
    bool isRefProtected = false;
};

/// Whether a runner may take a job.
bool fits(const Offer &offer, const Wish &wish);

/// The pending jobs that nobody has, by tag set and project, so that choosing for a runner looks
/// at tag sets it covers and not at jobs. Plain memory; the caller undoes.
class PendingJobs
{
public:
    /// How many jobs of a project are with runners: fewest first.
    explicit PendingJobs(std::function<int(ProjectId)> running) : m_running(std::move(running)) { }

    void add(JobId job, const Wish &wish, Timestamp since);
    /// False: it was not there.
    bool remove(JobId job);
    /// Not chosen until bringBack(), which is false where it is not aside.
    void putAside(JobId job);
    bool bringBack(JobId job);
    bool isAside(JobId job) const;
    bool contains(JobId job) const { return m_jobs.contains(job); }
    size_t count() const { return m_jobs.size(); }
    void clear();
    std::optional<Wish> wish(JobId job) const;
    std::optional<Timestamp> since(JobId job) const;

    /// The job that a runner should get: of the project with the fewest jobs with runners, there
    /// the one that became ready first.
    std::optional<JobId> choose(const Offer &offer) const;

    /// The count of a project has changed.
    void reorder(ProjectId project);

private:
    struct Order
    {
        qint64 since = 0;
        JobId job;
        auto operator<=>(const Order &) const = default;
    };
    struct Rank
    {
        int running = 0;
        Order oldest;
        ProjectId project;
        auto operator<=>(const Rank &) const = default;
    };
    struct BucketKey
    {
        QStringList tags;
        bool isRefProtected = false;
        bool operator<(const BucketKey &other) const
        {
            return std::tie(isRefProtected, tags) < std::tie(other.isRefProtected, other.tags);
        }
    };
    struct Line
    {
        std::set<Order> jobs;
        GroupId group;
        Rank rank; ///< As it stands in Bucket::ranks.
    };
    struct Bucket
    {
        std::map<ProjectId, Line> lines;
        std::set<Rank> ranks;
        std::map<GroupId, std::set<Rank>> ranksOfGroup;
    };
    struct Place
    {
        BucketKey bucket;
        ProjectId project;
        GroupId group;
        Order order;
        bool isAside = false; ///< In no line.
    };
    using Buckets = std::map<BucketKey, Bucket>;

    void enterLine(const Place &place);
    void leaveLine(const Place &place);
    void rerank(Bucket &bucket, ProjectId project);
    std::optional<Rank> best(const Offer &offer, const Bucket &bucket) const;
    static bool covers(const Offer &offer, const BucketKey &key);
    void consider(const Offer &offer, const QString &firstTag, std::optional<Rank> &best) const;

    std::function<int(ProjectId)> m_running;
    /// By the first tag ("" for none), since a runner that covers a set has its first tag.
    std::map<QString, Buckets> m_buckets;
    std::unordered_map<JobId, Place> m_jobs;
    std::map<ProjectId, std::map<BucketKey, int>> m_bucketsOfProject;
};

} // namespace ci::queue
