// SPDX-License-Identifier: MIT
#include "runner/systemid.h"

#include "common/base/secret.h"
#include "common/protocol/jobrequest.h"
#include "runner/atomicfile.h"

#include <QFile>
#include <QFileInfo>
#include <QMessageAuthenticationCode>

using namespace Qt::StringLiterals;

namespace ci::runner {

namespace {

constexpr int SystemIdDigits = 12;

QByteArray firstLine(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readLine(256).trimmed() : QByteArray();
}

} // namespace

QByteArray systemIdOf(const QByteArray &machineId)
{
    if (machineId.isEmpty()) {
        return "r_" + randomText(SystemIdDigits);
    }
    const QByteArray digest = QMessageAuthenticationCode::hash("gitlab-runner", machineId,
                                                               QCryptographicHash::Sha256);
    return "s_" + digest.toHex().first(SystemIdDigits);
}

Result<QByteArray> systemIdBeside(const QString &configPath)
{
    const QString path = QFileInfo(configPath).path() + u"/.runner_system_id"_s;
    const QByteArray kept = firstLine(path);
    if (protocol::isSystemId(QString::fromLatin1(kept))) {
        return kept;
    }
    const QByteArray made = systemIdOf(firstLine(u"/etc/machine-id"_s));
    if (const Result<void> written = writeAtomically(path, made); !written) {
        return written.error();
    }
    return made;
}

} // namespace ci::runner
