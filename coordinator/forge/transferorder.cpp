// SPDX-License-Identifier: MIT
#include "coordinator/forge/transferorder.h"

#include "coordinator/forge/gitcommand.h"

#include <QFile>

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

/// One string of an environment ends at 128 KiB (Linux: MAX_ARG_STRLEN).
constexpr qsizetype MaxGuardedBytes = 64 * 1024;
constexpr qsizetype MaxRefusalLength = 1000;

/// What the hooks of a push know; see Repositories.
QList<QByteArray> hookEnvironment(const TransferOrder &order, const std::vector<RefUpdate> &updates)
{
    QString refusal = order.policy.refusal(updates);
    QByteArray guarded = ' ' + order.policy.protectedRefs(updates).join(u' ').toUtf8() + ' ';
    if (guarded.size() > MaxGuardedBytes) {
        refusal = u"These are too many protected branches for one push."_s;
        guarded = " ";
    }
    return {"CAPSTAN_SPOOL=" + QFile::encodeName(order.spoolDirectory),
            "CAPSTAN_PUSH=" + order.pushName,
            "CAPSTAN_REFUSAL=" + refusal.left(MaxRefusalLength).toUtf8(),
            "CAPSTAN_PROTECTED=" + guarded};
}

void addSetting(ChildCommand &command, const QByteArray &setting)
{
    command.arguments += {"-c"_ba, setting};
}

void preparePush(ChildCommand &command, const TransferOrder &order)
{
    addSetting(command, "core.hooksPath=" + QFile::encodeName(order.hooksDirectory));
    addSetting(command, "receive.advertisePushOptions=true");
    addSetting(command, "receive.hideRefs=refs/pipelines");
    addSetting(command, "receive.autogc=false");
    addSetting(command, "receive.denyDeleteCurrent=ignore");
    addSetting(command, "receive.maxInputSize=" + QByteArray::number(order.limits.maxPushBytes));
}

void prepareFetch(ChildCommand &command, const TransferOrder &order)
{
    addSetting(command, "uploadpack.allowFilter=true");
    // As protocol version 2 does in any case; jobs of old runners fetch by sha.
    addSetting(command, "uploadpack.allowAnySHA1InWant=true");
    if (!order.showsPipelineRefs) {
        addSetting(command, "uploadpack.hideRefs=refs/pipelines");
    }
}

} // namespace

ChildCommand commandFor(const TransferOrder &order, const std::vector<RefUpdate> &updates)
{
    const bool isPush = order.request.service == GitService::ReceivePack;
    ChildCommand command;
    command.program = "git"_ba;
    command.arguments = gitPrefix(order.repository);
    QList<QByteArray> environment = gitEnvironment();
    if (isPush) {
        preparePush(command, order);
        environment += hookEnvironment(order, updates);
    } else {
        prepareFetch(command, order);
    }
    if (!order.request.protocol.isEmpty()) {
        environment.append("GIT_PROTOCOL=" + order.request.protocol);
    }
    command.arguments += {isPush ? "receive-pack"_ba : "upload-pack"_ba, "--stateless-rpc"_ba};
    if (order.request.isAdvertisement) {
        command.arguments.append("--advertise-refs"_ba);
    }
    command.arguments.append(QFile::encodeName(order.repository));
    command.environment = environment;
    return command;
}

} // namespace ci::forge
