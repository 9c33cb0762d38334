// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/clock.h"
#include "common/base/ids.h"
#include "common/base/objectthread.h"
#include "common/net/exchange.h"
#include "common/protocol/runnerchannel.h"

#include <QObject>

#include <chrono>
#include <memory>

namespace ci::runnerlink {

class ChannelHub;

/// A runner entry may run on several machines: each has its own system id and its own channel.
struct RunnerKey
{
    RunnerId runner;
    QByteArray systemId; ///< Empty when telling: every channel of that runner.
    bool operator==(const RunnerKey &) const = default;
};
size_t qHash(const RunnerKey &key, size_t seed = 0);

struct ChannelLimits
{
    int maxChannels = 20'000; ///< Past it 503.
    int maxChannelsPerRunner = 1'000;
    std::chrono::milliseconds helloTime {10'000}; ///< From the 101 to the hello.
    std::chrono::milliseconds pingInterval {protocol::ChannelPingInterval};
    std::chrono::milliseconds silence {protocol::ChannelSilence};
    qint64 maxUnsent = 256 * 1024; ///< A runner that does not read its orders is cut.
};

/// The runners' control channels, on a thread of their own. Methods may be called from any thread
/// and return at once; signals come on the thread that made the object.
///
/// What a runner says is only its word: the listener checks that the job is leased to that runner
/// before believing a hold or a refusal. Nothing that a runner names is ever dialled.
class RunnerChannels final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(RunnerChannels)

public:
    explicit RunnerChannels(const Clock &clock, ChannelLimits limits = {}, QObject *parent = nullptr);
    ~RunnerChannels() override;

    /// A runner's handshake, its token checked. Answers 101, 400 without the subprotocol, or 503.
    /// A second channel of the same key replaces the first.
    void attach(const RunnerKey &key, const net::ExchangePtr &exchange);

    /// Whether any channel of the runner is up. A snapshot, never blocks on the network.
    bool isConnected(RunnerId runner) const;
    bool isConnected(const RunnerKey &key) const;
    qint64 count() const;

    void sendWork(RunnerId runner);
    void sendCancel(const RunnerKey &key, JobId job, bool force);
    void sendTraceInterval(const RunnerKey &key, JobId job, std::chrono::milliseconds interval);
    /// terminalRefused() follows if no channel takes it.
    void openTerminal(const RunnerKey &key, const protocol::ChannelTerminalOpen &open);
    void closeTerminal(const RunnerKey &key, JobId job, const QByteArray &session);

    /// The runner's token was revoked: its channels are cut.
    void cut(RunnerId runner);
    /// Says `drain` to all and closes; new ones are answered 503.
    void drain();

Q_SIGNALS:
    /// After the runner's hello; again when it says hello anew.
    void connected(const ci::runnerlink::RunnerKey &key, const ci::protocol::ChannelHello &hello);
    void disconnected(const ci::runnerlink::RunnerKey &key);
    void held(const ci::runnerlink::RunnerKey &key, ci::JobId job, ci::Timestamp until);
    void released(const ci::runnerlink::RunnerKey &key, ci::JobId job);
    void terminalRefused(const ci::runnerlink::RunnerKey &key,
                         const ci::protocol::ChannelTerminalRefused &refusal);

private:
    std::unique_ptr<ObjectThread<ChannelHub>> m_thread;
};

} // namespace ci::runnerlink
