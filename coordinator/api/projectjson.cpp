// SPDX-License-Identifier: MIT
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/words.h"
#include "db/projectstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

QJsonObject namespaceOf(const model::Project &project, const Site &site)
{
    return {
        {u"id"_s, project.group.value()},
        {u"name"_s, project.groupPath.section(u'/', -1)},
        {u"path"_s, project.groupPath.section(u'/', -1)},
        {u"kind"_s, project.groupPath.contains(u'/') ? u"group"_s : u"user"_s},
        {u"full_path"_s, project.groupPath},
        {u"web_url"_s, site.link(u'/' + project.groupPath)},
    };
}

} // namespace

QJsonObject EntityWriter::project(const model::Project &project)
{
    const QString path = project.fullPath();
    const QString url = m_services.site.link(u'/' + path);
    const Result<bool> hasRefs = db::ProjectStore(m_database).hasSeenRefs(project.id);
    return {
        {u"id"_s, project.id.value()},
        {u"name"_s, project.name},
        {u"path"_s, project.path},
        {u"path_with_namespace"_s, path},
        {u"name_with_namespace"_s, project.groupPath + " / "_L1 + project.name},
        {u"description"_s, project.description},
        {u"default_branch"_s, project.defaultBranch},
        {u"visibility"_s, wordOf(word(project.visibility))},
        {u"web_url"_s, url},
        {u"http_url_to_repo"_s, url + ".git"_L1},
        {u"ssh_url_to_repo"_s, QJsonValue()},
        {u"namespace"_s, namespaceOf(project, m_services.site)},
        {u"created_at"_s, time(project.createdAt)},
        {u"last_activity_at"_s, time(project.lastActivityAt)},
        {u"ci_config_path"_s, project.ciConfigPath},
        {u"build_timeout"_s, static_cast<qint64>(project.buildTimeout.count())},
        {u"jobs_enabled"_s, true},
        {u"archived"_s, project.isArchived},
        {u"empty_repo"_s, !hasRefs || !*hasRefs},
        {u"auto_cancel_pending_pipelines"_s,
         project.autoCancelRedundant ? u"enabled"_s : u"disabled"_s},
    };
}

const std::optional<model::Project> &EntityWriter::projectOf(ProjectId id)
{
    auto known = m_projects.find(id);
    if (known == m_projects.end()) {
        Result<std::optional<model::Project>> found = db::ProjectStore(m_database).find(id);
        known = m_projects.insert(id, found ? std::move(*found) : std::nullopt);
    }
    return *known;
}

QString EntityWriter::projectUrl(ProjectId id)
{
    const std::optional<model::Project> &project = projectOf(id);
    return project ? m_services.site.link(u'/' + project->fullPath()) : m_services.site.link({});
}

} // namespace ci::api
