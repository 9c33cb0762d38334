// SPDX-License-Identifier: MIT
#include "coordinator/forge/gitrequest.h"

#include <QStringDecoder>

#include <algorithm>
#include <array>

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

constexpr QByteArrayView RefsTail {".git/info/refs"};
constexpr QByteArrayView UploadTail {".git/git-upload-pack"};
constexpr QByteArrayView ReceiveTail {".git/git-receive-pack"};
constexpr qsizetype MaxProtocolBytes = 64;
constexpr qsizetype MaxProjectPath = 1024;

struct GitAddress
{
    QByteArrayView tail;
    bool isAdvertisement;
    GitService service; ///< Of an advertisement: as the query says.
};

constexpr std::array GitAddresses {
    GitAddress {RefsTail, true, GitService::UploadPack},
    GitAddress {UploadTail, false, GitService::UploadPack},
    GitAddress {ReceiveTail, false, GitService::ReceivePack},
};

const GitAddress *addressOf(QByteArrayView path)
{
    const auto found = std::find_if(GitAddresses.begin(), GitAddresses.end(),
                                    [path](const GitAddress &a) { return path.endsWith(a.tail); });
    return found == GitAddresses.end() ? nullptr : &*found;
}

Result<QString> decodedPath(QByteArrayView encoded)
{
    const QByteArray bytes = QByteArray::fromPercentEncoding(encoded.toByteArray());
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString path = decoder(bytes);
    const bool isOdd = decoder.hasError() || path.size() > MaxProjectPath
        || std::any_of(path.begin(), path.end(), [](QChar c) { return !c.isPrint(); });
    if (isOdd || !path.contains(u'/') || path.contains("//"_L1)) {
        return notFound(u"404 Project Not Found"_s);
    }
    return path;
}

Result<GitService> serviceOf(QByteArrayView query)
{
    if (query == "service=git-upload-pack") {
        return GitService::UploadPack;
    }
    if (query == "service=git-receive-pack") {
        return GitService::ReceivePack;
    }
    return forbidden(u"only the smart protocol of git is spoken here: please update git"_s);
}

/// Becomes an environment variable of git: only what its grammar allows.
QByteArray checkedProtocol(const QByteArray &value)
{
    const bool isPlain = std::all_of(value.begin(), value.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '=' || c == ':' || c == '-';
    });
    return isPlain && value.size() <= MaxProtocolBytes ? value : QByteArray();
}

Result<void> readBasic(const QByteArray &header, GitRequest &request)
{
    if (header.isEmpty()) {
        return {};
    }
    const qsizetype space = header.indexOf(' ');
    const QByteArray scheme = header.left(space).toLower();
    const auto decoded = QByteArray::fromBase64Encoding(header.mid(space + 1).trimmed());
    const qsizetype colon = decoded ? (*decoded).indexOf(':') : -1;
    if (space < 0 || scheme != "basic" || colon < 0) {
        return Error {ErrorKind::Unauthenticated, u"git authenticates with a name and a password"_s};
    }
    request.username = QString::fromUtf8((*decoded).left(colon));
    request.password = Secret((*decoded).sliced(colon + 1));
    return {};
}

} // namespace

bool GitRequest::isVersion2() const
{
    return protocol.split(':').contains("version=2");
}

QByteArray GitRequest::serviceName() const
{
    return service == GitService::UploadPack ? "git-upload-pack"_ba : "git-receive-pack"_ba;
}

bool isGitAddress(QByteArrayView path)
{
    return addressOf(path) != nullptr;
}

Result<GitRequest> parseGitRequest(const net::RequestHead &head)
{
    const GitAddress *address = addressOf(head.path);
    if (!address || !head.path.startsWith('/')) {
        return notFound(u"404 Not Found"_s);
    }
    if (head.method != (address->isAdvertisement ? "GET"_ba : "POST"_ba)) {
        return invalid(u"git does not ask so"_s);
    }
    Result<QString> path = decodedPath(
        QByteArrayView(head.path).sliced(1).chopped(address->tail.size()));
    const Result<GitService> service = address->isAdvertisement ? serviceOf(head.query)
                                                                : Result(address->service);
    if (!path || !service) {
        return path ? service.error() : path.error();
    }
    GitRequest request;
    request.service = *service;
    request.isAdvertisement = address->isAdvertisement;
    request.projectPath = *path;
    const QByteArray encoding = head.headers.value("Content-Encoding", {}).toLower();
    request.isGzip = encoding == "gzip" || encoding == "x-gzip";
    if (!request.isGzip && !encoding.isEmpty() && encoding != "identity") {
        return invalid(u"only gzip is understood as Content-Encoding"_s);
    }
    if (!request.isAdvertisement
        && head.headers.value("Content-Type", {})
            != "application/x-" + request.serviceName() + "-request") {
        return invalid(u"the Content-Type is not that of git"_s);
    }
    if (request.service == GitService::UploadPack) {
        request.protocol = checkedProtocol(head.headers.value("Git-Protocol", {}));
    }
    const Result<void> basic = readBasic(head.headers.value("Authorization", {}), request);
    return basic ? Result<GitRequest>(request) : Result<GitRequest>(basic.error());
}

} // namespace ci::forge
