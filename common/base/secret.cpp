// SPDX-License-Identifier: MIT
#include "common/base/secret.h"

#include <QCryptographicHash>

#include <sodium.h>

#include <array>

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
    constexpr size_t Letters = sizeof(Alphabet) - 1;
    constexpr size_t Fair = 256 - 256 % Letters; // Bytes from here on would favour some letters.
    // By the handful: each letter for itself would be a system call.
    std::array<unsigned char, 48> bytes;
    size_t left = 0;
    QByteArray text(count, Qt::Uninitialized);
    for (char &c : text) {
        do {
            if (left == 0) {
                randombytes_buf(bytes.data(), bytes.size());
                left = bytes.size();
            }
        } while (bytes[--left] >= Fair);
        c = Alphabet[bytes[left] % Letters];
    }
    sodium_memzero(bytes.data(), bytes.size());
    return text;
}

QByteArray tokenHash(QByteArrayView token)
{
    return QCryptographicHash::hash(token.toByteArray(), QCryptographicHash::Sha256).toHex();
}

} // namespace ci
