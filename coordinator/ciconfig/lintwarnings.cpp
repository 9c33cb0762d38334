// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/lintwarnings.h"

#include "coordinator/ciconfig/expression.h"
#include "coordinator/ciconfig/needs.h"

#include <QSet>

#include <algorithm>

using namespace Qt::StringLiterals;

namespace ci::ciconfig {

namespace {

class MistakeFinder final
{
public:
    MistakeFinder(const Configuration &configuration, RegexCache &regexes, Report &report)
        : m_configuration(configuration), m_regexes(regexes), m_report(report)
    {
    }

    void run()
    {
        collectVariables(*m_configuration.root);
        if (const NodePtr rules = m_configuration.workflow ? m_configuration.workflow->get(u"rules"_s) : nullptr) {
            warnOfUnknownVariables(rules);
            warnOfUnreachableRules(u"workflow:rules"_s, rules);
        }
        for (const JobEntry &job : m_configuration.jobs) {
            if (const NodePtr rules = job.node->get(u"rules"_s)) {
                warnOfUnknownVariables(rules);
                warnOfNeverStarting(job, rules);
                warnOfUnreachableRules(u"%1 job"_s.arg(job.name), rules);
            }
            warnOfAbsentNeeds(job);
        }
    }

private:
    void collectVariables(const Node &node)
    {
        for (const MapEntry &entry : node.entries()) {
            const bool names = (entry.key == "variables"_L1 || entry.key == "matrix"_L1) && !entry.value->isScalar();
            if (names) {
                addNames(*entry.value);
            }
            collectVariables(*entry.value);
        }
        for (const NodePtr &item : node.items()) {
            collectVariables(*item);
        }
    }

    void addNames(const Node &variables)
    {
        for (const MapEntry &entry : variables.entries()) {
            m_known.insert(entry.key);
        }
        for (const NodePtr &hash : variables.items()) {
            addNames(*hash);
        }
    }

    // What the server sets is known by its beginning; the rest may also come from the project.
    bool isSet(const QString &name) const
    {
        return name.startsWith("CI_"_L1) || name == "CI"_L1 || name.startsWith("GITLAB_"_L1)
            || m_known.contains(name);
    }

    void warnOfUnknownVariables(const NodePtr &rules)
    {
        const NodePtr flat = flattened(rules);
        for (const NodePtr &rule : flat ? flat->items() : std::vector<NodePtr>()) {
            const Node *condition = rule->isMap() ? rule->given(u"if"_s) : nullptr;
            const auto expression = condition ? Expression::parse(condition->text(), m_regexes)
                                              : Result<Expression>(notFound(QString()));
            for (const QString &name : expression ? expression->variables() : QStringList()) {
                if (!isSet(name) && !m_warned.contains(name)) {
                    m_warned.insert(name);
                    m_report.warning(condition->position(),
                                     u"$%1 is not set in this file: unless the project, a schedule or who starts "
                                     "the pipeline sets it, it is undefined here"_s.arg(name));
                }
            }
        }
    }

    static bool isNever(const Node &rule)
    {
        const Node *when = rule.given(u"when"_s);
        return when && when->text() == "never"_L1;
    }

    static bool isBare(const Node &rule)
    {
        return rule.isMap() && !rule.given(u"if"_s) && !rule.given(u"changes"_s) && !rule.given(u"exists"_s);
    }

    // The rules that can be reached: up to the first without conditions.
    static std::vector<NodePtr> reachable(const std::vector<NodePtr> &rules)
    {
        const auto bare = std::find_if(rules.begin(), rules.end(), [](const NodePtr &rule) { return isBare(*rule); });
        return {rules.begin(), bare == rules.end() ? bare : bare + 1};
    }

    void warnOfNeverStarting(const JobEntry &job, const NodePtr &rules)
    {
        const NodePtr flat = flattened(rules);
        const std::vector<NodePtr> open = reachable(flat->items());
        const bool never = std::all_of(open.begin(), open.end(), [](const NodePtr &rule) {
            return rule->isMap() && isNever(*rule);
        });
        if (never) {
            m_report.warning(rules->position(), u"%1 job: no rule can ever start it"_s.arg(job.name));
        }
    }

    void warnOfUnreachableRules(const QString &whose, const NodePtr &rules)
    {
        const NodePtr flat = flattened(rules);
        const size_t open = flat ? reachable(flat->items()).size() : 0;
        if (flat && open < flat->items().size()) {
            m_report.warning(flat->items()[open]->position(),
                             u"%1: this rule is never reached, for the one in line %2 has no conditions"_s.arg(
                                 whose).arg(flat->items()[open - 1]->position().line));
        }
    }

    static bool mayBeLeftOut(const JobEntry &job)
    {
        const NodePtr rules = job.node->get(u"rules"_s);
        if (!rules) {
            return job.node->given(u"only"_s) || job.node->given(u"except"_s);
        }
        const NodePtr flat = flattened(rules);
        for (const NodePtr &rule : flat->items()) {
            const bool never = rule->isMap() && isNever(*rule);
            if (never || isBare(*rule)) {
                return never;
            }
        }
        return true;
    }

    static QString conditionsOf(const JobEntry &job)
    {
        QString text;
        for (const QString &key : {u"rules"_s, u"only"_s, u"except"_s}) {
            const Node *value = job.node->given(key);
            text += value ? toJson(*value) : QString();
        }
        return text;
    }

    void warnOfAbsentNeeds(const JobEntry &job)
    {
        const Node *needs = job.node->given(u"needs"_s);
        for (const NeedEntry &need : needs ? readNeeds(*needs) : std::vector<NeedEntry>()) {
            const JobEntry *needed = m_configuration.find(need.job);
            // The same conditions on both leave both out.
            if (!need.optional && needed && mayBeLeftOut(*needed) && conditionsOf(job) != conditionsOf(*needed)) {
                m_report.warning(need.position,
                                 u"%1 job: its need %2 may be left out of the pipeline by its rules; "
                                 "`optional: true` allows that"_s.arg(job.name, need.job));
            }
        }
    }

    const Configuration &m_configuration;
    RegexCache &m_regexes;
    Report &m_report;
    QSet<QString> m_known;
    QSet<QString> m_warned;
};

} // namespace

void warnOfLikelyMistakes(const Configuration &configuration, RegexCache &regexes, Report &report)
{
    MistakeFinder(configuration, regexes, report).run();
}

} // namespace ci::ciconfig
