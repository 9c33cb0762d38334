// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/ciconfig/shape.h"

namespace ci::ciconfig {

/// One job: its name, its keywords by their shapes, and what the keywords demand of each other.
class JobCheck final
{
public:
    JobCheck(ShapeChecker &checker, bool hasWorkflowRules)
        : m_checker(checker), m_hasWorkflowRules(hasWorkflowRules)
    {
    }

    void run(const MapEntry &entry);

private:
    bool checkName(const MapEntry &entry);
    void checkKeywords(const Node &job, const Place &place);
    void checkDelay(const Node &job, const Place &place);
    void checkRulesAlone(const Node &job, const Place &place);
    void checkDependencies(const Node &job, const Place &place);
    void checkRunAlone(const Node &job, const Place &place);
    void checkPublish(const Node &job, const Place &place);
    void warnOfDoublePipelines(const Node &job, const Place &place);

    ShapeChecker &m_checker;
    bool m_hasWorkflowRules;
};

} // namespace ci::ciconfig
