// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/unsupported.h"

#include <QSet>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

// What will not come, and what to do instead. Keys below a job, through lists; a value `false` does
// not count as a use.
struct Refusal
{
    QLatin1StringView key;
    QLatin1StringView instead;
};
static constexpr Refusal RefusedInJobs[] {
    {"secrets"_L1, "keep the value in a masked, protected variable of the project or group, or fetch it in the "
                   "script with a token of `id_tokens`"_L1},
    {"environment:kubernetes"_L1,
     "there is no agent for Kubernetes here: remove the key and deploy in the script"_L1},
    {"identity"_L1, "ask for a token with `id_tokens` and exchange it in the script"_L1},
};

static void reportUses(const Node &node, const QStringList &path, const QString &text, Report &report)
{
    for (const NodePtr &item : node.items()) {
        reportUses(*item, path, text, report);
    }
    const MapEntry *entry = node.findEntry(path.front());
    if (!entry || entry->value->isNull() || (entry->value->isBool() && !entry->value->toBool())) {
        return;
    }
    if (path.size() == 1) {
        report.error(entry->position, text);
    } else {
        reportUses(*entry->value, path.sliced(1), text, report);
    }
}

void reportUnsupported(const Configuration &configuration, const model::PipelinePlan &plan, Report &report)
{
    QSet<QString> planned;
    for (const model::JobPlan &job : plan.jobs) {
        planned.insert(job.group);
    }
    for (const JobEntry &job : configuration.jobs) {
        if (!planned.contains(job.name)) {
            continue;
        }
        for (const Refusal &refusal : RefusedInJobs) {
            reportUses(*job.node, QString(refusal.key).split(u':'),
                       u"not supported: %1; %2"_s.arg(refusal.key, refusal.instead), report);
        }
    }
}

} // namespace ci::ciconfig
