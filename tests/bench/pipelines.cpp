// SPDX-License-Identifier: MIT
// What a pipeline costs by its size: its creation, and each move of a job, without the commit that
// a batch shares. One line of JSON a shape and size.

#include "db/jobstore.h"
#include "tests/coordinator/pipelines/world.h"

#include <QCoreApplication>
#include <QTextStream>

#include <algorithm>
#include <chrono>

using namespace ci;
using namespace ci::pipelines;
using namespace Qt::StringLiterals;
using engine::JobEvent;
using engine::Transaction;
using Steady = std::chrono::steady_clock;

namespace {

constexpr int Stages = 5;

double microsecondsSince(Steady::time_point began)
{
    return std::chrono::duration<double, std::micro>(Steady::now() - began).count();
}

/// Five stages of equal width.
model::PipelinePlan staged(int jobs)
{
    std::vector<model::JobPlan> plans;
    for (int i = 0; i < jobs; ++i) {
        plans.push_back(job(u"job %1"_s.arg(i), i * Stages / jobs));
    }
    return plan(std::move(plans));
}

/// Chains of five: each job needs the one before.
model::PipelinePlan chained(int jobs)
{
    std::vector<model::JobPlan> plans;
    const int width = jobs / Stages;
    for (int i = 0; i < jobs; ++i) {
        const QStringList needs = i < width ? QStringList() : QStringList {u"job %1"_s.arg(i - width)};
        plans.push_back(needing(job(u"job %1"_s.arg(i), i / width), needs));
    }
    return plan(std::move(plans));
}

struct Moves
{
    double total = 0;
    double worst = 0;
    int count = 0;

    void add(double microseconds)
    {
        total += microseconds;
        worst = std::max(worst, microseconds);
        ++count;
    }
};

/// Runs every job: what the move itself takes, in the transaction.
Moves runAll(World &world, PipelineId pipeline)
{
    Moves moves;
    std::vector<JobId> ids;
    world.run([&](Transaction &transaction) {
        const Result<std::vector<model::Job>> jobs
            = db::JobStore(transaction.database(), world.box()).ofPipeline(pipeline);
        for (const model::Job &each : *jobs) {
            ids.push_back(each.id);
        }
        return engine::Outcome::Keep;
    });
    for (const JobId id : ids) {
        world.run([&](Transaction &transaction) {
            model::Job now = world.job(id);
            for (const JobEvent event : {JobEvent::Confirm, JobEvent::Succeed}) {
                const auto began = Steady::now();
                const Result<model::Job> moved
                    = world.core().pipelines().move(transaction, now, {.event = event});
                moves.add(microsecondsSince(began));
                if (!moved) {
                    qFatal("%s", qPrintable(moved.error().detail));
                }
                now = *moved;
            }
            return engine::Outcome::Keep;
        });
    }
    return moves;
}

void measure(const QString &shape, int jobs, const model::PipelinePlan &plan)
{
    World world;
    double creation = 0;
    PipelineId id;
    world.run([&](Transaction &transaction) {
        const auto began = Steady::now();
        const Result<model::Pipeline> made
            = world.core().pipelines().create(transaction, world.push(), plan);
        creation = microsecondsSince(began);
        if (!made) {
            qFatal("%s", qPrintable(made.error().detail));
        }
        id = made->id;
        return engine::Outcome::Keep;
    });
    const Moves moves = runAll(world, id);
    if (world.pipeline(id).state != model::PipelineState::Success) {
        qFatal("the pipeline did not succeed");
    }
    QTextStream(stdout) << u"{\"shape\":\"%1\",\"jobs\":%2,\"create_ms\":%3,\"transition_us\":%4,"
                            "\"worst_transition_us\":%5}\n"_s.arg(shape)
                               .arg(jobs)
                               .arg(creation / 1000, 0, 'f', 1)
                               .arg(moves.total / moves.count, 0, 'f', 1)
                               .arg(moves.worst, 0, 'f', 0);
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    for (const int jobs : {50, 500, 5000}) {
        measure(u"stages"_s, jobs, staged(jobs));
        measure(u"needs"_s, jobs, chained(jobs));
    }
    return 0;
}
