// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/base/secret.h"
#include "common/net/message.h"

#include <QString>

#include <optional>

namespace ci::forge {

enum class GitService : quint8 { UploadPack, ReceivePack };

/// One request of git's smart HTTP, taken from its head (git: Documentation/gitprotocol-http).
struct GitRequest
{
    GitService service = GitService::UploadPack;
    bool isAdvertisement = false; ///< GET …/info/refs?service=…
    QString projectPath; ///< "group/project", decoded, without ".git".
    bool isGzip = false;
    QByteArray protocol; ///< Of the Git-Protocol header, checked; empty otherwise.
    std::optional<QString> username; ///< Basic authentication.
    Secret password;

    bool isVersion2() const;
    QByteArray serviceName() const; ///< "git-upload-pack"
};

/// Whether an address is one of the three that git asks for.
bool isGitAddress(QByteArrayView path);

/// Errors: Invalid (400), Forbidden (the dumb protocol).
Result<GitRequest> parseGitRequest(const net::RequestHead &head);

} // namespace ci::forge
