// SPDX-License-Identifier: MIT
#include "coordinator/forge/transferbodies.h"

namespace ci::forge {

namespace {

/// The transfer is made with the first byte, on the connection's thread.
class RequestSink final : public BodySink
{
public:
    explicit RequestSink(TransferOrder order) : m_order(std::move(order)) { }

    Result<void> write(QByteArrayView bytes) override { return transfer().take(bytes); }
    Result<void> finish() override { return transfer().takeEnd(); }
    bool isFull() const override { return m_transfer && m_transfer->isFull(); }

    void settle(const Result<qint64> &received)
    {
        transfer().bodySettled(received);
        m_transfer.reset();
    }

private:
    GitTransfer &transfer()
    {
        if (!m_transfer) {
            m_transfer = GitTransfer::make(std::move(m_order));
            m_transfer->setInputWake([this] { wake(); });
        }
        return *m_transfer;
    }

    TransferOrder m_order;
    std::shared_ptr<GitTransfer> m_transfer;
};

class AnswerSource final : public BodySource
{
public:
    explicit AnswerSource(std::shared_ptr<GitTransfer> transfer) : m_transfer(std::move(transfer))
    {
        m_transfer->setOutputWake([this] { wake(); });
    }
    ~AnswerSource() override { m_transfer->abandonAnswer(); }

    Result<QByteArray> read(qint64 maximum) override { return m_transfer->give(maximum); }
    bool atEnd() const override { return m_transfer->isAtEnd(); }

private:
    std::shared_ptr<GitTransfer> m_transfer;
};

} // namespace

void beginTransfer(TransferOrder order)
{
    const net::ExchangePtr exchange = order.exchange;
    const qint64 maximum = order.request.service == GitService::ReceivePack
        ? order.limits.maxPushBytes
        : order.limits.maxFetchRequestBytes;
    auto sink = std::make_shared<RequestSink>(std::move(order));
    // The call itself keeps the sink: the reader lets go of it at the body's end.
    exchange->receive(
        sink, maximum, [sink](const Result<qint64> &received) { sink->settle(received); });
}

std::shared_ptr<BodySource> answerBody(std::shared_ptr<GitTransfer> transfer)
{
    return std::make_shared<AnswerSource>(std::move(transfer));
}

} // namespace ci::forge
