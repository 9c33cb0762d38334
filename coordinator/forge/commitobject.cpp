// SPDX-License-Identifier: MIT
#include "coordinator/forge/commitobject.h"

#include <algorithm>

namespace ci::forge {

namespace {

constexpr qsizetype MaxMessage = 64 * 1024;

struct Signature
{
    QString name;
    QString email;
    Timestamp at;
};

/// "Name <mail> 1700000000 +0100"
Signature signatureOf(const QByteArray &line)
{
    const qsizetype open = line.lastIndexOf('<');
    const qsizetype close = line.indexOf('>', open);
    if (open < 0 || close < 0) {
        return {QString::fromUtf8(line), {}, {}};
    }
    const qint64 seconds = line.sliced(close + 1).trimmed().split(' ').front().toLongLong();
    // A commit may claim any time at all; what SQLite and ISO 8601 cannot show is not taken.
    constexpr qint64 Latest = 253'402'300'799; // The year 9999.
    return {QString::fromUtf8(line.first(open).trimmed()),
            QString::fromUtf8(line.sliced(open + 1, close - open - 1)),
            Timestamp {std::chrono::seconds {std::clamp<qint64>(seconds, 0, Latest)}}};
}

QString withoutNul(QString text)
{
    return text.remove(QChar(u'\0'));
}

} // namespace

QString messageText(const QByteArray &message)
{
    return withoutNul(QString::fromUtf8(message.left(MaxMessage)));
}

model::Commit commitOf(const QByteArray &sha, const QByteArray &object)
{
    model::Commit commit;
    commit.sha = sha;
    const qsizetype split = object.indexOf("\n\n");
    for (const QByteArray &line : object.first(std::max<qsizetype>(split, 0)).split('\n')) {
        if (line.startsWith("author ")) {
            const Signature author = signatureOf(line.sliced(7));
            commit.authorName = withoutNul(author.name);
            commit.authorEmail = withoutNul(author.email);
        } else if (line.startsWith("committer ")) {
            commit.committedAt = signatureOf(line.sliced(10)).at;
        }
    }
    const QByteArray message = split < 0 ? QByteArray() : object.sliced(split + 2);
    commit.message = messageText(message);
    return commit;
}

} // namespace ci::forge
