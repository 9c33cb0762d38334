// SPDX-License-Identifier: MIT
#include "common/net/publicaddress.h"

#include <algorithm>
#include <array>

namespace ci::net {

namespace {

struct Block4
{
    quint32 start;
    int bits;

    bool holds(quint32 address) const { return (address ^ start) >> (32 - bits) == 0; }
};

constexpr quint32 v4(quint32 a, quint32 b, quint32 c = 0)
{
    return a << 24 | b << 16 | c << 8;
}

// IANA's special-purpose registry for IPv4 (RFC 6890 and later).
constexpr std::array ClosedBlocks {
    Block4 {v4(0, 0), 8},        Block4 {v4(10, 0), 8},        Block4 {v4(100, 64), 10},
    Block4 {v4(127, 0), 8},      Block4 {v4(169, 254), 16},    Block4 {v4(172, 16), 12},
    Block4 {v4(192, 0, 0), 24},  Block4 {v4(192, 0, 2), 24},   Block4 {v4(192, 88, 99), 24},
    Block4 {v4(192, 168), 16},   Block4 {v4(198, 18), 15},     Block4 {v4(198, 51, 100), 24},
    Block4 {v4(203, 0, 113), 24}, Block4 {v4(224, 0), 4},      Block4 {v4(240, 0), 4},
};

struct Block6
{
    std::array<quint8, 4> start;
    int bits;

    bool holds(const Q_IPV6ADDR &address) const
    {
        for (int bit = 0; bit < bits; ++bit) {
            const auto byte = static_cast<size_t>(bit / 8);
            if (((address[static_cast<int>(byte)] ^ start[byte]) >> (7 - bit % 8) & 1) != 0) {
                return false;
            }
        }
        return true;
    }
};

// Only 2000::/3 is routed at all; these parts of it are not, or lead elsewhere (Teredo, 6to4).
constexpr Block6 Routed {{0x20, 0, 0, 0}, 3};
constexpr std::array ClosedBlocks6 {
    Block6 {{0x20, 0x01, 0x00, 0x00}, 23},
    Block6 {{0x20, 0x01, 0x0d, 0xb8}, 32},
    Block6 {{0x20, 0x02, 0x00, 0x00}, 16},
    Block6 {{0x3f, 0xff, 0x00, 0x00}, 20},
};

} // namespace

bool isPublicAddress(const QHostAddress &address)
{
    bool isIpv4 = false;
    const quint32 plain = address.toIPv4Address(&isIpv4); // Also of ::ffff:a.b.c.d.
    if (isIpv4) {
        return std::none_of(ClosedBlocks.begin(), ClosedBlocks.end(),
                            [plain](const Block4 &block) { return block.holds(plain); });
    }
    if (address.protocol() != QAbstractSocket::IPv6Protocol) {
        return false;
    }
    const Q_IPV6ADDR bytes = address.toIPv6Address();
    return Routed.holds(bytes)
        && std::none_of(ClosedBlocks6.begin(), ClosedBlocks6.end(),
                        [&bytes](const Block6 &block) { return block.holds(bytes); });
}

} // namespace ci::net
