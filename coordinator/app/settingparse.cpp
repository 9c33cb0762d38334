// SPDX-License-Identifier: MIT
#include "coordinator/app/settingparse.h"

#include <QRegularExpression>

#include <array>
#include <limits>
#include <utility>

using namespace Qt::StringLiterals;

namespace ci::app {
namespace {

struct Unit
{
    const char *name;
    qint64 factor;
};

constexpr std::array DurationUnits {
    Unit {"", 1},
    Unit {"s", 1},
    Unit {"m", 60},
    Unit {"h", 3600},
    Unit {"d", 86400},
    Unit {"w", 604800},
};

// Decimal names mean powers of two here: nobody who writes 100MB wants to count.
constexpr std::array SizeUnits {
    Unit {"", 1},
    Unit {"b", 1},
    Unit {"k", 1LL << 10},
    Unit {"kb", 1LL << 10},
    Unit {"kib", 1LL << 10},
    Unit {"m", 1LL << 20},
    Unit {"mb", 1LL << 20},
    Unit {"mib", 1LL << 20},
    Unit {"g", 1LL << 30},
    Unit {"gb", 1LL << 30},
    Unit {"gib", 1LL << 30},
    Unit {"t", 1LL << 40},
    Unit {"tb", 1LL << 40},
    Unit {"tib", 1LL << 40},
};

template <size_t Count>
std::optional<qint64> parseWithUnit(const QString &text, const std::array<Unit, Count> &units)
{
    static const QRegularExpression shape(u"^\\s*([0-9]{1,18})\\s*([A-Za-z]*)\\s*$"_s);
    const QRegularExpressionMatch match = shape.match(text);
    if (!match.hasMatch()) {
        return std::nullopt;
    }
    const qint64 number = match.captured(1).toLongLong();
    const QString name = match.captured(2).toLower();
    for (const Unit &unit : units) {
        if (name == QLatin1StringView(unit.name)) {
            const bool fits = number <= std::numeric_limits<qint64>::max() / unit.factor;
            return fits ? std::optional(number * unit.factor) : std::nullopt;
        }
    }
    return std::nullopt;
}

} // namespace

Result<ListenAddress> parseListen(const QString &text)
{
    const qsizetype colon = text.lastIndexOf(u':');
    bool isNumber = false;
    const uint port = text.mid(colon + 1).toUInt(&isNumber);
    if (colon < 0 || !isNumber || port > 65535) {
        return invalid(u"'%1' is not HOST:PORT, for example 127.0.0.1:8080"_s.arg(text));
    }
    QString host = text.left(colon);
    if (host.startsWith(u'[') && host.endsWith(u']')) {
        host = host.mid(1, host.size() - 2);
    }
    ListenAddress address;
    address.port = static_cast<quint16>(port);
    if (host.isEmpty() || host == u'*') {
        address.host = QHostAddress(QHostAddress::Any);
    } else if (host == "localhost"_L1) {
        address.host = QHostAddress(QHostAddress::LocalHost);
    } else if (!address.host.setAddress(host)) {
        return invalid(u"'%1' is not an IP address; a name cannot be listened on"_s.arg(host));
    }
    return address;
}

Result<QUrl> parseExternalUrl(const QString &text)
{
    if (text.isEmpty()) {
        return QUrl();
    }
    QUrl url(text, QUrl::StrictMode);
    const bool isWeb = url.scheme() == "http"_L1 || url.scheme() == "https"_L1;
    if (!url.isValid() || !isWeb || url.host().isEmpty() || url.hasQuery() || url.hasFragment()
        || !url.userInfo().isEmpty()) {
        return invalid(
            u"'%1' is not the address of a site, for example https://ci.example.com"_s.arg(text));
    }
    if (!url.path().isEmpty() && url.path() != u'/') {
        return invalid(u"'%1': a path is not supported, the site must be at the root"_s.arg(text));
    }
    url.setPath({});
    return url;
}

Result<QList<Subnet>> parseSubnets(const QString &text)
{
    QList<Subnet> subnets;
    for (const QString &part : text.split(u',', Qt::SkipEmptyParts)) {
        const QString trimmed = part.trimmed();
        const QPair<QHostAddress, int> parsed = QHostAddress::parseSubnet(trimmed);
        if (parsed.first.isNull() || parsed.second < 0) {
            return invalid(
                u"'%1' is not an address or network, for example 10.0.0.0/8"_s.arg(trimmed));
        }
        subnets.append(Subnet {parsed.first, parsed.second});
    }
    return subnets;
}

Result<std::chrono::seconds> parseDuration(const QString &text)
{
    const std::optional<qint64> seconds = parseWithUnit(text, DurationUnits);
    if (!seconds) {
        return invalid(u"'%1' is not a time, for example 90s, 15m, 1h or 7d"_s.arg(text));
    }
    return std::chrono::seconds {*seconds};
}

Result<qint64> parseSize(const QString &text)
{
    const std::optional<qint64> bytes = parseWithUnit(text, SizeUnits);
    if (!bytes) {
        return invalid(u"'%1' is not a size, for example 512KB, 100MB or 1GB"_s.arg(text));
    }
    return *bytes;
}

Result<bool> parseFlag(const QString &text)
{
    for (const auto &[word, meaning] : {std::pair {"true", true},
                                        {"1", true},
                                        {"yes", true},
                                        {"on", true},
                                        {"false", false},
                                        {"0", false},
                                        {"no", false},
                                        {"off", false}}) {
        if (text.compare(QLatin1StringView(word), Qt::CaseInsensitive) == 0) {
            return meaning;
        }
    }
    return invalid(u"'%1' is neither true nor false"_s.arg(text));
}

Result<QStringList> parseNames(const QString &text)
{
    QStringList names;
    for (const QString &part : text.split(u',', Qt::SkipEmptyParts)) {
        names.append(part.trimmed());
    }
    return names;
}

} // namespace ci::app
