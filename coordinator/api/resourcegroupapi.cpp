// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jobview.h"
#include "coordinator/api/listing.h"
#include "db/jobstore.h"
#include "db/resourcegroupstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

// More than anybody lets wait for one resource.
constexpr int MaxUpcomingJobs = 1000;

QJsonObject resourceGroupJson(const model::ResourceGroup &group)
{
    return {
        {u"id"_s, group.id},
        {u"key"_s, group.key},
        {u"process_mode"_s, wordOf(db::processModeWord(group.mode))},
        {u"created_at"_s, time(group.createdAt)},
        {u"updated_at"_s, time(group.updatedAt)},
    };
}

Result<model::ResourceGroup> resourceGroupIn(Call &call)
{
    const Result<std::optional<model::ResourceGroup>> found =
        db::ResourceGroupStore(call.database()).find(call.project().id, call.value("key"));
    if (!found) {
        return found.error();
    }
    return *found ? Result<model::ResourceGroup>(**found)
                  : notFound(u"404 Resource Group Not Found"_s);
}

} // namespace

Answer listResourceGroups(Call &call)
{
    return listing(
        call, db::ResourceGroupStore(call.database()).list(call.project().id), resourceGroupJson);
}

Answer showResourceGroup(Call &call)
{
    const Result<model::ResourceGroup> group = resourceGroupIn(call);
    return group ? Answer(jsonResponse(200, resourceGroupJson(*group))) : Answer(group.error());
}

Answer changeResourceGroup(Call &call)
{
    const Result<model::ResourceGroup> group = resourceGroupIn(call);
    if (!group) {
        return group.error();
    }
    const QString word = call.fields().required("process_mode");
    const std::optional<model::ProcessMode> mode = db::processModeOf(word.toLatin1());
    if (!mode) {
        call.fields().refuse("process_mode",
                             u"must be unordered, oldest_first, newest_first or "
                             "newest_ready_first"_s);
        return *call.fields().complaint();
    }
    const Result<model::ResourceGroup> changed =
        call.services().core.pipelines().setProcessMode(call.transaction(), *group, *mode);
    return changed ? Answer(jsonResponse(200, resourceGroupJson(*changed)))
                   : Answer(changed.error());
}

Answer listUpcomingJobs(Call &call)
{
    const Result<model::ResourceGroup> group = resourceGroupIn(call);
    if (!group) {
        return group.error();
    }
    const Result<std::vector<JobId>> ids =
        db::ResourceGroupStore(call.database()).upcoming(*group, MaxUpcomingJobs);
    if (!ids) {
        return ids.error();
    }
    db::JobStore jobs(call.database(), call.services().box);
    JobView view(call);
    return listing(call, Result<std::vector<JobId>>(*ids), [&](JobId id) {
        const Result<std::optional<model::Job>> job = jobs.find(id);
        return job && *job ? view.job(**job) : QJsonObject();
    });
}

Answer showCurrentJob(Call &call)
{
    const Result<model::ResourceGroup> group = resourceGroupIn(call);
    if (!group) {
        return group.error();
    }
    const Result<std::optional<JobId>> id = db::ResourceGroupStore(call.database()).holder(*group);
    if (!id || !*id) {
        return id ? notFound(u"nobody has the resource"_s) : id.error();
    }
    const Result<std::optional<model::Job>> job =
        db::JobStore(call.database(), call.services().box).find(**id);
    return job && *job ? Answer(jsonResponse(200, JobView(call).job(**job)))
                       : Answer(notFound(u"no such job"_s));
}

} // namespace ci::api
