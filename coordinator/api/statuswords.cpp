// SPDX-License-Identifier: MIT
#include "coordinator/api/statuswords.h"

#include <array>

using namespace Qt::StringLiterals;

namespace ci::api {
namespace {

using protocol::PipelineState;

struct StatusWords
{
    PipelineState state;
    QLatin1StringView text;
    QLatin1StringView label;
};

constexpr std::array StatusTable {
    StatusWords {PipelineState::Created, "Created"_L1, "created"_L1},
    StatusWords {PipelineState::WaitingForResource, "Waiting"_L1, "waiting for resource"_L1},
    StatusWords {PipelineState::Preparing, "Preparing"_L1, "preparing"_L1},
    StatusWords {PipelineState::Pending, "Pending"_L1, "pending"_L1},
    StatusWords {PipelineState::Running, "Running"_L1, "running"_L1},
    StatusWords {PipelineState::Canceling, "Canceling"_L1, "canceling"_L1},
    StatusWords {PipelineState::Success, "Passed"_L1, "passed"_L1},
    StatusWords {PipelineState::Failed, "Failed"_L1, "failed"_L1},
    StatusWords {PipelineState::Canceled, "Canceled"_L1, "canceled"_L1},
    StatusWords {PipelineState::Skipped, "Skipped"_L1, "skipped"_L1},
    StatusWords {PipelineState::Manual, "Blocked"_L1, "waiting for manual action"_L1},
    StatusWords {PipelineState::Scheduled, "Scheduled"_L1, "waiting for delayed job"_L1},
};

QJsonObject object(const QString &group, const QString &text, const QString &label)
{
    return {{u"icon"_s, "status_"_L1 + group},
            {u"text"_s, text},
            {u"label"_s, label},
            {u"group"_s, group}};
}

} // namespace

QJsonObject detailedStatus(PipelineState state, bool hasWarnings)
{
    if (state == PipelineState::Success && hasWarnings) {
        QJsonObject status =
            object(u"success-with-warnings"_s, u"Warning"_s, u"passed with warnings"_s);
        status.insert(u"icon"_s, u"status_warning"_s);
        return status;
    }
    for (const StatusWords &row : StatusTable) {
        if (row.state == state) {
            return object(QString::fromLatin1(protocol::word(state)).replace(u'_', u'-'),
                          row.text,
                          row.label);
        }
    }
    return {};
}

} // namespace ci::api
