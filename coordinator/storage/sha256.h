// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

#include <memory>

namespace ci::storage {

/// SHA-256 of a stream, by OpenSSL: it uses the processor's instructions, and a gigabyte takes
/// about a second. Qt's own takes ten times as long, libsodium's five.
class Sha256
{
public:
    Sha256();
    ~Sha256();
    Q_DISABLE_COPY_MOVE(Sha256)

    void add(QByteArrayView bytes);
    QByteArray hex(); ///< Once, at the end.

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace ci::storage
