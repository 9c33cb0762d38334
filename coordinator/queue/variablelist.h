// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/jobpayloadparts.h"

#include <QHash>
#include <QList>
#include <QString>

namespace ci::queue {

/// A job's variables by rising precedence: the last of a key wins, as for the runner.
class VariableList
{
public:
    void add(const protocol::JobVariable &variable);
    const protocol::JobVariable *find(const QString &key) const;
    QString value(const QString &key) const; ///< As written; empty where there is none.

    /// `$NAME`, `${NAME}` and `%NAME%` replaced, what they bring in as well. Unknown names and
    /// names in a circle stay as they are, `$$` is an escaped `$`, raw values are not looked into.
    /// Names nested deeper than 20 levels and whatever follows 2,000 steps stay as well.
    QString expanded(const QString &text) const;

    /// The same, but unknown names vanish.
    QString expandedWhole(const QString &text) const;

    const QList<protocol::JobVariable> &all() const { return m_variables; }

private:
    enum class Unknown : quint8 { Stays, Vanishes };
    struct Expansion;
    QString expand(const QString &text, Expansion &expansion) const;

    QList<protocol::JobVariable> m_variables;
    QHash<QString, qsizetype> m_index;
};

} // namespace ci::queue
