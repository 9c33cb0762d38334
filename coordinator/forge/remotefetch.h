// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"
#include "common/net/httpclient.h"

#include <QHostInfo>
#include <QObject>

namespace ci::forge {

/// Reads one file over HTTP for `include:remote`: without credentials, with a bounded number of
/// redirects, and only from addresses of the open Internet unless the administrator allows others.
/// Every name is looked up first and the connection goes to the very address that was checked, so
/// that a name cannot mean another one a moment later.
class RemoteFetch final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RemoteFetch)

public:
    enum class Reach : quint8 { PublicOnly, Anywhere };
    using Done = std::function<void(Result<QByteArray>)>;

    explicit RemoteFetch(Reach reach, QObject *parent = nullptr);
    ~RemoteFetch() override;

    /// Calls back once, later.
    void start(const QUrl &url, Done done);

private:
    void lookUp();
    void take(const QHostInfo &info);
    void ask(const QHostAddress &address);
    void read(const Result<net::ClientResponse> &response);
    void follow(const net::ClientResponse &response);
    void finish(Result<QByteArray> result);
    void refuse(const QString &why);

    const Reach m_reach;
    net::HttpClient m_client;
    QUrl m_first;
    QUrl m_url;
    int m_redirects = 0;
    int m_lookup = -1;
    Done m_done;
};

} // namespace ci::forge
