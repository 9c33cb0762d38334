// SPDX-License-Identifier: MIT
#include "coordinator/forge/pipelinebirth.h"
#include "coordinator/storage/zipreader.h"

// What is read of the repository for a pipeline to be. On a worker.

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

/// Ref and commit of the pipeline to be.
Result<QByteArray> locate(BirthState &state)
{
    if (state.child) {
        state.start.ref = state.child->ref;
        state.start.isTag = state.child->isTag;
        state.start.beforeSha = state.child->before;
        return state.child->sha;
    }
    if (state.push) {
        state.start.ref = state.push->shortName();
        state.start.isTag = state.push->isTag();
        state.start.beforeSha = state.push->before;
        return state.push->after;
    }
    if (state.mergeRequest) {
        state.start.ref = u"refs/merge-requests/%1/head"_s.arg(*state.mergeRequest);
        return state.reader->mergeRequestHead(*state.mergeRequest);
    }
    const Result<ResolvedRef> resolved = state.reader->resolve(state.ref);
    if (!resolved) {
        return resolved.error();
    }
    if (!state.expectedSha.isEmpty() && state.expectedSha != resolved->sha) {
        return conflict(u"%1 is at another commit here: push or mirror it first"_s.arg(state.ref));
    }
    state.start.ref = resolved->name;
    state.start.isTag = resolved->isTag;
    return resolved->sha;
}

Result<QByteArray> readArtifactFile(const BirthState::ArtifactFile &wanted)
{
    // What the compiler would take of any file (reference of the CI language, 18).
    constexpr qint64 MaxFileBytes = 2 << 20;
    Result<std::unique_ptr<BodySource>> source
        = storage::openZipEntry(wanted.archive, wanted.file);
    if (!source) {
        return source.error();
    }
    QByteArray bytes;
    while (!(*source)->atEnd()) {
        const Result<QByteArray> piece = (*source)->read(64 << 10);
        if (!piece) {
            return piece.error();
        }
        bytes += *piece;
        if (bytes.size() > MaxFileBytes) {
            return invalid(u"it is larger than 2 MB"_s);
        }
    }
    return bytes;
}

void readChild(BirthState &state)
{
    state.text = state.child->text;
    for (const BirthState::ArtifactFile &file : state.child->files) {
        const Result<QByteArray> bytes = readArtifactFile(file);
        if (!bytes) {
            state.readError = invalid(u"%1: %2"_s.arg(file.name, bytes.error().detail));
            return;
        }
        state.extraFiles.insert(file.name, *bytes);
    }
}

/// What only the commit tells.
void completeOrigin(BirthState &state)
{
    model::Origin &origin = state.start.origin;
    if (state.start.isTag) {
        origin.openMergeRequests.clear();
    }
    if (origin.mergeRequest && !state.child) {
        const Result<QByteArray> base
            = state.reader->mergeBase(origin.mergeRequest->targetBranch, state.start.commit.sha);
        origin.mergeRequest->diffBase = base ? QString::fromLatin1(*base) : QString();
    }
}

} // namespace

void PipelineBirth::readCommit(BirthState &state, const Repositories &repositories)
{
    state.reader = std::make_shared<RepositoryReader>(repositories, state.project);
    const Result<QByteArray> sha = locate(state);
    if (!sha) {
        state.readError = sha.error();
        return;
    }
    state.start.project = state.project;
    state.start.source = state.source;
    state.start.user = state.user;
    state.start.variables = state.variables;
    state.start.inputs = state.inputs;
    state.start.schedule = state.schedule;
    state.start.origin = state.origin;
    state.start.bridge = state.bridge;
    const Result<model::Commit> commit = state.reader->commit(QString::fromLatin1(*sha));
    if (!commit) {
        state.readError = commit.error();
        return;
    }
    state.start.commit = *commit;
    completeOrigin(state);
    if (state.child) {
        readChild(state);
        return;
    }
    const Result<QByteArray> text = state.reader->file(commit->sha, state.row.ciConfigPath);
    if (text) {
        state.text = *text;
    } else if (text.error().kind != ErrorKind::NotFound) {
        state.readError = text.error();
    }
    if (state.push && state.push->isBranch() && state.start.ref != state.row.defaultBranch
        && !state.reader->resolve("refs/heads/"_L1 + state.row.defaultBranch)) {
        state.becomesDefault
            = repositories.setDefaultBranch(state.project, state.start.ref).isOk();
    }
}

} // namespace ci::forge
