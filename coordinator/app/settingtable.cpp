// SPDX-License-Identifier: MIT
#include "coordinator/app/settingtable.h"

#include "coordinator/app/settingparse.h"

#include <array>

using namespace Qt::StringLiterals;

namespace ci::app {
namespace {

template <auto Member, auto Parse>
Result<void> read(Settings &settings, const QString &text)
{
    auto value = Parse(text);
    if (!value) {
        return value.error();
    }
    settings.*Member = std::move(*value);
    return {};
}

template <auto Member>
Result<void> readText(Settings &settings, const QString &text)
{
    settings.*Member = text;
    return {};
}

/// A count within bounds: below, nothing works; above, it is a slip.
template <auto Member, int Least, int Most>
Result<void> readCount(Settings &settings, const QString &text)
{
    bool isNumber = false;
    const int number = text.trimmed().toInt(&isNumber);
    if (!isNumber || number < Least || number > Most) {
        return invalid(u"'%1' is not a number from %2 to %3"_s.arg(text).arg(Least).arg(Most));
    }
    settings.*Member = number;
    return {};
}

/// A sign-in that lasts a moment locks everybody out.
template <auto Member>
Result<void> readSessionTime(Settings &settings, const QString &text)
{
    constexpr std::chrono::minutes Least {10};
    const Result<std::chrono::seconds> time = parseDuration(text);
    if (!time || *time < Least) {
        return time ? Result<void>(invalid(u"'%1' is less than 10 minutes"_s.arg(text)))
                    : Result<void>(time.error());
    }
    settings.*Member = *time;
    return {};
}

template <auto Member>
constexpr auto readTime = read<Member, parseDuration>;
template <auto Member>
constexpr auto readSize = read<Member, parseSize>;

constexpr std::array SettingRows {
    SettingRow {"data",
                "DIR",
                "var",
                "Directory with everything that is stored.",
                readText<&Settings::dataDirectory>},
    SettingRow {"listen",
                "HOST:PORT",
                "127.0.0.1:8080",
                "Address and port for HTTP; port 0 is any free one.",
                read<&Settings::listen, parseListen>},
    SettingRow {"external_url",
                "URL",
                "",
                "How browsers and runners reach this site, "
                "for example https://ci.example.com; default: the address listened on.",
                read<&Settings::externalUrl, parseExternalUrl>},
    SettingRow {"allowed_hosts",
                "NAMES",
                "",
                "Further host names that browsers may use, with commas.",
                read<&Settings::allowedHosts, parseNames>},
    SettingRow {"trusted_proxies",
                "NETS",
                "",
                "Proxies whose X-Forwarded-For is believed, "
                "for example 127.0.0.1,10.0.0.0/8.",
                read<&Settings::trustedProxies, parseSubnets>},
    SettingRow {"tls_certificate",
                "FILE",
                "",
                "PEM chain; with tls_key, HTTPS is spoken.",
                readText<&Settings::tlsCertificate>},
    SettingRow {"tls_key", "FILE", "", "PEM key of the certificate.", readText<&Settings::tlsKey>},
    SettingRow {"verbose",
                nullptr,
                "false",
                "Log at debug level too.",
                read<&Settings::verbose, parseFlag>},

    SettingRow {
        "io_threads", "N", "2", "Threads for sockets.", readCount<&Settings::ioThreads, 1, 64>},
    SettingRow {"max_connections",
                "N",
                "20000",
                "Further ones are closed at once.",
                readCount<&Settings::maxConnections, 1, 1'000'000>},
    SettingRow {"max_connections_per_address",
                "N",
                "10000",
                "The same for one address.",
                readCount<&Settings::maxConnectionsPerAddress, 1, 1'000'000>},
    SettingRow {
        "head_time", "TIME", "10s", "For the head of a request.", readTime<&Settings::headTime>},
    SettingRow {"idle_time",
                "TIME",
                "75s",
                "Between two requests of a connection.",
                readTime<&Settings::idleTime>},
    SettingRow {"body_stall_time",
                "TIME",
                "30s",
                "Without a byte of a body.",
                readTime<&Settings::bodyStallTime>},

    SettingRow {"max_body",
                "SIZE",
                "4MB",
                "Largest body of an API call that is no upload.",
                readSize<&Settings::maxBodyBytes>},
    SettingRow {"max_trace",
                "SIZE",
                "100MB",
                "Largest job log; a longer one fails its job.",
                readSize<&Settings::maxTraceBytes>},
    SettingRow {
        "max_artifact", "SIZE", "1GB", "Largest artifact.", readSize<&Settings::maxArtifactBytes>},
    SettingRow {"max_push", "SIZE", "2GB", "Largest git push.", readSize<&Settings::maxPushBytes>},
    SettingRow {"trace_retention",
                "TIME",
                "0",
                "How long logs are kept after the job; 0: for ever.",
                readTime<&Settings::traceRetention>},
    SettingRow {"artifact_retention",
                "TIME",
                "30d",
                "How long artifacts without expire_in are kept; "
                "0: for ever.",
                readTime<&Settings::artifactRetention>},

    SettingRow {"long_poll_time",
                "TIME",
                "50s",
                "How long a runner's request for a job is held.",
                readTime<&Settings::longPollTime>},
    SettingRow {"runner_silence",
                "TIME",
                "90s",
                "Without a word, a runner with our channel is lost.",
                readTime<&Settings::runnerSilence>},
    SettingRow {"stock_runner_silence",
                "TIME",
                "15m",
                "The same for other runners.",
                readTime<&Settings::stockRunnerSilence>},
    SettingRow {"confirm_time",
                "TIME",
                "60s",
                "A job handed out and not begun is queued again.",
                readTime<&Settings::confirmTime>},

    SettingRow {"max_terminals",
                "N",
                "1000",
                "Terminals open at once.",
                readCount<&Settings::maxTerminals, 0, 100'000>},
    SettingRow {"max_terminals_per_job",
                "N",
                "5",
                "The same for one job.",
                readCount<&Settings::maxTerminalsPerJob, 0, 1000>},
    SettingRow {"max_terminals_per_user",
                "N",
                "20",
                "The same for one user.",
                readCount<&Settings::maxTerminalsPerUser, 0, 1000>},
    SettingRow {"terminal_grace_time",
                "TIME",
                "60s",
                "A terminal lives on without its page.",
                readTime<&Settings::terminalGraceTime>},
    SettingRow {"terminal_idle_time",
                "TIME",
                "0",
                "A terminal without input or output ends; 0: never.",
                readTime<&Settings::terminalIdleTime>},
    SettingRow {"session_idle_time",
                "TIME",
                "7d",
                "A browser that was away for so long must sign in again.",
                readSessionTime<&Settings::sessionIdleTime>},
    SettingRow {"session_max_age",
                "TIME",
                "30d",
                "Every browser must sign in again after this.",
                readSessionTime<&Settings::sessionMaxAge>},
    SettingRow {"allow_registration",
                nullptr,
                "true",
                "Runners may register by registration token.",
                read<&Settings::allowRegistration, parseFlag>},

    SettingRow {"templates_project",
                "GROUP/PROJECT",
                "",
                "Where include:template reads templates/NAME.",
                readText<&Settings::templatesProject>},
    SettingRow {"include_private_addresses",
                nullptr,
                "false",
                "include:remote may ask hosts of local networks.",
                read<&Settings::includePrivateAddresses, parseFlag>},
};

} // namespace

QString SettingRow::flag() const
{
    return "--"_L1 + QString::fromLatin1(key).replace(u'_', u'-');
}

QByteArray SettingRow::environment() const
{
    return "CAPSTAN_" + QByteArray(key).toUpper();
}

std::span<const SettingRow> settingTable()
{
    return SettingRows;
}

const SettingRow *findSetting(QStringView key)
{
    for (const SettingRow &row : SettingRows) {
        if (key == QLatin1StringView(row.key)) {
            return &row;
        }
    }
    return nullptr;
}

QString settingHelp()
{
    QString text;
    for (const SettingRow &row : SettingRows) {
        QString flag = row.flag();
        if (row.argument) {
            flag += u' ' + QString::fromLatin1(row.argument);
        }
        text += "  "_L1 + flag.leftJustified(32) + u' ' + QString::fromUtf8(row.help);
        if (*row.standard != '\0') {
            text += " ["_L1 + QString::fromLatin1(row.standard) + u']';
        }
        text += u'\n';
    }
    return text;
}

} // namespace ci::app
