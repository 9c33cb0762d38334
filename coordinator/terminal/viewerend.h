// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/offsetring.h"
#include "common/net/websocket.h"
#include "common/protocol/terminalmessage.h"
#include "coordinator/terminal/relaylimits.h"
#include "coordinator/terminal/relaynews.h"

#include <QObject>

#include <chrono>
#include <memory>
#include <optional>

namespace ci::terminal {

/// One viewer's socket: its subprotocol, its credit, and how far it was fed from the session's
/// ring. Holds no output of its own but a replay.
class ViewerEnd final : public QObject
{
    Q_OBJECT
    Q_DISABLE_COPY_MOVE(ViewerEnd)

public:
    ViewerEnd(std::unique_ptr<net::WebSocket> socket, const ViewerRequest &request, const RelayLimits &limits);
    ~ViewerEnd() override;

    UserId user() const { return m_user; }
    protocol::ViewerRole role() const { return m_role; }
    bool mayWrite() const { return m_mayWrite; }
    void setRole(protocol::ViewerRole role);
    /// Where the viewer asked to go on; none for a new screen.
    std::optional<qint64> offsetAsked() const { return m_offsetAsked; }

    /// Its hello has come (always, for subprotocols that have none).
    bool isReady() const { return m_isReady; }
    protocol::TerminalSize size() const { return m_size; }

    /// From here on it is fed. `replay` is what it is given instead of the ring's bytes at the start.
    void begin(const protocol::TerminalSessionNews &news, QByteArray replay = {});
    bool hasBegun() const { return m_hasBegun; }
    qint64 next() const { return m_next; } ///< Offset of the first byte not yet given to its socket.
    /// The offset up to which it can take output. Without bound where its subprotocol has no
    /// credit, and while its input is paused: its credit messages are stuck behind that input.
    qint64 limit() const;

    /// Feeds what credit and socket allow. False: it lags behind the ring and must begin anew.
    bool pump(const OffsetRing &ring);

    /// The shell has ended: gives it all that the ring still has, which is a bound by itself.
    void flush(const OffsetRing &ring);

    void tell(const protocol::TerminalNews &news);
    void setInputPaused(bool paused);
    /// Says goodbye; lost() follows.
    void close(net::CloseCode code, QByteArrayView reason);

    /// Pings, and cuts a peer that has been silent too long. `now` is monotonic.
    void checkAlive(std::chrono::milliseconds now);
    std::chrono::milliseconds since() const { return m_since; }
    void noteTime(std::chrono::milliseconds now);

    /// Gives up the socket, for its goodbye to outlive this.
    std::unique_ptr<net::WebSocket> takeSocket();

Q_SIGNALS:
    void ready();
    void inputReceived(const QByteArray &bytes);
    void resizeAsked(ci::protocol::TerminalSize size);
    void roomGrew(); ///< Credit or the socket: pump again.
    void takeAsked();
    void closeAsked();
    void frameDropped(); ///< An observer sent something.
    void lost(); ///< Last.

private:
    enum class Codec : quint8 { V1, Raw, Base64 };

    void readText(const QByteArray &text);
    void readInput(const QByteArray &bytes);
    void obey(const protocol::ViewerMessage &message);
    void sayHello(const protocol::ViewerHello &hello);
    void refuse(net::CloseCode code, const QByteArray &why);
    bool feed(const OffsetRing &ring, qint64 bound, qint64 highWater);
    void send(QByteArrayView output);

    const RelayLimits &m_limits;
    std::unique_ptr<net::WebSocket> m_socket;
    const Codec m_codec;
    const UserId m_user;
    const bool m_mayWrite;
    const std::optional<qint64> m_offsetAsked;
    protocol::ViewerRole m_role;
    protocol::TerminalSize m_size;
    QByteArray m_replay; ///< Bytes from m_next on that come before the ring's.
    qint64 m_next = 0;
    qint64 m_limit = 0;
    qint64 m_looseCredit = 0; ///< Granted, but not counted from an offset yet.
    bool m_isReady = false;
    bool m_hasBegun = false;
    bool m_isInputPaused = false;
    bool m_wasHeard = true;
    std::chrono::milliseconds m_since {0};
    std::chrono::milliseconds m_lastHeard {0};
    std::chrono::milliseconds m_lastPing {0};
};

/// The first of the asked ones that we speak; empty: none.
QByteArray chooseSubprotocol(const QList<QByteArray> &asked);

} // namespace ci::terminal
