// SPDX-License-Identifier: MIT
#pragma once

#include "runner/jobcontext.h"

#include <QByteArray>
#include <QList>

#include <optional>

namespace ci::runner {

/// How a job wants its sources (reference of the runner API, 9: variables that steer the runner).
struct SourceOptions
{
    enum class Strategy : quint8 { Clone, Fetch, None, Empty };
    enum class Submodules : quint8 { None, Normal, Recursive };

    Strategy strategy = Strategy::Fetch;
    Submodules submodules = Submodules::None;
    QByteArray url; ///< Without credentials.
    QByteArray origin; ///< "https://host:port/" of an http address; else empty.
    QByteArray authorization; ///< Value of the Authorization header; empty without credentials.
    QByteArray authorityFile; ///< PEM to trust for the origin; empty: the system's.
    QByteArray sha;
    QList<QByteArray> refspecs;
    int depth = 0; ///< 0: everything.
    int submoduleDepth = 0;
    bool checkout = true;
    bool isSha256 = false;
    bool forceHttps = false; ///< Of submodules.
    QList<QByteArray> cleanFlags; ///< Empty: no clean.
    QList<QByteArray> fetchFlags;
    QList<QByteArray> submoduleFlags;
    QList<QByteArray> submodulePaths;
    int attempts = 1;

    /// An error where the coordinator's words could be taken for options of git.
    static Result<SourceOptions> read(const JobContext &context);
};

/// "NAME=value" for git: configuration and credentials, which so appear neither in arguments nor in
/// a file.
QList<QByteArray> gitEnvironment(const SourceOptions &options);

// Arguments of the commands, in their order.
QList<QByteArray> gitInit(const SourceOptions &options);
QList<QByteArray> gitSetRemote(const SourceOptions &options);
QList<QByteArray> gitFetch(const SourceOptions &options, bool isShallow);
QList<QByteArray> gitCheckout(const SourceOptions &options);
QList<QByteArray> gitClean(const SourceOptions &options);
QList<QByteArray> gitSubmoduleSync(const SourceOptions &options);
QList<QByteArray> gitSubmoduleUpdate(const SourceOptions &options);
QList<QByteArray> gitSubmoduleClean(const SourceOptions &options);

} // namespace ci::runner
