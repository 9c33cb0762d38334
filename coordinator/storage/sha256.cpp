// SPDX-License-Identifier: MIT
#include "coordinator/storage/sha256.h"

#include <openssl/evp.h>

namespace ci::storage {

class Sha256::Private
{
public:
    Private() : context(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context, EVP_sha256(), nullptr); }
    ~Private() { EVP_MD_CTX_free(context); }
    Q_DISABLE_COPY_MOVE(Private)

    EVP_MD_CTX *context;
};

Sha256::Sha256() : d(std::make_unique<Private>()) { }

Sha256::~Sha256() = default;

void Sha256::add(QByteArrayView bytes)
{
    EVP_DigestUpdate(d->context, bytes.data(), static_cast<size_t>(bytes.size()));
}

QByteArray Sha256::hex()
{
    QByteArray digest(EVP_MAX_MD_SIZE, '\0');
    unsigned int size = 0;
    EVP_DigestFinal_ex(d->context, reinterpret_cast<unsigned char *>(digest.data()), &size);
    digest.truncate(static_cast<qsizetype>(size));
    return digest.toHex();
}

} // namespace ci::storage
