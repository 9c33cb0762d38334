// SPDX-License-Identifier: MIT
#include "coordinator/forge/linter.h"

#include "coordinator/auth/access.h"
#include "coordinator/auth/posting.h"
#include "coordinator/forge/commitsource.h"
#include "coordinator/pipelines/compilecontext.h"
#include "db/projectstore.h"

#include <algorithm>

namespace ci::forge {

using namespace Qt::StringLiterals;

struct Linter::Attempt
{
    LintWish wish;
    Done done;
    BirthState state;
    LintResult result;
};

Linter::Linter(const PipelineBirth::Parts &parts, ForeignAccess &foreign, QObject *parent)
    : QObject(parent), m_parts(parts), m_foreign(foreign)
{
    m_pool.setMaxThreadCount(MaxAtOnce);
}

Linter::~Linter()
{
    m_pool.waitForDone();
}

void Linter::lint(LintWish wish, Done done)
{
    auto attempt = std::make_shared<Attempt>();
    attempt->wish = std::move(wish);
    if (isFullFor(attempt)) {
        const Error error {ErrorKind::TooMany, u"too many files are being checked; try again in a moment"_s};
        QMetaObject::invokeMethod(this, [done, error] { done(error); }, Qt::QueuedConnection);
        return;
    }
    attempt->done = [this, user = askerOf(*attempt), done](const Result<LintResult> &result) {
        m_busy.remove(user);
        startWaiting();
        done(result);
    };
    m_waiting.push_back(attempt);
    startWaiting();
}

UserId Linter::askerOf(const Attempt &attempt)
{
    return attempt.wish.caller.userId().value_or(UserId());
}

bool Linter::isFullFor(const AttemptPtr &attempt) const
{
    const auto ofUser = std::count_if(m_waiting.begin(), m_waiting.end(), [&](const AttemptPtr &each) {
        return askerOf(*each) == askerOf(*attempt);
    });
    return m_waiting.size() >= MaxWaiting || size_t(ofUser) >= MaxWaitingOfUser;
}

void Linter::startWaiting()
{
    while (m_busy.size() < MaxAtOnce) {
        const auto next = std::find_if(m_waiting.begin(), m_waiting.end(), [this](const AttemptPtr &each) {
            return !m_busy.contains(askerOf(*each));
        });
        if (next == m_waiting.end()) {
            return;
        }
        const AttemptPtr attempt = *next;
        m_waiting.erase(next);
        m_busy.insert(askerOf(*attempt));
        lookUp(attempt);
    }
}

void Linter::lookUp(const AttemptPtr &attempt)
{
    attempt->state.project = attempt->wish.project;
    attempt->state.source = attempt->wish.aim == LintAim::Form ? u"web"_s : u"api"_s;
    attempt->state.user = attempt->wish.caller.userId();
    auto find = [attempt](engine::Transaction &transaction) -> Result<bool> {
        const Result<std::optional<model::Project>> project
            = db::ProjectStore(transaction.database()).find(attempt->wish.project);
        if (!project || !*project) {
            return project ? notFound(u"404 Project Not Found"_s) : project.error();
        }
        attempt->state.row = **project;
        attempt->state.ref
            = attempt->wish.ref.isEmpty() ? (*project)->defaultBranch : attempt->wish.ref;
        return true;
    };
    auth::postFor<bool>(m_parts.loop, find, [this, attempt](const Result<bool> &found) {
        if (found) {
            readTree(attempt);
        } else {
            attempt->done(found.error());
        }
    });
}

void Linter::readTree(const AttemptPtr &attempt)
{
    m_pool.start([this, attempt] {
        PipelineBirth::readCommit(attempt->state, m_parts.repositories);
        QMetaObject::invokeMethod(this, [this, attempt] {
            if (!attempt->state.readError) {
                prepare(attempt);
            } else if (attempt->wish.aim != LintAim::Check || !attempt->wish.ref.isEmpty()
                       || !attempt->wish.content) {
                attempt->done(*attempt->state.readError);
            } else {
                judge(attempt); // A check works while the repository is empty, too.
            }
        }, Qt::QueuedConnection);
    });
}

/// A run would tell its starter as much; who may not run one learns nothing of them.
static Result<pipelines::StoredVariables>
variablesFor(db::Database &database, const auth::Identity &caller, const BirthState &state)
{
    using pipelines::StoredVariables;
    const Result<void> may = auth::allowedOnRef(
        database, caller, auth::Right::RunPipeline, state.row, state.start.ref);
    if (may) {
        return StoredVariables::Taken;
    }
    return mayPass(may.error()) ? Result<StoredVariables>(may.error())
                                : Result<StoredVariables>(StoredVariables::LeftOut);
}

void Linter::prepare(const AttemptPtr &attempt)
{
    auto gather = [this, attempt](engine::Transaction &transaction) -> Result<bool> {
        const Result<pipelines::StoredVariables> stored
            = variablesFor(transaction.database(), attempt->wish.caller, attempt->state);
        if (!stored) {
            return stored.error();
        }
        Result<ciconfig::Context> context = pipelines::compileContext(
            transaction, m_parts.box, m_parts.settings, attempt->state.start, *stored);
        if (!context) {
            return context.error();
        }
        attempt->state.context = *std::move(context);
        return true;
    };
    auth::postFor<bool>(m_parts.loop, gather, [this, attempt](const Result<bool> &gathered) {
        if (gathered) {
            judge(attempt);
        } else {
            attempt->done(gathered.error());
        }
    });
}

static LintResult tried(ciconfig::Compiled compiled)
{
    for (const ciconfig::Message &lacking : compiled.unsupported) {
        compiled.warnings.push_back(lacking);
    }
    return {compiled.isValid(), std::move(compiled.errors), std::move(compiled.warnings),
            std::move(compiled.mergedYaml), std::move(compiled.plan), {}, {}, {}};
}

static LintResult checked(ciconfig::Validated validated)
{
    return {validated.valid, std::move(validated.errors), std::move(validated.warnings),
            std::move(validated.mergedYaml), {}, {}, {}, {}};
}

static ciconfig::Message missingFile(const QString &path)
{
    return {u"Missing CI config file: %1"_s.arg(path), path, 0, 0};
}

static LintResult formOf(const BirthState &state, const ciconfig::Source &source)
{
    LintResult result;
    if (state.text) {
        result.form = ciconfig::runForm(*state.text, state.context, source);
    } else {
        result.form = {{}, {}, {missingFile(state.row.ciConfigPath)}};
    }
    result.valid = result.form->errors.empty();
    return result;
}

static LintResult resultOf(const LintWish &wish, const BirthState &state, const ciconfig::Source &source)
{
    const std::optional<QByteArray> &content = wish.content ? wish.content : state.text;
    if (wish.aim == LintAim::Form) {
        return formOf(state, source);
    }
    if (!content) {
        LintResult result;
        result.errors.push_back(missingFile(state.row.ciConfigPath));
        return result;
    }
    if (wish.aim == LintAim::Compile) {
        return tried(ciconfig::compile(*content, state.context, source));
    }
    return state.start.commit.sha.isEmpty()
        ? checked(ciconfig::validate(*content, state.row.ciConfigPath, source))
        : checked(ciconfig::validate(*content, state.context, source));
}

void Linter::judge(const AttemptPtr &attempt)
{
    m_pool.start([this, attempt] {
        const BirthState &state = attempt->state;
        const QByteArray &sha = state.start.commit.sha;
        const ForeignFiles files(m_foreign, state.user);
        const CommitSource source(sha.isEmpty() ? nullptr : state.reader, sha, {}, &files);
        attempt->result = resultOf(attempt->wish, state, source);
        attempt->result.ref = state.start.ref;
        attempt->result.sha = sha;
        attempt->state.reader.reset();
        QMetaObject::invokeMethod(
            this, [attempt] { attempt->done(attempt->result); }, Qt::QueuedConnection);
    });
}

} // namespace ci::forge
