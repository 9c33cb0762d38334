// SPDX-License-Identifier: MIT
#include "coordinator/forge/remotefetch.h"

#include "common/net/publicaddress.h"

namespace ci::forge {

using namespace Qt::StringLiterals;

namespace {

constexpr qint64 MaxRemoteBytes = 2 << 20; ///< As much as a file of the repository may have.
constexpr int MaxRedirects = 5;
constexpr std::chrono::seconds ConnectTime {5};
constexpr std::chrono::seconds AnswerTime {10};

} // namespace

RemoteFetch::RemoteFetch(Reach reach, QObject *parent) : QObject(parent), m_reach(reach) { }

RemoteFetch::~RemoteFetch()
{
    if (m_lookup >= 0) {
        QHostInfo::abortHostLookup(m_lookup);
    }
}

void RemoteFetch::start(const QUrl &url, Done done)
{
    m_first = url;
    m_url = url;
    m_done = std::move(done);
    lookUp();
}

void RemoteFetch::finish(Result<QByteArray> result)
{
    if (const Done done = std::exchange(m_done, nullptr)) {
        done(std::move(result));
    }
}

void RemoteFetch::refuse(const QString &why)
{
    finish(invalid(u"Remote file `%1` could not be fetched because %2"_s.arg(
        m_first.toString(QUrl::RemoveUserInfo), why)));
}

void RemoteFetch::lookUp()
{
    if (!m_url.isValid() || m_url.host().isEmpty()
        || (m_url.scheme() != "http"_L1 && m_url.scheme() != "https"_L1)) {
        QMetaObject::invokeMethod(this, [this] { refuse(u"its address is malformed!"_s); }, Qt::QueuedConnection);
        return;
    }
    m_lookup = QHostInfo::lookupHost(m_url.host(), this, [this](const QHostInfo &info) { take(info); });
}

void RemoteFetch::take(const QHostInfo &info)
{
    m_lookup = -1;
    for (const QHostAddress &address : info.addresses()) {
        if (m_reach == Reach::Anywhere || net::isPublicAddress(address)) {
            ask(address);
            return;
        }
    }
    refuse(info.addresses().isEmpty()
               ? u"of a socket error: %1"_s.arg(info.errorString())
               : u"its address is in a local network! An administrator may allow that: "
                 "include_private_addresses"_s);
}

void RemoteFetch::ask(const QHostAddress &address)
{
    net::ClientRequest request;
    request.method = "GET";
    request.url = m_url;
    request.address = address;
    request.headers.add("Accept", "*/*");
    request.maxBodyBytes = MaxRemoteBytes;
    request.connectTime = ConnectTime;
    request.answerTime = AnswerTime;
    request.stallTime = AnswerTime;
    m_client.send(std::move(request), this, [this](const Result<net::ClientResponse> &response) { read(response); });
}

void RemoteFetch::read(const Result<net::ClientResponse> &response)
{
    if (!response) {
        refuse(u"of a socket error: %1"_s.arg(response.error().detail));
    } else if (response->status >= 300 && response->status < 400) {
        follow(*response);
    } else if (response->status != 200) {
        refuse(u"of HTTP code `%1` error!"_s.arg(response->status));
    } else {
        finish(response->body);
    }
}

void RemoteFetch::follow(const net::ClientResponse &response)
{
    const QUrl next = m_url.resolved(QUrl(QString::fromLatin1(response.headers.value("Location", {}))));
    if (++m_redirects > MaxRedirects) {
        refuse(u"it is redirected too often!"_s);
    } else if (m_url.scheme() == "https"_L1 && next.scheme() != "https"_L1) {
        refuse(u"it is redirected to an address that is not https!"_s);
    } else {
        m_url = next;
        lookUp();
    }
}

} // namespace ci::forge
