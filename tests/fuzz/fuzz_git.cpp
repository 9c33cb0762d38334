// SPDX-License-Identifier: MIT
// What strangers say to git's endpoints: the list of refs of a push (the same whatever the cut), the
// hook's file, push options, gzip bodies and request heads. Nothing may crash or grow.
#include "coordinator/forge/gitrequest.h"
#include "coordinator/forge/inflater.h"
#include "coordinator/forge/pushcommands.h"
#include "coordinator/forge/pushevent.h"

#include <cstdlib>

namespace {

using namespace ci;
using namespace ci::forge;

void require(bool truth)
{
    if (!truth) {
        std::abort();
    }
}

struct Reading
{
    bool isOk = false;
    bool isComplete = false;
    size_t updates = 0;
    bool operator==(const Reading &) const = default;
};

Reading readList(QByteArrayView bytes, qsizetype cut)
{
    PushCommands commands;
    Result<bool> complete = commands.feed(bytes.first(cut));
    if (complete) {
        complete = commands.feed(bytes.sliced(cut));
    }
    Reading reading {complete.isOk(), complete && *complete, commands.updates().size()};
    const PushPolicy policy {false, {QStringLiteral("main"), QStringLiteral("a*b*c")}, QStringLiteral("main")};
    policy.refusal(commands.updates());
    policy.protectedRefs(commands.updates());
    return reading;
}

void inflateSome(QByteArrayView bytes)
{
    Inflater inflater;
    inflater.add(bytes);
    qsizetype total = 0;
    while (total < (1 << 20)) {
        const Result<QByteArray> piece = inflater.next();
        if (!piece || piece->isEmpty()) {
            return;
        }
        require(piece->size() <= 64 * 1024);
        total += piece->size();
    }
}

void readHead(const QByteArray &bytes)
{
    const QList<QByteArray> parts = bytes.split('\n');
    net::RequestHead head;
    head.method = parts.value(0).size() % 2 == 0 ? "GET" : "POST";
    head.path = parts.value(0);
    head.query = parts.value(1);
    head.headers.add("Git-Protocol", parts.value(2));
    head.headers.add("Authorization", parts.value(3));
    head.headers.add("Content-Type", parts.value(4));
    if (const Result<GitRequest> request = parseGitRequest(head)) {
        require(!request->projectPath.contains(QChar(u'\0')));
        require(request->protocol.size() <= 64 && !request->protocol.contains(' '));
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const QByteArray bytes(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    const Reading whole = readList(bytes, bytes.size());
    for (const qsizetype cut : {qsizetype(0), bytes.size() / 3, bytes.size() / 2}) {
        require(readList(bytes, cut) == whole);
    }
    if (const Result<PushEvent> event = decodeSpool(bytes)) {
        wishesOf(event->options);
        for (const RefUpdate &update : event->updates) {
            require(update.before.size() == 40 && update.after.size() == 40);
        }
    }
    wishesOf(bytes.split('\n'));
    inflateSome(bytes);
    readHead(bytes);
    return 0;
}
