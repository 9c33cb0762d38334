// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/staticasset.h"

#include <QHash>

namespace ci::api {

/// The page's files, embedded in the program: found by name, each also compressed. Read once; the
/// bytes stay where the program has them. Any thread.
class StaticFiles
{
public:
    /// `root` is a resource folder with index.html and assets/ (web/README.md).
    explicit StaticFiles(const QString &root = QStringLiteral(":/web"));

    /// "/assets/app-1A2B.js"; 404 where there is none.
    net::Response asset(const QString &path, const net::RequestHead &head) const;
    /// The page itself, for every address of the page.
    net::Response page(const net::RequestHead &head) const;

    bool isEmpty() const { return m_files.isEmpty(); }

private:
    QHash<QString, net::StaticAsset> m_files; ///< By path: "index.html", "assets/…".
};

} // namespace ci::api
