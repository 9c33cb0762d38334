// SPDX-License-Identifier: MIT
#include "coordinator/ciconfig/source.h"

namespace ci::ciconfig {

using namespace Qt::StringLiterals;

static Error onlyLocal()
{
    return invalid(u"only include:local is supported here"_s);
}

Result<TreePtr> Source::projectTree(const QString &, const QString &, Eyes) const
{
    return onlyLocal();
}

Result<ComponentPlace> Source::component(const ComponentAddress &, Eyes) const
{
    return onlyLocal();
}

Result<TreePtr> Source::templates() const
{
    return onlyLocal();
}

Result<QByteArray> Source::remoteFile(const QString &) const
{
    return onlyLocal();
}

} // namespace ci::ciconfig
