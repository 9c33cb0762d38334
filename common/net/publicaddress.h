// SPDX-License-Identifier: MIT
#pragma once

#include <QHostAddress>

namespace ci::net {

/// Whether an address belongs to the open Internet: none of this host, its networks or their
/// services (loopback, private, link-local, shared, multicast, documentation, and what IPv6 wraps
/// around an IPv4 address of these). For requests to addresses that strangers name.
bool isPublicAddress(const QHostAddress &address);

} // namespace ci::net
