// SPDX-License-Identifier: MIT
#pragma once

#include "coordinator/terminal/viewerend.h"

#include <memory>
#include <vector>

namespace ci::terminal {

/// The viewers of a session; at most one of them writes.
class ViewerSet
{
public:
    ViewerEnd *add(std::unique_ptr<ViewerEnd> viewer);
    /// Null where it is not one of these. When the writer goes the newest that may write follows it.
    std::unique_ptr<ViewerEnd> take(ViewerEnd *viewer);
    std::vector<std::unique_ptr<ViewerEnd>> takeAll();

    ViewerEnd *writer() const { return m_writer; }
    /// The one before becomes an observer.
    void makeWriter(ViewerEnd *viewer);

    bool isEmpty() const { return m_viewers.empty(); }
    qsizetype size() const { return static_cast<qsizetype>(m_viewers.size()); }
    auto begin() const { return m_viewers.begin(); }
    auto end() const { return m_viewers.end(); }

private:
    std::vector<std::unique_ptr<ViewerEnd>> m_viewers; ///< In the order of their coming.
    ViewerEnd *m_writer = nullptr;
};

} // namespace ci::terminal
