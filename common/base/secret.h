// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

namespace ci {

/// Bytes that must not be shown: a password, token or key. It has no stream operator, compares in
/// constant time and is wiped when the last copy dies.
class Secret
{
public:
    Secret() = default;
    explicit Secret(QByteArray bytes) : m_bytes(std::move(bytes)) { }
    Secret(const Secret &) = default;
    Secret(Secret &&) noexcept = default;
    Secret &operator=(const Secret &) = default;
    Secret &operator=(Secret &&) noexcept = default;
    ~Secret();

    bool isEmpty() const { return m_bytes.isEmpty(); }
    /// The bytes themselves; the name is there to be seen in review.
    const QByteArray &reveal() const { return m_bytes; }

    /// Constant time for equal lengths.
    friend bool operator==(const Secret &a, const Secret &b);

private:
    QByteArray m_bytes;
};

/// `count` characters of [A-Za-z0-9] from the system's random source (5.95 bits each).
QByteArray randomText(int count);

/// Lower-case hex of SHA-256: how tokens are stored and looked up. Tokens have over 100 random
/// bits, so neither salt nor slow hash is needed.
QByteArray tokenHash(QByteArrayView token);

} // namespace ci
