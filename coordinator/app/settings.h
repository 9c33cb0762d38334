// SPDX-License-Identifier: MIT
#pragma once

#include "common/base/result.h"

#include <QHostAddress>
#include <QList>
#include <QString>
#include <QStringList>
#include <QUrl>

#include <chrono>

namespace ci::app {

struct ListenAddress
{
    QHostAddress host = QHostAddress::LocalHost;
    quint16 port = 8080;

    bool operator==(const ListenAddress &) const = default;
};

/// A network of proxies whose X-Forwarded-For is believed.
struct Subnet
{
    QHostAddress address;
    int bits = 0;

    bool contains(const QHostAddress &host) const { return host.isInSubnet(address, bits); }
    bool operator==(const Subnet &) const = default;
};

/// How the coordinator runs. Each field has one row in settingtable.cpp: its name in the file, its
/// flag, its environment variable, how it is read and what it means.
struct Settings
{
    QString configFile;
    QString dataDirectory = QStringLiteral("var");
    ListenAddress listen;
    QUrl externalUrl; ///< Empty: http(s)://ADDRESS as listened on.
    QStringList allowedHosts;
    QList<Subnet> trustedProxies;
    QString tlsCertificate;
    QString tlsKey;
    bool verbose = false;

    int ioThreads = 2;
    int maxConnections = 20'000;
    int maxConnectionsPerAddress = 10'000;
    std::chrono::seconds headTime {10};
    std::chrono::seconds idleTime {75};
    std::chrono::seconds bodyStallTime {30};

    qint64 maxBodyBytes = 4 << 20;
    qint64 maxTraceBytes = 100 << 20;
    qint64 maxArtifactBytes = 1LL << 30;
    qint64 maxPushBytes = 2LL << 30;
    std::chrono::seconds traceRetention {0}; ///< 0: kept.
    std::chrono::seconds artifactRetention {
        std::chrono::days {30}}; ///< Where no expire_in is given.

    std::chrono::seconds longPollTime {50};
    std::chrono::seconds runnerSilence {90};
    std::chrono::seconds stockRunnerSilence {15 * 60};
    std::chrono::seconds confirmTime {60};

    int maxTerminals = 1000;
    int maxTerminalsPerJob = 5;
    int maxTerminalsPerUser = 20;
    std::chrono::seconds terminalGraceTime {60};
    std::chrono::seconds terminalIdleTime {0};

    std::chrono::seconds sessionIdleTime {std::chrono::days {7}}; ///< Browsers' sign-ins.
    std::chrono::seconds sessionMaxAge {std::chrono::days {30}};

    bool allowRegistration = true; ///< Runners by registration token.

    QString templatesProject; ///< Where include:template reads templates/NAME; empty: nowhere.
    bool includePrivateAddresses = false; ///< include:remote may ask hosts of local networks.
};

} // namespace ci::app
