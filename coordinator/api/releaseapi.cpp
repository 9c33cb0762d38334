// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/listing.h"
#include "coordinator/forge/releases.h"
#include "db/releasestore.h"

#include <QDateTime>
#include <QUrl>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

QJsonObject linkJson(const model::ReleaseLink &link)
{
    return {
        {u"id"_s, link.id},
        {u"name"_s, link.name},
        {u"url"_s, link.url},
        {u"direct_asset_url"_s, link.url},
        {u"link_type"_s, link.type},
    };
}

QJsonObject releaseJson(EntityWriter &writer, const model::Release &release)
{
    const QString project = writer.projectUrl(release.project);
    QJsonArray links;
    for (const model::ReleaseLink &link : release.links) {
        links.append(linkJson(link));
    }
    const QString sha = QString::fromLatin1(release.sha);
    return {
        {u"tag_name"_s, release.tag},
        {u"name"_s, release.name},
        {u"description"_s, release.description},
        {u"created_at"_s, time(release.createdAt)},
        {u"released_at"_s, time(release.releasedAt)},
        {u"upcoming_release"_s, release.releasedAt > release.createdAt},
        {u"author"_s, writer.person(release.user)},
        {u"commit"_s, QJsonObject {{u"id"_s, sha}, {u"short_id"_s, sha.left(8)}}},
        {u"milestones"_s, QJsonArray()},
        {u"evidences"_s, QJsonArray()},
        {u"assets"_s,
         QJsonObject {{u"count"_s, links.size()}, {u"sources"_s, QJsonArray()}, {u"links"_s, links}}},
        {u"_links"_s,
         QJsonObject {{u"self"_s,
                       QString(project + "/-/releases/"_L1
                               + QString::fromLatin1(QUrl::toPercentEncoding(release.tag)))}}},
    };
}

Result<model::Release> releaseIn(Call &call)
{
    const Result<std::optional<model::Release>> found =
        db::ReleaseStore(call.database()).find(call.project().id, call.value("tag"));
    if (!found) {
        return found.error();
    }
    return *found ? Result<model::Release>(**found)
                  : Result<model::Release>(notFound(u"404 Release Not Found"_s));
}

Answer releaseAnswer(Call &call, const Result<model::Release> &release)
{
    if (!release) {
        return release.error();
    }
    EntityWriter writer(call.services(), call.database());
    return jsonResponse(200, releaseJson(writer, *release));
}

std::optional<Timestamp> releasedAtField(Fields &fields)
{
    const std::optional<QString> text = fields.text("released_at");
    if (!text || text->isEmpty()) {
        return std::nullopt;
    }
    const QDateTime moment = QDateTime::fromString(*text, Qt::ISODate);
    if (!moment.isValid()) {
        fields.refuse("released_at", u"must be a date of ISO 8601"_s);
        return std::nullopt;
    }
    return fromMilliseconds(moment.toMSecsSinceEpoch());
}

std::vector<model::ReleaseLink> linksField(Fields &fields)
{
    Fields assets(fields.values().value("assets"_L1).toObject());
    std::vector<model::ReleaseLink> links;
    for (Fields &each : assets.objects("links")) {
        model::ReleaseLink link;
        link.name = each.required("name");
        link.url = each.required("url");
        link.filepath = each.text("filepath").value_or(
            each.text("direct_asset_path").value_or(QString()));
        link.type = each.text("link_type").value_or(link.type);
        fields.adopt(each);
        links.push_back(link);
    }
    fields.adopt(assets);
    return links;
}

} // namespace

Answer listReleases(Call &call)
{
    const db::Page page = pageFrom(call.fields());
    EntityWriter writer(call.services(), call.database());
    return listing(call,
                   page,
                   db::ReleaseStore(call.database()).list(call.project().id, page),
                   [&writer](const model::Release &each) { return releaseJson(writer, each); });
}

Answer showRelease(Call &call)
{
    return releaseAnswer(call, releaseIn(call));
}

Answer createRelease(Call &call)
{
    Fields &fields = call.fields();
    forge::NewRelease wish;
    wish.project = call.project().id;
    wish.tag = fields.required("tag_name");
    wish.tagMessage = fields.text("tag_message").value_or(QString());
    wish.ref = fields.text("ref").value_or(QString());
    wish.name = fields.text("name").value_or(QString());
    wish.description = fields.text("description").value_or(QString());
    wish.releasedAt = releasedAtField(fields);
    wish.links = linksField(fields);
    wish.user = call.identity().userId();
    if (fields.complaint()) {
        return *fields.complaint();
    }
    Services &services = call.services();
    services.releases.create(
        wish, &services.context, [reply = call.reply(), &services](const Result<model::Release> &made) {
            if (!made) {
                reply.send(made.error());
                return;
            }
            services.loop.post([reply, &services, made = *made](engine::Transaction &transaction) {
                EntityWriter writer(services, transaction.database());
                const net::Response response = jsonResponse(201, releaseJson(writer, made));
                transaction.answer([reply, response] { reply.send(response); });
                return engine::Outcome::Keep;
            });
        });
    return Later {};
}

Answer changeRelease(Call &call)
{
    Result<model::Release> release = releaseIn(call);
    if (!release) {
        return release.error();
    }
    Fields &fields = call.fields();
    release->name = fields.text("name").value_or(release->name);
    release->description = fields.text("description").value_or(release->description);
    release->releasedAt = releasedAtField(fields).value_or(release->releasedAt);
    if (fields.complaint()) {
        return *fields.complaint();
    }
    forge::NewRelease checked;
    checked.tag = release->tag;
    checked.name = release->name;
    checked.description = release->description;
    if (const Result<void> ok = forge::Releases::check(checked); !ok) {
        return ok.error();
    }
    const Result<void> stored = db::ReleaseStore(call.database()).update(*release);
    return stored ? releaseAnswer(call, release) : Answer(stored.error());
}

Answer deleteRelease(Call &call)
{
    const Result<model::Release> release = releaseIn(call);
    if (!release) {
        return release.error();
    }
    const Result<bool> removed = db::ReleaseStore(call.database()).remove(release->id);
    return removed ? releaseAnswer(call, release) : Answer(removed.error());
}

} // namespace ci::api
