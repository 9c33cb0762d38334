// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/listing.h"
#include "coordinator/forge/repositoryreader.h"
#include "coordinator/model/protectedbranches.h"
#include "db/projectstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

using forge::RefEntry;
using Refs = Result<std::vector<RefEntry>>;

/// What a list of refs needs beyond git, taken on the engine thread.
struct RefContext
{
    net::RequestHead head;
    QByteArray origin;
    db::Page page;
    QString search;
    QString defaultBranch;
    std::vector<QString> protectedPatterns;
};

net::Response refList(const RefContext &context, const Refs &refs, forge::RefKind kind)
{
    if (!refs) {
        return Answer(refs.error()).take();
    }
    std::vector<RefEntry> matching;
    for (const RefEntry &ref : *refs) {
        if (context.search.isEmpty() || ref.name.contains(context.search, Qt::CaseInsensitive)) {
            matching.push_back(ref);
        }
    }
    const db::Listing<RefEntry> part = cut(std::move(matching), context.page);
    QJsonArray array;
    for (const RefEntry &ref : part.items) {
        QJsonObject object {
            {u"name"_s, ref.name},
            {u"commit"_s, EntityWriter::commit(ref.commit)},
            {u"protected"_s,
             kind == forge::RefKind::Branch
                 && model::isProtectedBranch(context.protectedPatterns, ref.name)},
        };
        if (kind == forge::RefKind::Branch) {
            object.insert(u"default"_s, ref.name == context.defaultBranch);
        } else {
            object.insert(u"message"_s, ref.message);
            object.insert(u"target"_s, QString::fromLatin1(ref.commit.sha));
        }
        array.append(object);
    }
    net::Response response = jsonResponse(200, array);
    addPageHeaders(response, context.head, context.origin, context.page, part.total);
    return response;
}

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

/// git blocks for milliseconds: never on this thread.
Answer listRefs(Call &call, forge::RefKind kind)
{
    RefContext context;
    context.head = call.head();
    context.origin = call.site().origin();
    context.page = pageFrom(call.fields());
    context.search = call.fields().text("search").value_or(QString());
    context.defaultBranch = call.project().defaultBranch;
    Result<std::vector<QString>> patterns =
        db::ProjectStore(call.database()).protectedBranches(call.project().id);
    if (!patterns) {
        return patterns.error();
    }
    context.protectedPatterns = std::move(*patterns);
    Services &services = call.services();
    services.core.workers().run<Refs>(
        [&repositories = services.repositories, id = call.project().id, kind] {
            return forge::RepositoryReader(repositories, id).refs(kind);
        },
        [reply = call.reply(), context, kind](const Refs &refs) {
            reply.send(refList(context, refs, kind));
        });
    return Later {};
}

} // namespace

Answer listBranches(Call &call)
{
    return listRefs(call, forge::RefKind::Branch);
}

Answer listTags(Call &call)
{
    return listRefs(call, forge::RefKind::Tag);
}

Answer showCommit(Call &call)
{
    Services &services = call.services();
    services.core.workers().run<Result<model::Commit>>(
        [&repositories = services.repositories, id = call.project().id, name = call.value("sha")] {
            return forge::RepositoryReader(repositories, id).commit(name);
        },
        [reply = call.reply()](const Result<model::Commit> &commit) {
            if (commit) {
                reply.send(jsonResponse(200, EntityWriter::commit(*commit)));
            } else {
                reply.send(commit.error());
            }
        });
    return Later {};
}

Answer showRawFile(Call &call)
{
    Services &services = call.services();
    const QString asked = call.fields().text("ref").value_or(QString());
    if (call.fields().complaint()) {
        return *call.fields().complaint();
    }
    const QString ref = asked.isEmpty() || asked == "HEAD"_L1 ? call.project().defaultBranch : asked;
    services.core.workers().run<Result<QByteArray>>(
        [&repositories = services.repositories,
         id = call.project().id,
         path = call.value("file_path"),
         ref] {
            const forge::RepositoryReader reader(repositories, id);
            const Result<model::Commit> commit = reader.commit(ref);
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
