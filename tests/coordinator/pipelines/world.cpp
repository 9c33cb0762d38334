// SPDX-License-Identifier: MIT
#include "tests/coordinator/pipelines/world.h"

#include "db/jobstore.h"
#include "db/pipelinestore.h"
#include "db/groupstore.h"
#include "db/projectstore.h"
#include "db/userstore.h"

#include <QTest>

namespace ci::pipelines {

using namespace Qt::StringLiterals;
using engine::Outcome;
using engine::Transaction;

World::World() : m_box(Secret(QByteArray(32, 'k')))
{
    m_settings.dataDirectory = m_folder.path();
    m_settings.queue.externalUrl = QUrl(u"http://ci.example.test:8080"_s);
    start();
    m_project = addProject();
}

World::~World()
{
    stop();
}

void World::start()
{
    m_database = std::move(*db::Database::open(m_folder.filePath(u"test.db"_s)));
    if (!m_database->migrate()) {
        qFatal("the schema cannot be made");
    }
    m_news = std::make_unique<engine::News>();
    m_loop = std::make_unique<engine::CommandLoop>(*m_database);
    m_core = std::move(*Core::create({m_clock, m_box, *m_news, *m_loop}, m_settings));
    run([&](Transaction &transaction) {
        return m_core->recover(transaction, Secret("registration"_ba)) ? Outcome::Keep
                                                                       : Outcome::Undo;
    });
}

void World::stop()
{
    m_core.reset();
    m_loop.reset();
    m_news.reset();
    m_database.reset();
}

void World::restart()
{
    stop();
    start();
}

void World::advance(std::chrono::milliseconds by)
{
    m_clock.advance(by);
    m_core->deadlines().runDue();
    run([](Transaction &) { return Outcome::Keep; });
}

void World::refuseNextBatch()
{
    if (!m_database->execute("BEGIN")) {
        qFatal("a transaction is open");
    }
}

void World::execute(const char *statement)
{
    if (const Result<void> done = m_database->execute(statement); !done) {
        qFatal("not executed: %s", qPrintable(done.error().detail));
    }
}

void World::run(const std::function<Outcome(Transaction &)> &command)
{
    bool isDone = false;
    m_loop->post({[&](Transaction &transaction) {
                      const Outcome outcome = command(transaction);
                      transaction.answer([&] { isDone = true; });
                      return outcome;
                  },
                  [&](const Error &error) {
                      qWarning("command refused: %s", qPrintable(error.detail));
                      isDone = true;
                  }});
    while (!isDone) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
}

ProjectId World::addProject(const QString &path)
{
    return *call<ProjectId>([&](Transaction &transaction) -> Result<ProjectId> {
        db::ProjectStore store(transaction.database());
        db::GroupStore groups(transaction.database());
        Result<std::optional<model::Group>> group = groups.findByPath(u"root"_s);
        if (!*group) {
            model::User user;
            user.username = u"root"_s;
            user.name = u"Administrator"_s;
            user.email = u"root@example.test"_s;
            m_user = db::UserStore(transaction.database()).insert(user)->id;
            model::Group fresh;
            fresh.path = u"root"_s;
            fresh.name = u"root"_s;
            group = std::optional(*groups.insert(fresh));
        }
        model::Project project;
        project.group = (*group)->id;
        project.groupPath = u"root"_s;
        project.path = path;
        project.name = path;
        const Result<model::Project> stored = store.insert(project);
        if (!stored) {
            return stored.error();
        }
        (void)store.protectBranch(stored->id, u"main"_s);
        return stored->id;
    });
}

queue::CreatedRunner World::addRunner(const model::Runner &draft)
{
    return *call<queue::CreatedRunner>([&](Transaction &transaction) {
        return m_core->runners().create(transaction, draft);
    });
}

NewPipeline World::push(const QByteArray &sha) const
{
    NewPipeline start;
    start.project = m_project;
    start.ref = u"main"_s;
    start.commit.sha = sha;
    start.commit.message = u"Add the crane\n\nIt lifts."_s;
    start.commit.authorName = u"Ann"_s;
    start.commit.authorEmail = u"ann@example.test"_s;
    start.source = u"push"_s;
    start.user = m_user;
    return start;
}

model::Pipeline World::create(const model::PipelinePlan &plan)
{
    const Result<model::Pipeline> made = call<model::Pipeline>([&](Transaction &transaction) {
        return m_core->pipelines().create(transaction, push(), plan);
    });
    if (!made) {
        qFatal("pipeline not created: %s", qPrintable(made.error().detail));
    }
    m_newest = made->id;
    return *made;
}

model::Job World::job(const QString &name)
{
    const auto jobs = db::JobStore(*m_database, m_box).ofPipeline(m_newest);
    for (const model::Job &each : *jobs) {
        if (each.name == name) {
            return each;
        }
    }
    qFatal("no job is named %s", qPrintable(name));
}

model::Job World::job(JobId id)
{
    return **db::JobStore(*m_database, m_box).find(id);
}

model::Pipeline World::pipeline(PipelineId id)
{
    return **db::PipelineStore(*m_database, m_box).find(id);
}

QString World::states(PipelineId id)
{
    QStringList words;
    const auto jobs = db::JobStore(*m_database, m_box).ofPipeline(id);
    for (const model::Job &each : *jobs) {
        words << each.name + u':' + QLatin1StringView(protocol::word(each.state));
    }
    return words.join(u' ');
}

model::JobPlan job(const QString &name, int stage)
{
    model::JobPlan plan;
    plan.name = name;
    plan.group = name;
    plan.stageIndex = stage;
    plan.stage = u"stage%1"_s.arg(stage);
    plan.spec.script = {u"make "_s + name};
    return plan;
}

model::JobPlan manual(model::JobPlan plan, bool isOptional)
{
    plan.when = model::When::Manual;
    plan.allowFailure.always = isOptional;
    return plan;
}

model::JobPlan needing(model::JobPlan plan, const QStringList &needs)
{
    plan.needs.emplace();
    for (const QString &need : needs) {
        plan.needs->push_back({need, true, false});
    }
    return plan;
}

model::PipelinePlan plan(std::vector<model::JobPlan> jobs)
{
    model::PipelinePlan result;
    int stages = 0;
    for (const model::JobPlan &each : jobs) {
        stages = std::max(stages, each.stageIndex + 1);
    }
    for (int stage = 0; stage < stages; ++stage) {
        result.stages << u"stage%1"_s.arg(stage);
    }
    result.jobs = std::move(jobs);
    return result;
}

TalkingRunner::TalkingRunner(World &world, const Secret &token, Kind kind)
    : m_world(world)
    , m_token(token)
{
    m_info.name = u"talker"_s;
    m_info.version = u"1"_s;
    m_info.features.traceReset = true;
    m_info.features.uploadMultipleArtifacts = m_info.features.refspecs = true;
    m_info.features.artifactsExclude = m_info.features.multiBuildSteps = true;
    m_info.features.returnExitCode = m_info.features.fallbackCacheKeys = true;
    m_info.features.cancelGracefully = kind != Kind::Stock;
    m_info.features.twoPhaseJobCommit = kind != Kind::Stock;
    m_info.features.capstanChannel = kind == Kind::Capstan;
}

std::shared_ptr<std::optional<queue::JobAnswer>> TalkingRunner::ask()
{
    auto answer = std::make_shared<std::optional<queue::JobAnswer>>();
    m_world.run([&](Transaction &transaction) {
        queue::JobAsk ask;
        ask.request.token = m_token;
        ask.request.systemId = systemId;
        ask.request.info = m_info;
        ask.isGone = [this] { return isGone; };
        lastRequest = m_world.core().dispatcher().request(
            transaction, ask, [answer](const queue::JobAnswer &given) { *answer = given; });
        return Outcome::Keep;
    });
    return answer;
}

protocol::JobPayload TalkingRunner::take()
{
    const auto answer = ask();
    if (!answer->has_value() || !std::holds_alternative<queue::HandedOut>(**answer)) {
        qFatal("no job was handed out");
    }
    return std::get<queue::HandedOut>(**answer).payload;
}

queue::UpdateAnswer TalkingRunner::update(const protocol::JobPayload &job,
                                          protocol::JobUpdate update)
{
    std::optional<queue::UpdateAnswer> answer;
    update.token = job.token;
    m_world.run([&](Transaction &transaction) {
        m_world.core().messages().update(
            transaction, JobId {job.id}, update,
            [&](const queue::UpdateAnswer &given) { answer = given; });
        return Outcome::Keep;
    });
    while (!answer) {
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
    }
    return *answer;
}

queue::UpdateAnswer TalkingRunner::confirm(const protocol::JobPayload &job)
{
    return update(job, {});
}

queue::UpdateAnswer TalkingRunner::finish(const protocol::JobPayload &job,
                                          bool isSuccess,
                                          int exitCode)
{
    protocol::JobUpdate last;
    last.state = isSuccess ? protocol::UpdateState::Success : protocol::UpdateState::Failed;
    last.failureReason = protocol::FailureReason::ScriptFailure;
    last.exitCode = exitCode;
    return update(job, last);
}

queue::TraceAnswer TalkingRunner::patch(const protocol::JobPayload &job,
                                        qint64 offset,
                                        const QByteArray &bytes)
{
    std::optional<queue::TraceAnswer> answer;
    m_world.run([&](Transaction &transaction) {
        m_world.core().messages().appendTrace(
            transaction, {JobId {job.id}, job.token, offset, bytes},
            [&](const queue::TraceAnswer &given) { answer = given; });
        return Outcome::Keep;
    });
    return *answer;
}

} // namespace ci::pipelines
