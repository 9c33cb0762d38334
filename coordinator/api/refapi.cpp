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
using forge::RefKind;
using Refs = Result<std::vector<RefEntry>>;

/// What refs need beyond git, taken on the engine thread.
struct RefContext
{
    net::RequestHead head;
    QByteArray origin;
    db::Page page;
    QString search;
    QString defaultBranch;
    std::vector<QString> protectedPatterns;
};

Result<RefContext> contextOf(Call &call)
{
    Result<std::vector<QString>> patterns =
        db::ProjectStore(call.database()).protectedBranches(call.project().id);
    if (!patterns) {
        return patterns.error();
    }
    RefContext context;
    context.head = call.head();
    context.origin = call.site().origin();
    context.page = pageFrom(call.fields());
    context.search = call.fields().text("search").value_or(QString());
    context.defaultBranch = call.project().defaultBranch;
    context.protectedPatterns = *std::move(patterns);
    return context;
}

QJsonObject refJson(const RefContext &context, const RefEntry &ref, RefKind kind)
{
    QJsonObject object {
        {u"name"_s, ref.name},
        {u"commit"_s, EntityWriter::commit(ref.commit)},
        {u"protected"_s,
         kind == RefKind::Branch && model::isProtectedBranch(context.protectedPatterns, ref.name)},
    };
    if (kind == RefKind::Branch) {
        object.insert(u"default"_s, ref.name == context.defaultBranch);
    } else {
        object.insert(u"message"_s, ref.message);
        object.insert(u"target"_s, QString::fromLatin1(ref.commit.sha));
    }
    return object;
}

net::Response refList(const RefContext &context, const Refs &refs, RefKind kind)
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
        array.append(refJson(context, ref, kind));
    }
    net::Response response = jsonResponse(200, array);
    addPageHeaders(response, context.head, context.origin, context.page, part.total);
    return response;
}

/// git blocks for milliseconds: never on this thread.
Answer listRefs(Call &call, RefKind kind)
{
    const Result<RefContext> context = contextOf(call);
    if (!context) {
        return context.error();
    }
    Services &services = call.services();
    services.readers.run<Refs>(
        [&repositories = services.repositories, id = call.project().id, kind] {
            return forge::RepositoryReader(repositories, id).refs(kind);
        },
        [reply = call.reply(), context = *context, kind](const Refs &refs) {
            reply.send(refList(context, refs, kind));
        });
    return Later {};
}

Answer showRef(Call &call, RefKind kind, const QString &name)
{
    const Result<RefContext> context = contextOf(call);
    if (!context) {
        return context.error();
    }
    Services &services = call.services();
    services.readers.run<Result<RefEntry>>(
        [&repositories = services.repositories, id = call.project().id, kind, name] {
            return forge::RepositoryReader(repositories, id).ref(kind, name);
        },
        [reply = call.reply(), context = *context, kind](const Result<RefEntry> &ref) {
            if (ref) {
                reply.send(jsonResponse(200, refJson(context, *ref, kind)));
            } else {
                reply.send(ref.error());
            }
        });
    return Later {};
}

} // namespace

Answer listBranches(Call &call)
{
    return listRefs(call, RefKind::Branch);
}

Answer showBranch(Call &call)
{
    return showRef(call, RefKind::Branch, call.value("branch"));
}

Answer listTags(Call &call)
{
    return listRefs(call, RefKind::Tag);
}

Answer showTag(Call &call)
{
    return showRef(call, RefKind::Tag, call.value("tag"));
}

} // namespace ci::api
