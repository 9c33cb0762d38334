// SPDX-License-Identifier: MIT
#include "coordinator/terminal/sessionsecret.h"

#include <QMessageAuthenticationCode>

namespace ci::terminal {

namespace {

QByteArray ownerText(const SessionOwner &owner)
{
    QByteArray text = QByteArray::number(owner.job.value()) + '.'
        + QByteArray::number(owner.user.value()) + '.' + QByteArray::number(owner.login.value());
    // Only where there is one: secrets of before tokens were named stay valid.
    if (!owner.token.isNull()) {
        text += '.' + QByteArray::number(owner.token.value());
    }
    return text;
}

QByteArray signature(const Secret &key, const SessionOwner &owner)
{
    const QByteArray signedText = "capstan terminal\n" + owner.session + '\n'
        + QByteArray::number(owner.runner.value()) + '\n' + ownerText(owner);
    return QMessageAuthenticationCode::hash(signedText, key.reveal(), QCryptographicHash::Sha256)
        .toHex();
}

} // namespace

Secret makeSecret(const Secret &key, const SessionOwner &owner)
{
    return Secret {ownerText(owner) + '.' + signature(key, owner)};
}

std::optional<SessionOwner> ownerFromSecret(const Secret &key,
                                            RunnerId runner,
                                            const QByteArray &session,
                                            const Secret &secret)
{
    const QList<QByteArray> parts = secret.reveal().split('.');
    if (parts.size() != 4 && parts.size() != 5) {
        return std::nullopt;
    }
    const SessionOwner owner {session,
                              JobId {parts[0].toLongLong()},
                              runner,
                              UserId {parts[1].toLongLong()},
                              SessionId {parts[2].toLongLong()},
                              AccessTokenId {parts.size() == 5 ? parts[3].toLongLong() : 0}};
    // Compares in constant time, and whole: "007" is not 7.
    return makeSecret(key, owner) == secret ? std::optional(owner) : std::nullopt;
}

} // namespace ci::terminal
