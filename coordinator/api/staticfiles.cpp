// SPDX-License-Identifier: MIT
#include "coordinator/api/staticfiles.h"

#include "common/net/conditional.h"
#include "coordinator/api/contenttype.h"
#include "coordinator/api/errorstatus.h"

#include <QDirIterator>
#include <QFile>
#include <QResource>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

// web/README.md, "Serving it". No style exception: xterm.js is patched while it is bundled.
constexpr const char *PagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; font-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/// Without a copy: a resource is part of the program and stays where it is.
QByteArray resourceBytes(const QString &path)
{
    const QResource resource(path);
    if (!resource.isValid() || resource.compressionAlgorithm() != QResource::NoCompression) {
        return {};
    }
    return QByteArray::fromRawData(reinterpret_cast<const char *>(resource.data()),
                                   resource.size());
}

net::StaticAsset load(const QString &root, const QString &path)
{
    net::StaticAsset asset;
    asset.bytes = resourceBytes(root + u'/' + path);
    asset.gzip = resourceBytes(root + u'/' + path + ".gz"_L1);
    asset.type = contentType(path);
    asset.etag = net::makeEtag(asset.bytes);
    asset.immutable = path.startsWith("assets/"_L1); // Their names carry a hash of their bytes.
    return asset;
}

net::Response guarded(net::Response response)
{
    response.headers.set("Content-Security-Policy"_ba, PagePolicy);
    response.headers.set("X-Content-Type-Options"_ba, "nosniff"_ba);
    response.headers.set("X-Frame-Options"_ba, "DENY"_ba);
    response.headers.set("Referrer-Policy"_ba, "same-origin"_ba);
    response.headers.set("Cross-Origin-Opener-Policy"_ba, "same-origin"_ba);
    return response;
}

} // namespace

StaticFiles::StaticFiles(const QString &root)
{
    QDirIterator files(root, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = files.next();
        if (!path.endsWith(".gz"_L1)) {
            const QString name = path.mid(root.size() + 1);
            m_files.insert(name, load(root, name));
        }
    }
}

net::Response StaticFiles::asset(const QString &path, const net::RequestHead &head) const
{
    const auto found = m_files.constFind(path.mid(1));
    const bool isAsset = path.startsWith("/assets/"_L1) && found != m_files.constEnd();
    return isAsset ? guarded(net::answerAsset(*found, head)) : errorResponse(404);
}

net::Response StaticFiles::page(const net::RequestHead &head) const
{
    const auto found = m_files.constFind(u"index.html"_s);
    return found == m_files.constEnd() ? errorResponse(404)
                                       : guarded(net::answerAsset(*found, head));
}

} // namespace ci::api
