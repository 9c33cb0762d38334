// SPDX-License-Identifier: MIT
#include "coordinator/app/verbosity.h"

#include <QLoggingCategory>

using namespace Qt::StringLiterals;

namespace ci::app {

void setVerbosity(Verbosity verbosity)
{
    // The access log has a line per request: only who asks for it gets it.
    QLoggingCategory::setFilterRules(verbosity == Verbosity::Debug
                                         ? u"ci.*.debug=true\nqt.*.debug=false"_s
                                         : u"*.debug=false"_s);
}

} // namespace ci::app
