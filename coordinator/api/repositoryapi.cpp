// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/paging.h"
#include "coordinator/api/revision.h"
#include "coordinator/forge/repositorybrowser.h"

#include <QCryptographicHash>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

/// Bytes of a stranger under our origin: text, whatever they look like, and no page of ours.
net::Response rawFile(const QByteArray &content)
{
    net::Response response;
    response.headers.add("Content-Type"_ba, "text/plain; charset=utf-8"_ba);
    response.headers.add("X-Content-Type-Options"_ba, "nosniff"_ba);
    response.headers.add("Content-Security-Policy"_ba, "sandbox; default-src 'none'"_ba);
    response.headers.add("Cache-Control"_ba, "no-store"_ba);
    response.body = content;
    return response;
}

QJsonObject fileJson(const forge::FileEntry &file, const QString &revision)
{
    const QByteArray sum = QCryptographicHash::hash(file.content, QCryptographicHash::Sha256);
    return {
        {u"file_name"_s, file.path.section(u'/', -1)},
        {u"file_path"_s, file.path},
        {u"size"_s, file.content.size()},
        {u"encoding"_s, u"base64"_s},
        {u"content"_s, QString::fromLatin1(file.content.toBase64())},
        {u"content_sha256"_s, QString::fromLatin1(sum.toHex())},
        {u"ref"_s, revision},
        {u"blob_id"_s, QString::fromLatin1(file.id)},
        {u"commit_id"_s, QString::fromLatin1(file.commit)},
        {u"last_commit_id"_s, QString::fromLatin1(file.lastChange)},
    };
}

QJsonObject treeJson(const forge::TreeEntry &entry)
{
    return {
        {u"id"_s, QString::fromLatin1(entry.id)},
        {u"name"_s, entry.name},
        {u"type"_s, QString::fromLatin1(entry.type)},
        {u"path"_s, entry.path},
        {u"mode"_s, QString::fromLatin1(entry.mode)},
    };
}

} // namespace

Answer showTree(Call &call)
{
    const db::Page page = pageFrom(call.fields());
    const QString revision = revisionField(call, "ref");
    const QString path = call.fields().text("path").value_or(QString());
    const bool recursive = call.fields().flag("recursive").value_or(false);
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    using Tree = Result<std::vector<forge::TreeEntry>>;
    Services &services = call.services();
    services.readers.run<Tree>(
        [&repositories = services.repositories, id = call.project().id, revision, path, recursive] {
            return forge::RepositoryBrowser(repositories, id).tree(revision, path, recursive);
        },
        [reply = call.reply(), head = call.head(), origin = call.site().origin(), page](
            const Tree &tree) {
            if (!tree) {
                reply.send(tree.error());
                return;
            }
            const db::Listing<forge::TreeEntry> part = cut(*tree, page);
            QJsonArray array;
            for (const forge::TreeEntry &entry : part.items) {
                array.append(treeJson(entry));
            }
            net::Response response = jsonResponse(200, array);
            addPageHeaders(response, head, origin, page, part.total);
            reply.send(response);
        });
    return Later {};
}

Answer showFile(Call &call)
{
    const QString revision = revisionField(call, "ref");
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    using File = Result<forge::FileEntry>;
    Services &services = call.services();
    services.readers.run<File>(
        [&repositories = services.repositories,
         id = call.project().id,
         path = call.value("file_path"),
         revision] { return forge::RepositoryBrowser(repositories, id).file(revision, path); },
        [reply = call.reply(), revision](const File &file) {
            if (file) {
                reply.send(jsonResponse(200, fileJson(*file, revision)));
            } else {
                reply.send(file.error());
            }
        });
    return Later {};
}

Answer showRawFile(Call &call)
{
    const QString revision = revisionField(call, "ref");
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    Services &services = call.services();
    services.readers.run<Result<QByteArray>>(
        [&repositories = services.repositories,
         id = call.project().id,
         path = call.value("file_path"),
         revision] {
            const forge::RepositoryReader reader(repositories, id);
            const Result<model::Commit> commit = reader.commit(revision);
            return commit ? reader.file(commit->sha, path) : Result<QByteArray>(commit.error());
        },
        [reply = call.reply()](const Result<QByteArray> &content) {
            if (content) {
                reply.send(rawFile(*content));
            } else {
                reply.send(content.error());
            }
        });
    return Later {};
}

} // namespace ci::api
