// SPDX-License-Identifier: MIT
#include "coordinator/api/jobscope.h"

using namespace Qt::StringLiterals;

namespace ci::api {

std::vector<protocol::JobState> jobScope(Fields &fields)
{
    std::vector<protocol::JobState> states;
    for (const QString &scope : fields.list("scope").value_or(QStringList())) {
        const std::optional<protocol::JobState> state = protocol::jobState(scope.toLatin1());
        if (!state) {
            fields.refuse("scope", u"holds a word that is no job status"_s);
            return {};
        }
        states.push_back(*state);
    }
    return states;
}

} // namespace ci::api
