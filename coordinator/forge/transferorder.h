// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/childprocess.h"
#include "common/net/exchange.h"
#include "coordinator/forge/githttp.h"
#include "coordinator/forge/gitrequest.h"
#include "coordinator/forge/pushcommands.h"

#include <functional>
#include <memory>
#include <vector>

namespace ci::forge {

/// What a transfer needs to know, settled before its body is looked at.
struct TransferOrder
{
    GitRequest request;
    QString repository;
    GitLimits limits;
    PushPolicy policy; ///< Of a push.
    bool showsPipelineRefs = false; ///< A job fetches refs/pipelines/N.
    QByteArray pushName; ///< Of a push: its files in the spool.
    QString hooksDirectory;
    QString spoolDirectory;
    net::ExchangePtr exchange;
    std::shared_ptr<void> ticket; ///< Lives as long as the git process may.
    std::function<void()> pushEnded; ///< On the connection's thread.
};

/// The git that serves it. `updates` are those of a push.
ChildCommand commandFor(const TransferOrder &order, const std::vector<RefUpdate> &updates);

} // namespace ci::forge
