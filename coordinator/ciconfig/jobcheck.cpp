// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/jobcheck.h"

#include "coordinator/ciconfig/limits.h"
#include "coordinator/ciconfig/needs.h"
#include "coordinator/ciconfig/schema.h"
#include "coordinator/ciconfig/shapes.h"
#include "coordinator/model/duration.h"

#include <algorithm>
#include <chrono>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

bool isTriggerJob(const Node &job)
{
    if (job.given(u"trigger"_s)) {
        return true;
    }
    const Node *needs = job.given(u"needs"_s);
    return needs && upstreamNeed(*needs) && !job.findEntry(u"script"_s) && !job.findEntry(u"run"_s);
}

bool JobCheck::checkName(const MapEntry &entry)
{
    const QString &name = entry.key;
    QString problem;
    if (name.trimmed().isEmpty()) {
        problem = u"job name can't be blank"_s;
    } else if (name.size() > limits::MaxJobNameLength) {
        problem = u"jobs:%1… job name is too long (maximum is 255 characters)"_s.arg(name.left(40));
    } else if (name == "true"_L1 || name == "false"_L1 || name == "nil"_L1) {
        problem = u"jobs:%1 job name is reserved"_s.arg(name);
    }
    if (!problem.isEmpty()) {
        m_checker.report().error(entry.position, problem);
    }
    return problem.isEmpty();
}

void JobCheck::run(const MapEntry &entry)
{
    const Node &job = *entry.value;
    if (!checkName(entry)) {
        return;
    }
    const Place jobs {nullptr, u"jobs"_s};
    const Place place {&jobs, entry.key};
    const bool works = job.isMap()
        && (job.findEntry(u"script"_s) || job.findEntry(u"run"_s) || job.findEntry(u"trigger"_s)
            || isTriggerJob(job));
    if (!works) {
        m_checker.report().error(
            entry.position,
            u"jobs:%1 config should implement the script:, run:, or trigger: keyword"_s.arg(entry.key));
    }
    if (!job.isMap()) {
        return;
    }
    checkKeywords(job, place);
    if (works && !isTriggerJob(job) && !job.given(u"script"_s) && !job.given(u"run"_s)) {
        m_checker.report().error(entry.position, u"jobs:%1 script can't be blank"_s.arg(entry.key));
    }
    checkDelay(job, place);
    checkRulesAlone(job, place);
    checkDependencies(job, place);
    checkRunAlone(job, place);
    checkPublish(job, place);
    warnOfDoublePipelines(job, place);
}

void JobCheck::checkKeywords(const Node &job, const Place &place)
{
    const unsigned kind = isTriggerJob(job) ? InTriggerJob : InJob;
    for (const MapEntry &entry : job.entries()) {
        const Keyword *keyword = findKeyword(entry.key, kind);
        if (keyword) {
            m_checker.check(*entry.value, *keyword->shape, {&place, entry.key});
        } else {
            // Also with null: what a kind of job cannot have it cannot switch off.
            m_checker.report().error(
                entry.position, u"%1 config contains unknown keys: %2"_s.arg(place.path(), entry.key));
        }
    }
}

void JobCheck::checkDelay(const Node &job, const Place &place)
{
    const Node *when = job.given(u"when"_s);
    const Node *startIn = job.given(u"start_in"_s);
    const bool delayed = when && when->text() == "delayed"_L1;
    const Place attribute {&place, u"start_in"_s};
    if (delayed && !startIn) {
        m_checker.fail(*when, attribute, u"should be a duration"_s);
    } else if (!delayed && startIn && !job.given(u"rules"_s)) {
        m_checker.fail(*startIn, attribute, u"must be blank"_s);
    } else if (startIn) {
        constexpr std::chrono::seconds week = std::chrono::hours(7 * 24);
        if (model::parseDuration(startIn->text()).value_or(std::chrono::seconds(0)) > week) {
            m_checker.fail(*startIn, attribute, u"should not exceed the limit"_s);
        }
    }
}

void JobCheck::checkRulesAlone(const Node &job, const Place &place)
{
    if (!job.given(u"rules"_s)) {
        return;
    }
    for (const QString &key : {u"only"_s, u"except"_s, u"start_in"_s}) {
        if (const Node *value = job.given(key)) {
            m_checker.report().error(
                value->position(), u"%1 config key may not be used with `rules`: %2"_s.arg(place.path(), key));
        }
    }
}

// The job of this pipeline that is needed; empty where another pipeline or project has it.
static QString neededJob(const Node &need)
{
    if (!need.isMap()) {
        return need.text();
    }
    const bool isElsewhere = need.findEntry(u"pipeline"_s) || need.findEntry(u"project"_s);
    const Node *job = isElsewhere ? nullptr : need.given(u"job"_s);
    return job ? job->text() : QString();
}

// Names in `dependencies` must be among the needs, where there are any.
void JobCheck::checkDependencies(const Node &job, const Place &place)
{
    const Node *dependencies = job.given(u"dependencies"_s);
    const Node *needs = job.given(u"needs"_s);
    if (!dependencies || !needs || !needs->isList()) {
        return;
    }
    const NodePtr flat = flattened(Node::list(needs->items(), needs->position()));
    if (!flat || flat->items().empty()) {
        return;
    }
    QStringList missing;
    for (const NodePtr &name : dependencies->items()) {
        const auto &items = flat->items();
        const bool found = std::any_of(items.begin(), items.end(), [&](const NodePtr &need) {
            return neededJob(*need) == name->text();
        });
        if (!found) {
            missing.append(name->text());
        }
    }
    if (!missing.isEmpty()) {
        m_checker.fail(*dependencies, {&place, u"dependencies"_s},
                       u"the %1 should be part of needs"_s.arg(missing.join(u", "_s)));
    }
}

void JobCheck::checkRunAlone(const Node &job, const Place &place)
{
    if (!job.given(u"run"_s)) {
        return;
    }
    for (const QString &key : {u"script"_s, u"before_script"_s, u"after_script"_s}) {
        if (const Node *value = job.given(key)) {
            m_checker.report().error(
                value->position(), u"%1 config these keys cannot be used together: run, %2"_s.arg(place.path(), key));
        }
    }
}

// The old place of `pages:publish`.
void JobCheck::checkPublish(const Node &job, const Place &place)
{
    const Node *publish = job.given(u"publish"_s);
    const Node *pages = job.given(u"pages"_s);
    const bool isNamedPages = place.key == "pages"_L1;
    const bool publishes = pages ? pages->isMap() || pages->toBool() : isNamedPages;
    if (publish && !publish->text().isEmpty() && !publishes) {
        m_checker.fail(*publish, {&place, u"publish"_s}, u"can only be used within a `pages` job"_s);
    }
}

void JobCheck::warnOfDoublePipelines(const Node &job, const Place &place)
{
    const Node *rules = job.given(u"rules"_s);
    if (m_hasWorkflowRules || !rules || rules->items().empty()) {
        return;
    }
    const Node &last = *rules->items().back();
    const Node *when = last.isMap() ? last.given(u"when"_s) : nullptr;
    const bool bare = when && !last.given(u"if"_s) && !last.given(u"changes"_s) && !last.given(u"exists"_s);
    if (bare && when->text() != "never"_L1) {
        m_checker.report().warning(last.position(),
                                   u"%1 may allow multiple pipelines to run for a single action due to "
                                   "`rules:when` clause with no `workflow:rules`"_s.arg(place.path()));
    }
}

} // namespace ci::ciconfig
