// SPDX-License-Identifier: MIT
#include "coordinator/forge/pushcommands.h"

#include "coordinator/model/protectedbranches.h"

#include <algorithm>
#include <array>

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype LengthDigits = 4;
constexpr qsizetype ShaLength = 40;

/// Refs that are ours; a push to them is refused whatever the role.
constexpr std::array OwnRefs {"refs/pipelines/"_L1, "refs/merge-requests/"_L1, "refs/keep-around/"_L1};

bool isSha(QByteArrayView text)
{
    return text.size() == ShaLength && std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
}

} // namespace

Result<bool> PushCommands::feed(QByteArrayView bytes)
{
    m_head.append(bytes);
    while (!m_isComplete) {
        const Result<bool> more = readLine();
        if (!more) {
            return more.error();
        }
        if (!*more) {
            return m_head.size() > MaxHeadBytes
                ? Result<bool>(tooLarge(u"a push of so many refs at once is refused"_s))
                : Result<bool>(false);
        }
    }
    return true;
}

Result<bool> PushCommands::readLine()
{
    if (m_head.size() - m_position < LengthDigits) {
        return false;
    }
    bool isNumber = false;
    const qsizetype length = m_head.sliced(m_position, LengthDigits).toInt(&isNumber, 16);
    if (!isNumber || (length > 0 && length <= LengthDigits)) {
        return invalid(u"the push does not begin with a list of refs"_s);
    }
    if (length == 0) {
        m_position += LengthDigits;
        m_isComplete = true;
        return true;
    }
    if (m_head.size() - m_position < length) {
        return false;
    }
    const QByteArrayView line
        = QByteArrayView(m_head).sliced(m_position + LengthDigits, length - LengthDigits);
    m_position += length;
    const Result<void> read = readUpdate(line);
    return read ? Result<bool>(true) : Result<bool>(read.error());
}

Result<void> PushCommands::readUpdate(QByteArrayView line)
{
    if (line.startsWith("shallow ")) {
        return {};
    }
    const qsizetype capabilities = line.indexOf('\0');
    QByteArrayView command = capabilities < 0 ? line : line.first(capabilities);
    if (command.endsWith('\n')) {
        command.chop(1);
    }
    // "old new name"; signed pushes are not advertised and so never come.
    const qsizetype nameStart = 2 * ShaLength + 2;
    if (command.size() <= nameStart || !isSha(command.first(ShaLength))
        || !isSha(command.sliced(ShaLength + 1, ShaLength))) {
        return invalid(u"the list of refs of the push is malformed"_s);
    }
    RefUpdate update;
    update.before = command.first(ShaLength).toByteArray();
    update.after = command.sliced(ShaLength + 1, ShaLength).toByteArray();
    update.ref = QString::fromUtf8(command.sliced(nameStart));
    m_updates.push_back(std::move(update));
    return {};
}

bool PushPolicy::isProtected(const QString &branch) const
{
    return model::isProtectedBranch(protectedBranches, branch);
}

QString PushPolicy::refusal(const std::vector<RefUpdate> &updates) const
{
    for (const RefUpdate &update : updates) {
        const QString name = update.shortName();
        if (update.ref.contains(QChar(QChar::ReplacementCharacter))) {
            return u"The name %1 is not valid UTF-8."_s.arg(update.ref);
        }
        for (const QLatin1StringView own : OwnRefs) {
            if (update.ref.startsWith(own) && !update.isMergeRequest()) {
                return u"%1 cannot be pushed to: it belongs to Capstan."_s.arg(update.ref);
            }
        }
        if (!update.isBranch()) {
            continue;
        }
        if (update.isDeletion() && name == defaultBranch) {
            return u"The branch %1 is the default branch and cannot be deleted."_s.arg(name);
        }
        if (!isProtected(name)) {
            continue;
        }
        if (!mayPushProtected) {
            return u"The branch %1 is protected: pushing to it needs the role maintainer."_s.arg(name);
        }
        if (update.isDeletion()) {
            return u"The branch %1 is protected and cannot be deleted by a push."_s.arg(name);
        }
    }
    return {};
}

QStringList PushPolicy::protectedRefs(const std::vector<RefUpdate> &updates) const
{
    QStringList refs;
    for (const RefUpdate &update : updates) {
        if (update.isBranch() && isProtected(update.shortName())) {
            refs.append(update.ref);
        }
    }
    return refs;
}

} // namespace ci::forge
