// SPDX-License-Identifier: MIT
#pragma once

#include "common/net/httpclient.h"
#include "runner/channeladdress.h"
#include "runner/terminallink.h"

#include <QObject>

#include <memory>
#include <unordered_map>

namespace ci::runner {

/// The sessions themselves, on the terminals' thread; RunnerTerminals speaks for it.
class TerminalPool final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(TerminalPool)

public:
    explicit TerminalPool(CoordinatorAddress address) : m_address(std::move(address)) { }
    ~TerminalPool() override;

    void open(const protocol::ChannelTerminalOpen &order, const TerminalPlace &place);
    void close(const QByteArray &session);

Q_SIGNALS:
    void shellGone(const QByteArray &session);
    void refused(const ci::protocol::ChannelTerminalRefused &refusal);

private:
    net::HttpClient &client();
    void drop(const QByteArray &session);

    CoordinatorAddress m_address;
    std::unique_ptr<net::HttpClient> m_client; ///< Made on the thread.
    std::unordered_map<QByteArray, TerminalLink *> m_links; ///< Children of this.
};

} // namespace ci::runner
