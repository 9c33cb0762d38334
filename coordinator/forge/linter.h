// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/auth/identity.h"
#include "coordinator/ciconfig/compiler.h"
#include "coordinator/ciconfig/runform.h"
#include "coordinator/forge/pipelinebirth.h"

#include <QSet>
#include <QObject>
#include <QThreadPool>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace ci::forge {

enum class LintAim : quint8 {
    Check,
    Compile, ///< For the ref: what pipeline it would make.
    Form, ///< Of the project's own file at the ref: what it asks of whoever runs a pipeline.
};

/// A configuration to try in a project's context; nothing is stored. Stored variables take part only
/// where `caller` may run a pipeline of the ref: the answer may show them.
struct LintWish
{
    ProjectId project;
    std::optional<QByteArray> content; ///< nullopt: the project's own file at the ref.
    QString ref; ///< Empty: the default branch.
    LintAim aim = LintAim::Check;
    auth::Identity caller;
};

struct LintResult
{
    bool valid = false;
    std::vector<ciconfig::Message> errors;
    std::vector<ciconfig::Message> warnings;
    QString mergedYaml; ///< Empty where it is not valid.
    std::optional<model::PipelinePlan> plan; ///< Only of LintAim::Compile.
    std::optional<ciconfig::RunForm> form; ///< Only where it was asked for.
    QString ref; ///< The name without refs/; empty: the repository is.
    QByteArray sha;
};

/// Tries configurations. Engine thread; compiles on workers of its own, as an include of a slow host
/// holds one for half a minute: no pipeline waits for that. One attempt of a user at a time, the
/// others wait in order; TooMany beyond the bounds.
class Linter final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(Linter)

public:
    using Done = std::function<void(Result<LintResult>)>;
    static constexpr int MaxAtOnce = 4;
    static constexpr size_t MaxWaiting = 64;
    static constexpr size_t MaxWaitingOfUser = 8; ///< An editor asks anew while somebody types.

    Linter(const PipelineBirth::Parts &parts, ForeignAccess &foreign, QObject *parent);
    ~Linter() override;
    void lint(LintWish wish, Done done);

private:
    struct Attempt;
    using AttemptPtr = std::shared_ptr<Attempt>;

    static UserId askerOf(const Attempt &attempt);
    bool isFullFor(const AttemptPtr &attempt) const;
    void startWaiting();
    void lookUp(const AttemptPtr &attempt);
    void readTree(const AttemptPtr &attempt);
    void prepare(const AttemptPtr &attempt);
    void judge(const AttemptPtr &attempt);

    const PipelineBirth::Parts m_parts;
    ForeignAccess &m_foreign;
    QThreadPool m_pool;
    std::deque<AttemptPtr> m_waiting;
    QSet<UserId> m_busy; ///< Whose attempt is under way; nobody counts as one.
};

} // namespace ci::forge
