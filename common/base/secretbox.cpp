// SPDX-License-Identifier: MIT
#include "common/base/secretbox.h"

#include <QFile>
#include <QSaveFile>

#include <sodium.h>

namespace ci {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype NonceBytes = crypto_secretbox_NONCEBYTES;
constexpr qsizetype MacBytes = crypto_secretbox_MACBYTES;

const unsigned char *unsignedBytes(QByteArrayView bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.data());
}

unsigned char *unsignedBytes(QByteArray &bytes)
{
    return reinterpret_cast<unsigned char *>(bytes.data());
}

Result<Secret> makeKey(const QString &path)
{
    QByteArray key(crypto_secretbox_KEYBYTES, Qt::Uninitialized);
    randombytes_buf(key.data(), static_cast<size_t>(key.size()));
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)
        || !file.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner)
        || file.write(key) != key.size() || !file.commit()) {
        return ioError(u"cannot write the key file %1: %2"_s.arg(path, file.errorString()));
    }
    return Secret(key);
}

} // namespace

Result<SecretBox> SecretBox::fromKeyFile(const QString &path)
{
    QFile file(path);
    if (!file.exists()) {
        Result<Secret> key = makeKey(path);
        return key ? Result<SecretBox>(SecretBox(*key)) : Result<SecretBox>(key.error());
    }
    if (!file.open(QIODevice::ReadOnly)) {
        return ioError(u"cannot read the key file %1: %2"_s.arg(path, file.errorString()));
    }
    Secret key(file.readAll());
    if (key.reveal().size() != crypto_secretbox_KEYBYTES) {
        return ioError(u"the key file %1 does not hold %2 bytes; restore it from a backup"_s
                           .arg(path)
                           .arg(crypto_secretbox_KEYBYTES));
    }
    return SecretBox(key);
}

QByteArray SecretBox::seal(QByteArrayView plain) const
{
    QByteArray sealed(NonceBytes + MacBytes + plain.size(), Qt::Uninitialized);
    randombytes_buf(sealed.data(), static_cast<size_t>(NonceBytes));
    crypto_secretbox_easy(unsignedBytes(sealed) + NonceBytes,
                          unsignedBytes(plain),
                          static_cast<unsigned long long>(plain.size()),
                          unsignedBytes(QByteArrayView(sealed)),
                          unsignedBytes(QByteArrayView(m_key.reveal())));
    return sealed;
}

Result<Secret> SecretBox::open(QByteArrayView sealed) const
{
    if (sealed.size() < NonceBytes + MacBytes) {
        return invalid(u"a sealed value is cut short"_s);
    }
    QByteArray plain(sealed.size() - NonceBytes - MacBytes, Qt::Uninitialized);
    const int failed
        = crypto_secretbox_open_easy(unsignedBytes(plain),
                                     unsignedBytes(sealed) + NonceBytes,
                                     static_cast<unsigned long long>(sealed.size() - NonceBytes),
                                     unsignedBytes(sealed),
                                     unsignedBytes(QByteArrayView(m_key.reveal())));
    if (failed != 0) {
        return invalid(u"a sealed value does not open: the key file is another one than it was"_s);
    }
    return Secret(plain);
}

QByteArray SecretBox::keyedHash(QByteArrayView value) const
{
    QByteArray hash(crypto_generichash_BYTES, Qt::Uninitialized);
    crypto_generichash(unsignedBytes(hash),
                       static_cast<size_t>(hash.size()),
                       unsignedBytes(value),
                       static_cast<unsigned long long>(value.size()),
                       unsignedBytes(QByteArrayView(m_key.reveal())),
                       crypto_secretbox_KEYBYTES);
    return hash;
}

} // namespace ci
