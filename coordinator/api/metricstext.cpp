// SPDX-License-Identifier: MIT
#include "coordinator/api/metricstext.h"

#include "common/net/httpserver.h"
#include "coordinator/api/metrics.h"
#include "coordinator/api/requestcounts.h"
#include "coordinator/api/route.h"
#include "db/jobstore.h"

#include <array>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

using protocol::JobState;

class MetricsPage
{
public:
    void head(const char *name, const char *type, const char *help)
    {
        m_text += "# HELP "_ba + name + ' ' + help + "\n# TYPE " + name + ' ' + type + '\n';
    }

    void value(const char *name, double number, const QByteArray &labels = {})
    {
        m_text += name;
        if (!labels.isEmpty()) {
            m_text += '{' + labels + '}';
        }
        m_text += ' ' + QByteArray::number(number, 'g', 15) + '\n';
    }

    void gauge(const char *name, const char *help, double number)
    {
        head(name, "gauge", help);
        value(name, number);
    }

    void counter(const char *name, const char *help, double number)
    {
        head(name, "counter", help);
        value(name, number);
    }

    const QByteArray &text() const { return m_text; }

private:
    QByteArray m_text;
};

double seconds(qint64 microseconds)
{
    return static_cast<double>(microseconds) / 1e6;
}

void addEngine(MetricsPage &page, Services &services)
{
    const engine::LoopCounts counts = services.loop.takeCounts();
    page.counter("capstan_commands_total", "Commands run.", static_cast<double>(counts.commands));
    page.counter(
        "capstan_commits_total", "Transactions written.", static_cast<double>(counts.commits));
    page.counter("capstan_commit_seconds_total",
                 "Time spent in commits.",
                 seconds(counts.commitMicroseconds));
    page.gauge("capstan_commit_longest_seconds",
               "Longest commit since the last look.",
               seconds(counts.longestCommitMicroseconds));
    page.gauge(
        "capstan_commands_queued", "Commands that wait.", static_cast<double>(counts.queued));
    page.gauge("capstan_loop_lag_seconds",
               "Longest wait of a request for the engine since the last look.",
               seconds(services.metrics.takeLongestWait().count()));
    page.gauge("capstan_storage_failing",
               "1 while the last change could not be stored.",
               services.loop.isFailing() ? 1 : 0);
}

void addJobs(MetricsPage &page, Services &services, db::Database &database)
{
    const queue::DispatchCounts counts = services.core.dispatcher().counts();
    page.gauge(
        "capstan_queue_jobs", "Jobs that wait for a runner.", static_cast<double>(counts.pending));
    page.gauge("capstan_held_requests",
               "Requests for jobs that are held.",
               static_cast<double>(counts.waiting));
    page.counter("capstan_jobs_handed_out_total",
                 "Jobs given to runners.",
                 static_cast<double>(counts.handedOut));
    page.counter("capstan_job_wait_seconds_total",
                 "Time from ready to handed out, over all.",
                 static_cast<double>(counts.waited.count()) / 1e3);

    db::JobStore store(database, services.box);
    page.head("capstan_jobs", "gauge", "Jobs by state, of those that are not finished.");
    for (const JobState state : {JobState::Pending,
                                 JobState::Running,
                                 JobState::Canceling,
                                 JobState::Scheduled,
                                 JobState::WaitingForResource}) {
        const Result<qint64> number = store.countInState(state);
        page.value("capstan_jobs",
                   number ? static_cast<double>(*number) : 0,
                   "state=\"" + protocol::word(state).toByteArray() + '"');
    }
    page.head("capstan_jobs_finished_total", "counter", "Jobs that ended since the start.");
    for (const JobState state :
         {JobState::Success, JobState::Failed, JobState::Canceled, JobState::Skipped}) {
        page.value("capstan_jobs_finished_total",
                   static_cast<double>(services.metrics.finished(state)),
                   "state=\"" + protocol::word(state).toByteArray() + '"');
    }
}

void addConnections(MetricsPage &page, Services &services)
{
    const net::HttpServerCounts server = services.metrics.server();
    const terminal::RelayCounts relay = services.relay.counts();
    page.gauge("capstan_connections", "Open connections.", static_cast<double>(server.connections));
    page.counter(
        "capstan_connections_total", "Connections accepted.", static_cast<double>(server.accepted));
    page.counter("capstan_requests_refused_total",
                 "Malformed or past a limit.",
                 static_cast<double>(server.refused));
    page.gauge("capstan_terminals", "Open terminals.", static_cast<double>(relay.sessions));
    page.gauge(
        "capstan_terminal_viewers", "Connected viewers.", static_cast<double>(relay.viewers));
    page.counter("capstan_terminal_input_bytes_total",
                 "From viewers to shells.",
                 static_cast<double>(relay.inputBytes));
    page.counter("capstan_terminal_output_bytes_total",
                 "From shells to viewers.",
                 static_cast<double>(relay.outputBytes));
    page.gauge("capstan_runner_channels",
               "Runners' control channels.",
               static_cast<double>(services.channels.count()));
    page.gauge("capstan_live_pages",
               "Pages with live events.",
               static_cast<double>(services.live.pages()));
}

void addRequests(MetricsPage &page, const RequestCounts &counts)
{
    page.head("capstan_http_requests_total", "counter", "Answers by route and status.");
    const auto table = routeTable();
    for (const RequestCounts::Entry &entry : counts.entries()) {
        const bool isKnown = entry.row < table.size();
        const QByteArray method = isKnown ? table[entry.row].method : "-";
        const QByteArray route = isKnown ? table[entry.row].pattern : "-";
        page.value("capstan_http_requests_total",
                   static_cast<double>(entry.count),
                   "method=\"" + method + "\",route=\"" + route + "\",status=\""
                       + QByteArray::number(entry.status) + '"');
    }
}

} // namespace

QByteArray metricsText(Services &services, db::Database &database)
{
    MetricsPage page;
    addEngine(page, services);
    addJobs(page, services, database);
    addConnections(page, services);
    addRequests(page, services.counts);
    return page.text();
}

} // namespace ci::api
