// SPDX-License-Identifier: MIT
#include "coordinator/forge/pipelinebirth.h"

#include "coordinator/auth/posting.h"
#include "coordinator/forge/commitsource.h"
#include "coordinator/forge/mergerequests.h"
#include "coordinator/pipelines/compilecontext.h"
#include "coordinator/pipelines/environments.h"
#include "db/projectstore.h"

#include <QLoggingCategory>

namespace ci::forge {

using namespace Qt::StringLiterals;
using MaybePipeline = std::optional<model::Pipeline>;

Q_LOGGING_CATEGORY(lcBirth, "ci.forge.pipelines")

namespace {

std::vector<model::ConfigError> configErrors(const std::vector<ciconfig::Message> &messages)
{
    std::vector<model::ConfigError> errors;
    for (const ciconfig::Message &message : messages) {
        errors.push_back({message.text, message.file, message.line, message.column});
    }
    return errors;
}

/// For whoever asked for the pipeline: one message a line.
Error refusalOf(const std::vector<ciconfig::Message> &messages)
{
    QStringList lines;
    for (const ciconfig::Message &message : messages) {
        const QString place = message.line > 0
            ? u"%1:%2:%3: "_s.arg(message.file).arg(message.line).arg(message.column)
            : QString();
        lines.append(place + message.text);
    }
    return invalid(lines.join(u'\n'));
}

QString reasonText(model::NotCreated reason)
{
    switch (reason) {
    case model::NotCreated::FilteredByWorkflow:
        return u"Pipeline filtered out by workflow rules."_s;
    case model::NotCreated::Empty:
        return u"The resulting pipeline would have been empty. "
               "Review the rules configuration for the relevant jobs."_s;
    }
    return {};
}

} // namespace

PipelineBirth::PipelineBirth(const Parts &parts, ForeignAccess &foreign, QThreadPool &pool, QObject *parent)
    : QObject(parent), m_parts(parts), m_foreign(foreign), m_pool(pool)
{
}

void PipelineBirth::begin(std::shared_ptr<BirthState> state, Done done)
{
    lookUp(state, std::move(done));
}

void PipelineBirth::lookUp(const State &state, Done done)
{
    auto run = [state](engine::Transaction &transaction) -> Result<bool> {
        db::ProjectStore projects(transaction.database());
        const Result<std::optional<model::Project>> project = projects.find(state->project);
        if (!project || !*project) {
            return project ? notFound(u"404 Project Not Found"_s) : project.error();
        }
        state->row = **project;
        if (const Result<void> found = findMergeRequests(transaction, *state); !found) {
            return found.error();
        }
        if (!state->push) {
            return true;
        }
        const Result<QHash<QString, QByteArray>> seen = projects.seenRefs(state->project);
        if (!seen) {
            return seen.error();
        }
        return seen->value(state->push->ref) != state->push->after;
    };
    auth::postFor<bool>(m_parts.loop, run, [this, state, done](const Result<bool> &isNew) {
        if (!isNew) {
            done(isNew.error());
        } else if (!*isNew) {
            done(MaybePipeline()); // Taken up before a restart.
        } else {
            read(state, done);
        }
    });
}

void PipelineBirth::read(const State &state, Done done)
{
    m_pool.start([this, state, done] {
        readCommit(*state, m_parts.repositories);
        QMetaObject::invokeMethod(this, [this, state, done] {
            if (state->push && asksToSkip(state->start.commit.message)) {
                state->isSkipped = true;
            }
            if (state->text && !state->isSkipped && !state->readError) {
                prepare(state, done);
            } else {
                store(state, done);
            }
        }, Qt::QueuedConnection);
    });
}

void PipelineBirth::prepare(const State &state, Done done)
{
    auto run = [this, state](engine::Transaction &transaction) -> Result<bool> {
        Result<ciconfig::Context> context = pipelines::compileContext(
            transaction, m_parts.box, m_parts.settings, state->start);
        if (!context) {
            return context.error();
        }
        state->context = *std::move(context);
        return true;
    };
    auth::postFor<bool>(m_parts.loop, run, [this, state, done](const Result<bool> &prepared) {
        if (prepared) {
            compileLater(state, done);
        } else {
            done(prepared.error());
        }
    });
}

static QString targetOf(const BirthState &state)
{
    const auto &request = state.start.origin.mergeRequest;
    return request ? request->targetBranch : QString();
}

void PipelineBirth::compile(BirthState &state, ForeignAccess &foreign)
{
    const ForeignFiles files(foreign, state.user);
    const CommitSource source(state.reader, state.start.commit.sha, state.start.beforeSha, &files,
                              {state.extraFiles, targetOf(state)});
    if (state.child) {
        state.context.file = u"trigger:include"_s;
    }
    state.compiled = ciconfig::compile(*state.text, state.context, source);
    if (state.compiled.plan) {
        pipelines::resolveCacheKeys(*state.compiled.plan, source);
    }
}

void PipelineBirth::compileLater(const State &state, Done done)
{
    m_pool.start([this, state, done] {
        compile(*state, m_foreign);
        state->reader.reset();
        QMetaObject::invokeMethod(this, [this, state, done] { store(state, done); },
                                  Qt::QueuedConnection);
    });
}

void PipelineBirth::store(const State &state, Done done)
{
    state->reader.reset();
    auto run = [this, state](engine::Transaction &transaction) { return make(transaction, *state); };
    auth::postFor<MaybePipeline>(
        m_parts.loop, run, [this, state, done](const Result<MaybePipeline> &made) {
            // A push has been accepted: what keeps its pipeline from being made is shown on one
            // that failed, unless it may pass. What git cannot read may be broken for good.
            const bool isUnreadable = state->readError && state->isLastTry;
            if (made || !state->push || (mayPass(made.error()) && !isUnreadable)) {
                done(made);
            } else {
                storeFailure(state, made.error(), done);
            }
        });
}

void PipelineBirth::storeFailure(const State &state, const Error &error, Done done)
{
    qCWarning(lcBirth).noquote().nospace() << "pipeline not made project=" << state->project.value()
                                           << " cause=" << error.detail;
    auto run = [this, state, error](engine::Transaction &transaction) -> Result<MaybePipeline> {
        if (const Result<void> noted = noteSeen(transaction, *state); !noted) {
            return noted.error();
        }
        if (state->start.commit.sha.isEmpty()) {
            return MaybePipeline();
        }
        Result<model::Pipeline> failed = m_parts.pipelines.createFailed(
            transaction, state->start, {{error.detail, state->row.ciConfigPath, 0, 0}});
        return failed ? Result(MaybePipeline(*std::move(failed)))
                      : Result<MaybePipeline>(failed.error());
    };
    auth::postFor<MaybePipeline>(m_parts.loop, run, done);
}

Result<MaybePipeline> PipelineBirth::make(engine::Transaction &transaction, BirthState &state)
{
    if (state.push) {
        const Result<void> noted = noteSeen(transaction, state);
        const Result<void> adopted = noted && state.becomesDefault ? adoptDefault(transaction, state)
                                                                   : noted;
        if (!adopted) {
            return adopted.error();
        }
    }
    if (state.readError) {
        return *state.readError;
    }
    Result<MaybePipeline> made = makeFrom(transaction, state);
    if (made && *made && state.together) {
        if (const Result<void> stored = state.together(transaction, **made); !stored) {
            return stored.error();
        }
    }
    if (made && *made) {
        // Before the commit: a runner that waits has its job the moment after.
        const Result<void> kept = m_parts.repositories.keep(state.project, (*made)->id,
                                                            state.start.commit.sha);
        return kept ? made : Result<MaybePipeline>(kept.error());
    }
    return made;
}

Result<MaybePipeline> PipelineBirth::makeFrom(engine::Transaction &transaction, BirthState &state)
{
    const auto asMaybe = [](Result<model::Pipeline> pipeline) {
        return pipeline ? Result(MaybePipeline(*std::move(pipeline)))
                        : Result<MaybePipeline>(pipeline.error());
    };
    const bool isPush = state.push.has_value();
    if (!state.text) {
        return isPush ? Result(MaybePipeline())
                      : Result<MaybePipeline>(invalid(u"Missing CI config file: %1"_s
                                                          .arg(state.row.ciConfigPath)));
    }
    if (state.isSkipped) {
        return asMaybe(m_parts.pipelines.createSkipped(transaction, state.start));
    }
    // What the engine cannot do is never left out in silence.
    const std::vector<ciconfig::Message> &wrong
        = state.compiled.plan ? state.compiled.unsupported : state.compiled.errors;
    if (!wrong.empty()) {
        return isPush ? asMaybe(m_parts.pipelines.createFailed(transaction, state.start, configErrors(wrong)))
                      : Result<MaybePipeline>(refusalOf(wrong));
    }
    if (state.compiled.plan->notCreated) {
        return isPush ? Result(MaybePipeline())
                      : Result<MaybePipeline>(invalid(reasonText(*state.compiled.plan->notCreated)));
    }
    return asMaybe(m_parts.pipelines.create(transaction, state.start, *state.compiled.plan));
}

Result<void> PipelineBirth::noteSeen(engine::Transaction &transaction, const BirthState &state)
{
    db::ProjectStore projects(transaction.database());
    const Result<void> noted
        = projects.setSeenRef(state.project, state.push->ref, state.push->after);
    return noted ? projects.touch(state.project, m_parts.clock.now()) : noted;
}

Result<void> PipelineBirth::adoptDefault(engine::Transaction &transaction, const BirthState &state)
{
    db::ProjectStore projects(transaction.database());
    // Anew: its settings may have changed while the commit was read.
    const Result<std::optional<model::Project>> now = projects.find(state.project);
    if (!now || !*now) {
        return now ? notFound(u"404 Project Not Found"_s) : now.error();
    }
    model::Project project = **now;
    if (project.defaultBranch != state.row.defaultBranch) {
        return {}; // Somebody has just chosen one.
    }
    project.defaultBranch = state.start.ref;
    Result<void> done = projects.update(project);
    // The protection that the project was born with moves along.
    const Result<bool> was = projects.unprotectBranch(project.id, state.row.defaultBranch);
    if (!done || !was) {
        return done ? was.error() : done;
    }
    const Result<bool> isProtected = projects.isProtected(project.id, project.defaultBranch);
    if (!isProtected) {
        return isProtected.error();
    }
    return *was && !*isProtected ? projects.protectBranch(project.id, project.defaultBranch) : done;
}

void PipelineBirth::note(ProjectId project,
                         const RefUpdate &update,
                         std::function<void(Result<void>)> done)
{
    auth::postFor<void>(m_parts.loop, [this, project, update](engine::Transaction &transaction) -> Result<void> {
        db::ProjectStore projects(transaction.database());
        const Result<std::optional<model::Project>> row = projects.find(project);
        if (!row || !*row) {
            return row ? notFound(u"404 Project Not Found"_s) : row.error();
        }
        if (!update.isDeletion()) {
            return projects.setSeenRef(project, update.ref, update.after);
        }
        if (update.isBranch()) {
            const Result<void> stopped = m_parts.pipelines.environments().stopAllOf(
                transaction, project, update.shortName());
            if (!stopped) {
                return stopped;
            }
        }
        const std::optional<qint64> number = update.mergeRequest();
        const Result<void> closed
            = number ? forgetMergeRequest(transaction, project, *number) : Result<void>();
        return closed ? projects.removeSeenRef(project, update.ref) : closed;
    }, done);
}

} // namespace ci::forge
