// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/compiler.h"

namespace ci::test {

/// A tree of files in memory.
class MemorySource final : public ciconfig::Source
{
public:
    MemorySource() = default;
    explicit MemorySource(QHash<QString, QByteArray> files) : m_files(std::move(files)) { }

    Result<QByteArray> localFile(const QString &path) const override
    {
        const auto found = m_files.constFind(path);
        return found == m_files.constEnd() ? Result<QByteArray>(notFound(path)) : Result<QByteArray>(*found);
    }
    QStringList allFiles() const override { return m_files.keys(); }
    std::optional<QStringList> changedFiles() const override { return changed; }
    Result<QStringList> changedSince(const QString &ref) const override
    {
        return ref == QLatin1StringView("main") ? Result<QStringList>(since) : Result<QStringList>(notFound(ref));
    }

    std::optional<QStringList> changed;
    QStringList since;

private:
    QHash<QString, QByteArray> m_files;
};

inline ciconfig::Context branchContext(const QString &branch = QStringLiteral("main"))
{
    ciconfig::Context context;
    context.file = QStringLiteral(".gitlab-ci.yml");
    context.source = QStringLiteral("push");
    context.ref = branch;
    context.variables = {{QStringLiteral("CI_COMMIT_BRANCH"), branch, false},
                         {QStringLiteral("CI_PIPELINE_SOURCE"), QStringLiteral("push"), false}};
    return context;
}

/// Compiles a text for a push to main.
inline ciconfig::Compiled compiled(const QByteArray &text)
{
    return ciconfig::compile(text, branchContext(), MemorySource());
}

inline const model::JobPlan *findJob(const ciconfig::Compiled &result, const QString &name)
{
    if (!result.plan) {
        return nullptr;
    }
    for (const model::JobPlan &job : result.plan->jobs) {
        if (job.name == name) {
            return &job;
        }
    }
    return nullptr;
}

/// "line:column: text" of the first error; empty = valid.
inline QString firstError(const ciconfig::Compiled &result)
{
    if (result.errors.empty()) {
        return {};
    }
    const ciconfig::Message &message = result.errors.front();
    return QStringLiteral("%1:%2: %3").arg(message.line).arg(message.column).arg(message.text);
}

} // namespace ci::test
