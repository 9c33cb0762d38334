// SPDX-License-Identifier: MIT
#include "common/base/secret.h"

#include <QCryptographicHash>

#include <sodium.h>

namespace ci {

Secret::~Secret()
{
    if (m_bytes.isDetached() && !m_bytes.isEmpty()) {
        sodium_memzero(m_bytes.data(), static_cast<size_t>(m_bytes.size()));
    }
}

bool operator==(const Secret &a, const Secret &b)
{
    return a.m_bytes.size() == b.m_bytes.size()
        && sodium_memcmp(a.m_bytes.constData(), b.m_bytes.constData(),
                         static_cast<size_t>(a.m_bytes.size()))
        == 0;
}

QByteArray randomText(int count)
{
    static constexpr char Alphabet[]
        = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    QByteArray text(count, Qt::Uninitialized);
    for (char &c : text) {
        c = Alphabet[randombytes_uniform(sizeof(Alphabet) - 1)];
    }
    return text;
}

QByteArray tokenHash(QByteArrayView token)
{
    return QCryptographicHash::hash(token.toByteArray(), QCryptographicHash::Sha256).toHex();
}

} // namespace ci
