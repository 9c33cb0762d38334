// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "coordinator/forge/pushevent.h"

#include <QByteArray>
#include <QStringList>

#include <optional>
#include <vector>

namespace ci::forge {

/// Reads the list of ref updates at the head of a push, as bytes arrive (gitprotocol-pack,
/// "Reference Update Request"). All bytes stay in head(), to be given on to git.
class PushCommands
{
public:
    static constexpr qsizetype MaxHeadBytes = 4 << 20; ///< About 30,000 refs.

    /// True once the list is complete.
    Result<bool> feed(QByteArrayView bytes);
    const std::vector<RefUpdate> &updates() const { return m_updates; }
    QByteArray takeHead() { return std::move(m_head); }

private:
    Result<bool> readLine(); ///< False: more bytes are needed.
    Result<void> readUpdate(QByteArrayView line);

    QByteArray m_head;
    qsizetype m_position = 0;
    bool m_isComplete = false;
    std::vector<RefUpdate> m_updates;
};

/// What somebody may push to one project; taken from the database before the push begins.
struct PushPolicy
{
    bool mayPushProtected = false;
    std::vector<QString> protectedBranches; ///< Names or wildcards.
    QString defaultBranch;

    bool isProtected(const QString &branch) const;
    /// A sentence for the person who pushes; empty: go on.
    QString refusal(const std::vector<RefUpdate> &updates) const;
    /// Those whose history may only grow: looked at by the hook, which has the objects.
    QStringList protectedRefs(const std::vector<RefUpdate> &updates) const;
};

} // namespace ci::forge
