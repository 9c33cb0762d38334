// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/contenttype.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/errorstatus.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jsonresponse.h"
#include "coordinator/auth/access.h"
#include "coordinator/storage/zipreader.h"
#include "db/pagesstore.h"
#include "db/projectstore.h"

using namespace Qt::StringLiterals;

// What jobs publish: HTML of strangers on our own address. The sandbox gives every document an
// origin of its own, so that its scripts have neither our cookies nor our storage, and the browser
// sends none of them along.

namespace ci::api {
namespace {

constexpr const char *PagesPolicy =
    "sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads";
// Groups may be nested, and a prefix is two parts at most.
constexpr qsizetype MaxPagesDepth = 64;

/// What a request for a file of a site needs, beyond this thread.
struct PageOrder
{
    QString archive;
    QString folder; ///< Within the archive: "public".
    QString path; ///< Below it; empty: its index.
    QByteArray location; ///< Of the request, for a redirection.
    bool isPublic = false;
};

void addPageSafety(net::Response &response, bool isPublic)
{
    response.headers.add("Content-Security-Policy"_ba, PagesPolicy);
    response.headers.add("X-Content-Type-Options"_ba, "nosniff"_ba);
    response.headers.add("Referrer-Policy"_ba, "no-referrer"_ba);
    response.headers.add("Cache-Control"_ba, isPublic ? "no-cache"_ba : "no-store"_ba);
    if (isPublic) {
        // Fonts and modules of a sandboxed document come from another origin than its own.
        response.headers.add("Access-Control-Allow-Origin"_ba, "*"_ba);
    }
}

std::optional<net::Response> openPage(const PageOrder &order, const QString &path, int status)
{
    Result<std::unique_ptr<BodySource>> source =
        storage::openZipEntry(order.archive, order.folder + u'/' + path);
    if (!source) {
        return std::nullopt;
    }
    net::Response response;
    response.status = status;
    response.headers.add("Content-Type"_ba, contentType(path));
    addPageSafety(response, order.isPublic);
    response.source = std::shared_ptr<BodySource>(std::move(*source));
    return response;
}

/// On a worker. The order is that of GitLab Pages: the file, its folder's index, the file with
/// ".html", the site's own 404.
net::Response servePageFrom(const PageOrder &order)
{
    const bool isFolder = order.path.isEmpty() || order.path.endsWith(u'/');
    if (isFolder) {
        if (auto page = openPage(order, order.path + "index.html"_L1, 200)) {
            return std::move(*page);
        }
    } else {
        if (auto page = openPage(order, order.path, 200)) {
            return std::move(*page);
        }
        if (openPage(order, order.path + "/index.html"_L1, 200)) {
            // Its relative links mean what is in the folder.
            net::Response response = emptyResponse(302);
            response.headers.add("Location"_ba, order.location + '/');
            return response;
        }
        if (auto page = openPage(order, order.path + ".html"_L1, 200)) {
            return std::move(*page);
        }
    }
    if (auto page = openPage(order, u"404.html"_s, 404)) {
        return std::move(*page);
    }
    net::Response response = errorResponse(404);
    addPageSafety(response, order.isPublic);
    return response;
}

struct PagesPlace
{
    model::Project project;
    QString rest;
};

/// The project whose path the address begins with, if the caller may see it.
Result<PagesPlace> placeOf(Call &call)
{
    const QStringList parts = call.value("path").split(u'/');
    for (qsizetype count = 2; count <= std::min(parts.size(), MaxPagesDepth); ++count) {
        const QString path = parts.first(count).join(u'/');
        const auto found = db::ProjectStore(call.database()).findByPath(path);
        if (!found) {
            return found.error();
        }
        if (*found) {
            Result<model::Project> project = auth::projectWith(
                call.database(), call.identity(), (*found)->id, auth::Right::SeeProject);
            if (!project) {
                return project.error();
            }
            return PagesPlace {std::move(*project), parts.sliced(count).join(u'/')};
        }
    }
    return auth::missingProject(call.identity());
}

QString pagesUrl(Call &call, const model::PagesDeployment &deployment)
{
    const QString url = call.site().link("/-/pages/"_L1 + call.project().fullPath());
    return deployment.pathPrefix.isEmpty() ? url + u'/' : url + u'/' + deployment.pathPrefix + u'/';
}

/// The deployment with the longest prefix that the rest begins with; cuts it off.
const model::PagesDeployment *chooseDeployment(const std::vector<model::PagesDeployment> &all,
                                               QString &rest)
{
    const model::PagesDeployment *chosen = nullptr;
    for (const model::PagesDeployment &each : all) {
        const bool fits = each.pathPrefix.isEmpty() || rest == each.pathPrefix
            || rest.startsWith(each.pathPrefix + u'/');
        if (fits && (!chosen || each.pathPrefix.size() > chosen->pathPrefix.size())) {
            chosen = &each;
        }
    }
    if (chosen && !chosen->pathPrefix.isEmpty()) {
        rest = rest.mid(chosen->pathPrefix.size() + 1);
    }
    return chosen;
}

} // namespace

Answer servePages(Call &call)
{
    Result<PagesPlace> place = placeOf(call);
    if (!place) {
        return place.error();
    }
    const Result<std::vector<model::PagesDeployment>> all =
        db::PagesStore(call.database()).ofProject(place->project.id);
    if (!all) {
        return all.error();
    }
    const model::PagesDeployment *deployment = chooseDeployment(*all, place->rest);
    if (!deployment) {
        return notFound(u"nothing is published there"_s);
    }
    const PageOrder order {call.services().core.pages().path(deployment->id),
                           deployment->root,
                           place->rest,
                           call.head().path,
                           place->project.visibility == model::Visibility::Public};
    // Without its last '/' a site's own links would lead beside it.
    if (order.path.isEmpty() && !call.head().path.endsWith('/')) {
        net::Response response = emptyResponse(302);
        response.headers.add("Location"_ba, order.location + '/');
        return response;
    }
    call.services().readers.run<net::Response>(
        [order] { return servePageFrom(order); },
        [reply = call.reply()](const net::Response &response) { reply.send(response); });
    return Later {};
}

Answer showPages(Call &call)
{
    const Result<std::vector<model::PagesDeployment>> all =
        db::PagesStore(call.database()).ofProject(call.project().id);
    if (!all) {
        return all.error();
    }
    if (all->empty()) {
        return notFound(u"nothing is published"_s);
    }
    QJsonArray deployments;
    for (const model::PagesDeployment &each : *all) {
        deployments.append(QJsonObject {
            {u"created_at"_s, time(each.createdAt)},
            {u"url"_s, pagesUrl(call, each)},
            {u"path_prefix"_s, each.pathPrefix},
            {u"root_directory"_s, each.root},
            {u"expires_at"_s, timeOrNull(each.expiresAt)},
        });
    }
    return jsonResponse(
        200,
        QJsonObject {
            {u"url"_s, QString(call.site().link("/-/pages/"_L1 + call.project().fullPath()) + u'/')},
            {u"is_unique_domain_enabled"_s, false},
            {u"force_https"_s, false},
            {u"primary_domain"_s, QJsonValue()},
            {u"deployments"_s, deployments},
        });
}

Answer deletePages(Call &call)
{
    const Result<void> removed =
        call.services().core.pages().removeAllOf(call.transaction(), call.project().id);
    return removed ? Answer(emptyResponse(204)) : Answer(removed.error());
}

} // namespace ci::api
