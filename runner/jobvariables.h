// SPDX-License-Identifier: MIT
#pragma once

#include "common/protocol/jobpayload.h"

#include <QByteArray>
#include <QHash>
#include <QList>

#include <optional>
#include <vector>

namespace ci::runner {

/// The variables of a job as its processes see them: the last of a name wins, `$name` inside values
/// is resolved (never in raw ones), file variables stand for the path of their file.
class JobVariables final
{
public:
    struct Variable
    {
        QByteArray name;
        QByteArray value; ///< Of a file variable: its path.
        bool isRaw = false;
        bool isFile = false;
        bool isMasked = false; ///< Not to be seen in the log.
        QByteArray content; ///< Of a file variable.
    };

    /// Adds or replaces. NUL bytes, which no environment can carry, are dropped from values, and
    /// names that are empty or hold '=' or NUL are ignored.
    void set(const protocol::JobVariable &variable);
    void set(const QByteArray &name, const QByteArray &value);

    /// Once, after all are set: `fileDirectory` is where file variables will lie.
    void resolve(const QByteArray &fileDirectory);

    std::optional<QByteArray> value(const QByteArray &name) const;
    QByteArray value(const QByteArray &name, const QByteArray &fallback) const;
    /// "true" or "1" in any case; otherwise `fallback` where it is not "false" or "0".
    bool flag(const QByteArray &name, bool fallback = false) const;
    /// A whole number in 0…1,000,000, else `fallback`.
    int number(const QByteArray &name, int fallback) const;
    /// "90" (seconds), "5m", "1h 30m", "2 minutes".
    std::optional<qint64> seconds(const QByteArray &name) const;

    /// `text` with its variables: an artifact's name, a cache's key.
    QByteArray expand(const QByteArray &text) const;

    const std::vector<Variable> &all() const { return m_variables; }

private:
    const Variable *find(const QByteArray &name) const;
    QByteArray resolved(size_t index, std::vector<int> &marks, int depth);

    std::vector<Variable> m_variables;
    QHash<QByteArray, size_t> m_index;
};

} // namespace ci::runner
