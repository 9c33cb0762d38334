// SPDX-License-Identifier: MIT
#include "common/net/handshake.h"

#include "common/net/responsewriter.h"
#include "common/net/syntax.h"

#include <QCryptographicHash>
#include <QRandomGenerator>

#include <array>

namespace ci::net {

using namespace Qt::StringLiterals;

std::variant<bool, HttpRefusal> checkHandshake(const RequestHead &head)
{
    const Headers &headers = head.headers;
    if (!headers.hasToken("Upgrade", "websocket") || !headers.hasToken("Connection", "upgrade")) {
        return false;
    }
    if (headers.value("Sec-WebSocket-Version", "13") != "13") {
        HttpRefusal refusal {426, "only WebSocket version 13 is spoken here", {}};
        refusal.headers.add("Sec-WebSocket-Version", "13");
        refusal.headers.add("Upgrade", "websocket");
        return refusal;
    }
    const QByteArray key = headers.value("Sec-WebSocket-Key", {});
    const auto decoded = QByteArray::fromBase64Encoding(key, QByteArray::AbortOnBase64DecodingErrors);
    const bool wellFormed = head.method == "GET" && head.minorVersion > 0 && !head.hasBody()
        && headers.count("Sec-WebSocket-Key") == 1 && headers.count("Sec-WebSocket-Version") == 1
        && decoded && decoded.decoded.size() == 16 && key.size() == 24;
    if (!wellFormed) {
        return HttpRefusal {400, "the WebSocket handshake is malformed", {}};
    }
    return true;
}

QByteArray acceptKey(QByteArrayView key)
{
    QCryptographicHash hash(QCryptographicHash::Sha1);
    hash.addData(key);
    hash.addData(QByteArrayView("258EAFA5-E914-47DA-95CA-C5AB0DC85B11")); // RFC 6455, 1.3
    return hash.result().toBase64();
}

QByteArray makeKey()
{
    std::array<quint32, 4> random;
    QRandomGenerator::system()->fillRange(random.data(), random.size());
    return QByteArray(reinterpret_cast<const char *>(random.data()), sizeof random).toBase64();
}

QList<QByteArray> offeredSubprotocols(const Headers &headers)
{
    QList<QByteArray> offered;
    for (const Headers::Field &field : headers.fields()) {
        if (equalsIgnoringCase(field.name, "Sec-WebSocket-Protocol")) {
            for (const QByteArrayView item : splitList(field.value)) {
                offered.append(item.toByteArray());
            }
        }
    }
    return offered;
}

QByteArray switchingAnswer(QByteArrayView key, QByteArrayView subprotocol, const Headers &further)
{
    QByteArray answer = "HTTP/1.1 101 Switching Protocols\r\n"
                        "Upgrade: websocket\r\n"
                        "Connection: Upgrade\r\n"
                        "Sec-WebSocket-Accept: ";
    answer += acceptKey(key) + "\r\n";
    if (!subprotocol.isEmpty()) {
        appendField(answer, "Sec-WebSocket-Protocol", subprotocol);
    }
    for (const Headers::Field &field : further.fields()) {
        appendField(answer, field.name, field.value);
    }
    return answer + "\r\n";
}

Result<QByteArray> checkSwitching(const Headers &headers,
                                  QByteArrayView key,
                                  const QList<QByteArray> &subprotocols)
{
    const bool switched = headers.hasToken("Upgrade", "websocket")
        && headers.hasToken("Connection", "upgrade")
        && headers.value("Sec-WebSocket-Accept", {}) == acceptKey(key);
    if (!switched || headers.contains("Sec-WebSocket-Extensions")) {
        return unavailable(u"the server's WebSocket handshake is wrong"_s);
    }
    const QByteArray chosen = headers.value("Sec-WebSocket-Protocol", {});
    const bool isAskedFor = subprotocols.isEmpty() ? chosen.isEmpty() : subprotocols.contains(chosen);
    if (!isAskedFor) {
        return unavailable(u"the server speaks none of the subprotocols asked for"_s);
    }
    return chosen;
}

} // namespace ci::net
