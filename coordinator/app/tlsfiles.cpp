// SPDX-License-Identifier: MIT
#include "coordinator/app/tlsfiles.h"

#include <QFile>
#include <QSslCertificate>
#include <QSslKey>

#include <array>

using namespace Qt::StringLiterals;

namespace ci::app {
namespace {

Result<QByteArray> readFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return ioError(u"cannot read %1: %2"_s.arg(path, file.errorString()));
    }
    return file.readAll();
}

Result<QSslKey> readKey(const QString &path)
{
    const Result<QByteArray> bytes = readFile(path);
    if (!bytes) {
        return bytes.error();
    }
    for (const QSsl::KeyAlgorithm algorithm : {QSsl::Ec, QSsl::Rsa}) {
        const QSslKey key(*bytes, algorithm, QSsl::Pem, QSsl::PrivateKey);
        if (!key.isNull()) {
            return key;
        }
    }
    return invalid(u"%1 holds no unencrypted PEM key (RSA or EC)"_s.arg(path));
}

} // namespace

Result<std::optional<QSslConfiguration>> loadTls(const QString &certificateFile,
                                                 const QString &keyFile)
{
    if (certificateFile.isEmpty()) {
        return std::optional<QSslConfiguration>();
    }
    const Result<QByteArray> bytes = readFile(certificateFile);
    if (!bytes) {
        return bytes.error();
    }
    const QList<QSslCertificate> chain = QSslCertificate::fromData(*bytes, QSsl::Pem);
    if (chain.isEmpty()) {
        return invalid(u"%1 holds no PEM certificate"_s.arg(certificateFile));
    }
    const Result<QSslKey> key = readKey(keyFile);
    if (!key) {
        return key.error();
    }
    QSslConfiguration configuration = QSslConfiguration::defaultConfiguration();
    configuration.setLocalCertificateChain(chain);
    configuration.setPrivateKey(*key);
    configuration.setProtocol(QSsl::TlsV1_2OrLater);
    configuration.setPeerVerifyMode(QSslSocket::VerifyNone);
    return std::optional(configuration);
}

} // namespace ci::app
