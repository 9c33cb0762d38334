// SPDX-License-Identifier: MIT
#include "coordinator/api/call.h"
#include "coordinator/api/entitywriter.h"
#include "coordinator/api/handlers.h"
#include "coordinator/api/jsonresponse.h"
#include "coordinator/storage/junit.h"
#include "db/testreportstore.h"

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

/// The reports of all instances of one job: "test 1/3" and "test 2/3" are one suite.
struct Suite
{
    QString name;
    model::TestReport report;
    QJsonArray jobs;
};

Suite &suiteOf(std::vector<Suite> &suites, const QString &name)
{
    for (Suite &suite : suites) {
        if (suite.name == name) {
            return suite;
        }
    }
    suites.push_back({name, {}, {}});
    return suites.back();
}

void addCounts(QJsonObject &object, const model::TestCounts &counts)
{
    object.insert(u"total_time"_s, counts.seconds);
    object.insert(u"total_count"_s, counts.total());
    object.insert(u"success_count"_s, counts.success);
    object.insert(u"failed_count"_s, counts.failed);
    object.insert(u"skipped_count"_s, counts.skipped);
    object.insert(u"error_count"_s, counts.errors);
}

QString statusWord(model::TestStatus status)
{
    switch (status) {
    case model::TestStatus::Success:
        return u"success"_s;
    case model::TestStatus::Failed:
        return u"failed"_s;
    case model::TestStatus::Skipped:
        return u"skipped"_s;
    case model::TestStatus::Error:
        return u"error"_s;
    }
    return {};
}

QJsonValue unlessEmpty(const QString &text)
{
    return text.isEmpty() ? QJsonValue() : QJsonValue(text);
}

QJsonObject caseJson(const model::TestCase &each)
{
    return {
        {u"status"_s, statusWord(each.status)},
        {u"name"_s, each.name},
        {u"classname"_s, each.className},
        {u"file"_s, unlessEmpty(each.file)},
        {u"execution_time"_s, each.seconds},
        {u"system_output"_s, unlessEmpty(each.output.isEmpty() ? each.systemOutput : each.output)},
        {u"stack_trace"_s, QJsonValue()},
    };
}

QJsonObject reportJson(const std::vector<Suite> &suites)
{
    model::TestCounts all;
    QJsonArray list;
    for (const Suite &suite : suites) {
        all.add(suite.report.counts);
        QJsonArray cases;
        for (const model::TestCase &each : suite.report.cases) {
            cases.append(caseJson(each));
        }
        QJsonObject object {{u"name"_s, suite.name},
                            {u"suite_error"_s, unlessEmpty(suite.report.problem)},
                            {u"test_cases"_s, cases}};
        addCounts(object, suite.report.counts);
        list.append(object);
    }
    QJsonObject object {{u"test_suites"_s, list}};
    addCounts(object, all);
    return object;
}

struct ReportFile
{
    QString suite;
    QString path;
};

std::vector<Suite> readReports(const std::vector<ReportFile> &files)
{
    std::vector<Suite> suites;
    for (const ReportFile &file : files) {
        model::TestReport read = storage::readJunitFile(file.path);
        model::TestReport &report = suiteOf(suites, file.suite).report;
        report.counts.add(read.counts);
        std::move(read.cases.begin(), read.cases.end(), std::back_inserter(report.cases));
        report.problem = report.problem.isEmpty() ? read.problem : report.problem;
    }
    return suites;
}

} // namespace

Answer showTestReport(Call &call)
{
    const auto sources = db::TestReportStore(call.database()).sources(call.pipeline().id);
    if (!sources) {
        return sources.error();
    }
    std::vector<ReportFile> files;
    for (const db::TestReportStore::Source &source : *sources) {
        files.push_back(
            {source.suite, call.services().core.artifactFiles().path(source.artifact)});
    }
    call.services().readers.run<QJsonObject>(
        [files] { return reportJson(readReports(files)); },
        [reply = call.reply()](const QJsonObject &object) {
            reply.send(jsonResponse(200, object));
        });
    return Later {};
}

Answer showTestReportSummary(Call &call)
{
    const Result<std::vector<db::TestSummary>> summaries =
        db::TestReportStore(call.database()).ofPipeline(call.pipeline().id);
    if (!summaries) {
        return summaries.error();
    }
    model::TestCounts all;
    std::vector<Suite> suites;
    for (const db::TestSummary &summary : *summaries) {
        all.add(summary.counts);
        Suite &suite = suiteOf(suites, summary.suite);
        suite.report.counts.add(summary.counts);
        suite.report.problem =
            suite.report.problem.isEmpty() ? summary.problem : suite.report.problem;
        suite.jobs.append(summary.job.value());
    }
    QJsonArray list;
    for (const Suite &suite : suites) {
        QJsonObject object {{u"name"_s, suite.name},
                            {u"build_ids"_s, suite.jobs},
                            {u"suite_error"_s, unlessEmpty(suite.report.problem)}};
        addCounts(object, suite.report.counts);
        list.append(object);
    }
    const QJsonObject total {
        {u"time"_s, all.seconds},      {u"count"_s, all.total()},
        {u"success"_s, all.success},   {u"failed"_s, all.failed},
        {u"skipped"_s, all.skipped},   {u"error"_s, all.errors},
        {u"suite_error"_s, QJsonValue()},
    };
    return jsonResponse(200, QJsonObject {{u"total"_s, total}, {u"test_suites"_s, list}});
}

} // namespace ci::api
