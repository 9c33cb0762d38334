// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/childprocess.h"
#include "coordinator/forge/inflater.h"
#include "coordinator/forge/pushcommands.h"
#include "coordinator/forge/transferorder.h"

#include <QTimer>

#include <functional>
#include <memory>
#include <optional>

namespace ci::forge {

/// One git process between the two bodies of a request, on the connection's thread: feeds the
/// request's to it, and answers with what it says. Owned by the body that is being moved; a push
/// whose body is complete lives on without a client until git has ended, since a git that is
/// killed while it moves refs leaves locks behind.
class GitTransfer final : public QObject, public std::enable_shared_from_this<GitTransfer>
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(GitTransfer)

public:
    static std::shared_ptr<GitTransfer> make(TransferOrder order);
    ~GitTransfer() override;

    /// The request's body.
    Result<void> take(QByteArrayView bytes);
    Result<void> takeEnd();
    bool isFull() const;
    void setInputWake(std::function<void()> wake) { m_inputWake = std::move(wake); }
    /// The body has arrived, or not.
    void bodySettled(const Result<qint64> &received);

    /// The answer's body.
    Result<QByteArray> give(qint64 maximum);
    bool isAtEnd() const;
    void setOutputWake(std::function<void()> wake) { m_outputWake = std::move(wake); }
    void abandonAnswer();

private:
    explicit GitTransfer(TransferOrder order);
    void announceEnd();
    Result<void> feed(QByteArrayView plain);
    Result<void> pumpInput();
    Result<void> start();
    void readOutput(const QByteArray &bytes);
    void readErrors(const QByteArray &bytes);
    void continueInput();
    void end(ChildExit exit);
    void answerIfReady();
    void answer(net::Response response);
    void fail(const Error &error);

    TransferOrder m_order;
    std::shared_ptr<GitTransfer> m_self; ///< While nobody else holds us and git must go on.
    PushCommands m_commands;
    bool m_isHeadComplete = false;
    Inflater m_inflater;
    bool m_isInputEnded = false;
    qint64 m_plainBytes = 0;

    ChildProcess m_child;
    bool m_isStarted = false;
    bool m_isBodySettled = false;
    bool m_isAnswered = false;
    std::optional<ChildExit> m_exit;
    QByteArray m_output;
    QByteArray m_errors;
    std::optional<Error> m_error;
    QTimer m_deadline;
    std::function<void()> m_inputWake;
    std::function<void()> m_outputWake;
};

} // namespace ci::forge
