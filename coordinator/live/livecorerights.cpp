// SPDX-License-Identifier: MIT
#include "coordinator/live/livecore.h"

#include <utility>

// Who may see what: asked, answered, and asked again.

namespace ci::live {

namespace {

/// Of one command: a few queries each, so that it stays within a millisecond or two of the engine.
constexpr qsizetype MaxTopicsAsked = 32;

/// Whether a change of the project (null: of any) may change who sees the topic. Whose a pipeline
/// or a job is only the engine knows.
bool mayConcern(const protocol::Topic &topic, ProjectId project)
{
    switch (topic.kind) {
    case protocol::TopicKind::Projects:
    case protocol::TopicKind::Runners:
        return project.isNull();
    case protocol::TopicKind::Project:
        return project.isNull() || topic.id == project.value();
    case protocol::TopicKind::Pipeline:
    case protocol::TopicKind::Job:
        return true;
    }
    return true;
}

} // namespace

void LiveCore::note(Questions &questions, Page *page, const protocol::Topic &topic)
{
    page->noteQuestion();
    questions[topic].append(page->id());
}

void LiveCore::ask(Page *page, const protocol::Topic &topic)
{
    Questions questions;
    note(questions, page, topic);
    ask(page->caller(), questions);
}

void LiveCore::ask(const LiveCaller &caller, const Questions &questions)
{
    const QList<protocol::Topic> all = questions.keys();
    for (qsizetype first = 0; first < all.size(); first += MaxTopicsAsked) {
        const QList<protocol::Topic> topics = all.mid(first, MaxTopicsAsked);
        m_canSee(caller, topics, [=, this, gate = m_gate](const QList<Permission> &permissions) {
            gate->post([=, this] {
                for (qsizetype i = 0; i < topics.size(); ++i) {
                    answerAll(questions.value(topics[i]), topics[i], permissions[i]);
                }
            });
        });
    }
}

void LiveCore::answerAll(const QList<quint64> &pages,
                         const protocol::Topic &topic,
                         Permission permission)
{
    for (const quint64 id : pages) {
        answer(id, topic, permission);
    }
}

void LiveCore::answer(quint64 id, const protocol::Topic &topic, Permission permission)
{
    Page *page = m_pages.value(id);
    if (!page) {
        return;
    }
    page->noteAnswer();
    switch (permission) {
    case Permission::Granted:
        grant(page, topic);
        break;
    case Permission::Denied:
        deny(page, topic);
        break;
    case Permission::Unknown:
        break; // tick() asks for all again.
    }
}

void LiveCore::grant(Page *page, const protocol::Topic &topic)
{
    const auto subscription = page->subscriptions().find(topic);
    if (subscription != page->subscriptions().end() && *subscription == Page::Standing::Asked) {
        *subscription = Page::Standing::Granted;
        m_listeners.add(topic, page);
        page->say(protocol::liveSubscribed(protocol::toText(topic)));
    }
    if (topic.kind == protocol::TopicKind::Job) {
        const auto following = page->followings().find(JobId {topic.id});
        if (following != page->followings().end() && following->standing == Page::Standing::Asked) {
            following->standing = Page::Standing::Granted;
            beginFollowing(page, JobId {topic.id});
        }
    }
}

void LiveCore::deny(Page *page, const protocol::Topic &topic)
{
    if (page->subscriptions().contains(topic)) {
        unsubscribe(page, topic);
        page->say(protocol::liveRefused(protocol::toText(topic), u"not found"_s));
    }
    const JobId job {topic.id};
    if (topic.kind == protocol::TopicKind::Job && page->followings().contains(job)) {
        stopFollowing(page, job);
        page->say(protocol::liveTraceRefused(job, u"not found"_s));
    }
}

void LiveCore::recheck(UserId user, ProjectId project)
{
    // The tabs of one sign-in look at much the same: each thing is asked once for all of them.
    QHash<LiveCaller, Questions> questions;
    for (Page *page : std::as_const(m_pages)) {
        if (!user.isNull() && page->caller().user != user) {
            continue;
        }
        const QSet<protocol::Topic> topics = page->topics();
        for (const protocol::Topic &topic : topics) {
            if (mayConcern(topic, project)) {
                note(questions[page->caller()], page, topic);
            }
        }
    }
    for (auto it = questions.cbegin(); it != questions.cend(); ++it) {
        ask(it.key(), it.value());
    }
}

} // namespace ci::live
