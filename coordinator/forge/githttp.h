// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/exchange.h"
#include "coordinator/auth/authenticator.h"
#include "coordinator/engine/commandloop.h"
#include "coordinator/forge/repositories.h"

#include <QObject>

#include <atomic>
#include <functional>
#include <memory>

namespace ci::forge {

struct GitLimits
{
    qint64 maxPushBytes = qint64(4) << 30; ///< On the wire and unpacked from gzip.
    qint64 maxFetchRequestBytes = 64 << 20; ///< "want" and "have" lines, unpacked from gzip.
    std::chrono::minutes maxTime {60}; ///< Of one git process.
    int maxProcesses = 64; ///< At once; past it 503 with Retry-After.
};

/// One git request on its way in; `address` is the caller's, behind trusted proxies the real one.
struct GitCall
{
    net::Request request;
    net::ExchangePtr exchange;
    QString address;
};

/// git's smart HTTP at /GROUP/PROJECT.git: `git upload-pack` and `git receive-pack` as children on
/// the connection's thread, streamed both ways with back-pressure. Rights are checked before a
/// child is started: reading by password, token or job token, pushing by role; a push that is
/// refused by a protected branch is told so by git's own report. Lives on the engine thread;
/// isGitPath(), bodyPolicy() and handle() are for I/O threads.
class GitHttp final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(GitHttp)

public:
    struct Parts
    {
        engine::CommandLoop &loop;
        auth::Authenticator &authenticator;
        const Repositories &repositories;
        const Clock &clock;
        GitLimits limits;
    };
    explicit GitHttp(Parts parts, QObject *parent = nullptr);
    ~GitHttp() override;

    /// /…/NAME.git/info/refs, /…/NAME.git/git-upload-pack, /…/NAME.git/git-receive-pack.
    static bool isGitPath(QByteArrayView path);
    net::BodyPolicy bodyPolicy(const net::RequestHead &head) const;
    void handle(GitCall call);

Q_SIGNALS:
    /// A push has ended and may have left a file in the spool. Engine thread.
    void pushEnded(ci::ProjectId project);

private:
    struct Service;
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ci::forge
