// SPDX-License-Identifier: MIT
#include "coordinator/terminal/viewerset.h"

#include <algorithm>
#include <utility>

namespace ci::terminal {

ViewerEnd *ViewerSet::add(std::unique_ptr<ViewerEnd> viewer)
{
    m_viewers.push_back(std::move(viewer));
    return m_viewers.back().get();
}

std::unique_ptr<ViewerEnd> ViewerSet::take(ViewerEnd *viewer)
{
    const auto found = std::find_if(m_viewers.begin(), m_viewers.end(), [viewer](const auto &end) {
        return end.get() == viewer;
    });
    if (found == m_viewers.end()) {
        return nullptr;
    }
    std::unique_ptr<ViewerEnd> taken = std::move(*found);
    m_viewers.erase(found);
    if (m_writer == viewer) {
        m_writer = nullptr;
        const auto heir = std::find_if(m_viewers.rbegin(), m_viewers.rend(), [](const auto &end) {
            return end->mayWrite() && end->isReady();
        });
        if (heir != m_viewers.rend()) {
            makeWriter(heir->get());
        }
    }
    return taken;
}

std::vector<std::unique_ptr<ViewerEnd>> ViewerSet::takeAll()
{
    m_writer = nullptr;
    return std::exchange(m_viewers, {});
}

void ViewerSet::makeWriter(ViewerEnd *viewer)
{
    if (m_writer && m_writer != viewer) {
        m_writer->setInputPaused(false);
        m_writer->setRole(protocol::ViewerRole::Observer);
    }
    m_writer = viewer;
    m_writer->setRole(protocol::ViewerRole::Writer);
}

} // namespace ci::terminal
