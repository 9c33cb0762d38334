// SPDX-License-Identifier: MIT
#include "coordinator/queue/pendingjobs.h"

#include <algorithm>
#include <utility>

namespace ci::queue {

using model::RunnerType;

namespace {

bool includesAll(const QStringList &offered, const QStringList &wanted)
{
    return std::includes(offered.begin(), offered.end(), wanted.begin(), wanted.end());
}

QString firstTag(const QStringList &tags)
{
    return tags.isEmpty() ? QString() : tags.first();
}

bool isInScope(const Offer &offer, const Wish &wish)
{
    switch (offer.type) {
    case RunnerType::Instance:
        return true;
    case RunnerType::Group:
        return wish.group.value() == offer.owner;
    case RunnerType::Project:
        return wish.project.value() == offer.owner;
    }
    return false;
}

bool takesTags(const Offer &offer, const QStringList &tags)
{
    return tags.isEmpty() ? offer.runsUntagged : includesAll(offer.tags, tags);
}

} // namespace

Offer offerOf(const model::Runner &runner)
{
    return {.type = runner.type,
            .owner = runner.owner,
            .tags = runner.tags,
            .runsUntagged = runner.runsUntagged,
            .isRefProtected = runner.isRefProtected};
}

bool fits(const Offer &offer, const Wish &wish)
{
    return isInScope(offer, wish) && takesTags(offer, wish.tags)
        && (!offer.isRefProtected || wish.isRefProtected);
}

bool PendingJobs::covers(const Offer &offer, const BucketKey &key)
{
    return takesTags(offer, key.tags) && (!offer.isRefProtected || key.isRefProtected);
}

void PendingJobs::rerank(Bucket &bucket, ProjectId project)
{
    const auto found = bucket.lines.find(project);
    if (found == bucket.lines.end()) {
        return;
    }
    Line &line = found->second;
    std::set<Rank> &groupRanks = bucket.ranksOfGroup[line.group];
    bucket.ranks.erase(line.rank);
    groupRanks.erase(line.rank);
    if (line.jobs.empty()) {
        if (groupRanks.empty()) {
            bucket.ranksOfGroup.erase(line.group);
        }
        bucket.lines.erase(found);
        return;
    }
    line.rank = {m_running(project), *line.jobs.begin(), project};
    bucket.ranks.insert(line.rank);
    groupRanks.insert(line.rank);
}

void PendingJobs::add(JobId job, const Wish &wish, Timestamp since)
{
    const Place place {{wish.tags, wish.isRefProtected},
                       wish.project,
                       wish.group,
                       {toMilliseconds(since), job},
                       false};
    if (m_jobs.try_emplace(job, place).second) {
        enterLine(place);
    }
}

bool PendingJobs::remove(JobId job)
{
    const auto found = m_jobs.find(job);
    if (found == m_jobs.end()) {
        return false;
    }
    const Place place = found->second;
    m_jobs.erase(found);
    if (!place.isAside) {
        leaveLine(place);
    }
    return true;
}

void PendingJobs::putAside(JobId job)
{
    const auto found = m_jobs.find(job);
    if (found != m_jobs.end() && !std::exchange(found->second.isAside, true)) {
        leaveLine(found->second);
    }
}

bool PendingJobs::bringBack(JobId job)
{
    const auto found = m_jobs.find(job);
    if (found == m_jobs.end() || !std::exchange(found->second.isAside, false)) {
        return false;
    }
    enterLine(found->second);
    return true;
}

bool PendingJobs::isAside(JobId job) const
{
    const auto found = m_jobs.find(job);
    return found != m_jobs.end() && found->second.isAside;
}

void PendingJobs::enterLine(const Place &place)
{
    Bucket &bucket = m_buckets[firstTag(place.bucket.tags)][place.bucket];
    Line &line = bucket.lines[place.project];
    line.group = place.group;
    line.jobs.insert(place.order);
    rerank(bucket, place.project);
    ++m_bucketsOfProject[place.project][place.bucket];
}

void PendingJobs::leaveLine(const Place &place)
{
    const auto buckets = m_buckets.find(firstTag(place.bucket.tags));
    Bucket &bucket = buckets->second[place.bucket];
    bucket.lines[place.project].jobs.erase(place.order);
    rerank(bucket, place.project);
    if (bucket.lines.empty()) {
        buckets->second.erase(place.bucket);
        if (buckets->second.empty()) {
            m_buckets.erase(buckets);
        }
    }
    auto &ofProject = m_bucketsOfProject[place.project];
    if (--ofProject[place.bucket] == 0) {
        ofProject.erase(place.bucket);
        if (ofProject.empty()) {
            m_bucketsOfProject.erase(place.project);
        }
    }
}

void PendingJobs::clear()
{
    m_jobs.clear();
    m_buckets.clear();
    m_bucketsOfProject.clear();
}

std::optional<Wish> PendingJobs::wish(JobId job) const
{
    const auto found = m_jobs.find(job);
    if (found == m_jobs.end()) {
        return std::nullopt;
    }
    const Place &place = found->second;
    return Wish {place.project, place.group, place.bucket.tags, place.bucket.isRefProtected};
}

std::optional<Timestamp> PendingJobs::since(JobId job) const
{
    const auto found = m_jobs.find(job);
    return found != m_jobs.end() ? std::optional(fromMilliseconds(found->second.order.since))
                                 : std::nullopt;
}

std::optional<PendingJobs::Rank> PendingJobs::best(const Offer &offer, const Bucket &bucket) const
{
    switch (offer.type) {
    case RunnerType::Instance:
        return *bucket.ranks.begin();
    case RunnerType::Group: {
        const auto ranks = bucket.ranksOfGroup.find(GroupId {offer.owner});
        return ranks != bucket.ranksOfGroup.end() ? std::optional(*ranks->second.begin())
                                                  : std::nullopt;
    }
    case RunnerType::Project: {
        const auto line = bucket.lines.find(ProjectId {offer.owner});
        return line != bucket.lines.end() ? std::optional(line->second.rank) : std::nullopt;
    }
    }
    return std::nullopt;
}

void PendingJobs::consider(const Offer &offer,
                           const QString &tag,
                           std::optional<Rank> &chosen) const
{
    const auto buckets = m_buckets.find(tag);
    if (buckets == m_buckets.end()) {
        return;
    }
    for (const auto &[key, bucket] : buckets->second) {
        if (!covers(offer, key)) {
            continue;
        }
        const std::optional<Rank> rank = best(offer, bucket);
        if (rank && (!chosen || *rank < *chosen)) {
            chosen = rank;
        }
    }
}

std::optional<JobId> PendingJobs::choose(const Offer &offer) const
{
    std::optional<Rank> chosen;
    consider(offer, QString(), chosen);
    for (const QString &tag : offer.tags) {
        consider(offer, tag, chosen);
    }
    return chosen ? std::optional(chosen->oldest.job) : std::nullopt;
}

void PendingJobs::reorder(ProjectId project)
{
    const auto found = m_bucketsOfProject.find(project);
    if (found == m_bucketsOfProject.end()) {
        return;
    }
    for (const auto &[key, count] : found->second) {
        rerank(m_buckets[firstTag(key.tags)][key], project);
    }
}

} // namespace ci::queue
