// SPDX-License-Identifier: MIT
#include "coordinator/queue/runnerrules.h"

namespace ci::queue {

using namespace Qt::StringLiterals;

namespace {

// GitLab's limits.
constexpr qsizetype MaxDescription = 1024;
constexpr qsizetype MaxTags = 50;
constexpr std::chrono::minutes LeastMaximumTimeout {10};

} // namespace

QStringList cleanTags(const QStringList &tags)
{
    QStringList clean;
    for (const QString &tag : tags) {
        if (!tag.trimmed().isEmpty()) {
            clean.append(tag.trimmed());
        }
    }
    clean.sort();
    clean.removeDuplicates();
    return clean;
}

Result<model::Runner> validated(model::Runner runner)
{
    runner.tags = cleanTags(runner.tags);
    runner.description.truncate(MaxDescription);
    if (runner.tags.size() > MaxTags) {
        return invalid(u"tag_list: at most %1 tags"_s.arg(MaxTags));
    }
    if (!runner.runsUntagged && runner.tags.isEmpty()) {
        return invalid(u"tags_list: can not be empty when runner is not allowed to pick "
                       "untagged jobs"_s);
    }
    if (runner.maximumTimeout && *runner.maximumTimeout < LeastMaximumTimeout) {
        return invalid(u"maximum_timeout: needs to be at least 10 minutes"_s);
    }
    return runner;
}

} // namespace ci::queue
