// SPDX-License-Identifier: MIT
#pragma once

#include "runner/workspace.h"

#include <QHash>
#include <QSet>

namespace ci::runner {

/// Numbers the jobs of a runner entry that run at once.
class JobSlots final
{
public:
    JobSlot take(const QByteArray &project)
    {
        return {takeFrom(m_ofRunner), takeFrom(m_ofProject[project])};
    }

    void giveBack(const QByteArray &project, const JobSlot &slot)
    {
        m_ofRunner.remove(slot.ofRunner);
        m_ofProject[project].remove(slot.ofProject);
        if (m_ofProject[project].isEmpty()) {
            m_ofProject.remove(project);
        }
    }

private:
    static int takeFrom(QSet<int> &taken)
    {
        int number = 0;
        while (taken.contains(number)) {
            ++number;
        }
        taken.insert(number);
        return number;
    }

    QSet<int> m_ofRunner;
    QHash<QByteArray, QSet<int>> m_ofProject;
};

} // namespace ci::runner
