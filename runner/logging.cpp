// SPDX-License-Identifier: MIT
#include "runner/logging.h"

using namespace Qt::StringLiterals;

namespace ci::runner {

Q_LOGGING_CATEGORY(lcRunner, "ci.runner")

void applyLogLevel(const QString &level)
{
    QString rules = u"ci.*.debug=false"_s; // "info", and what we do not know.
    if (level == "debug"_L1) {
        rules = u"ci.*.debug=true"_s;
    } else if (level == "warn"_L1 || level == "warning"_L1) {
        rules += u"\nci.*.info=false"_s;
    } else if (level == "error"_L1 || level == "fatal"_L1) {
        rules += u"\nci.*.info=false\nci.*.warning=false"_s;
    }
    QLoggingCategory::setFilterRules(rules);
}

} // namespace ci::runner
