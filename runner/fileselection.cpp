// SPDX-License-Identifier: MIT
#include "runner/fileselection.h"

#include "runner/glob.h"

#include <QDir>
#include <QFile>

#include <filesystem>
#include <optional>
#include <set>
#include <utility>

namespace ci::runner {

namespace {

namespace fs = std::filesystem;

using Names = std::set<QByteArray>;

// Relative to the root and without "." or ".."; nothing where it leads out.
std::optional<QByteArray> relativePattern(const QByteArray &root, const QByteArray &given)
{
    QByteArray pattern = QDir::cleanPath(QFile::decodeName(given)).toUtf8();
    if (pattern == root) {
        return QByteArray("**");
    }
    if (pattern.startsWith(root + '/')) {
        pattern.remove(0, root.size() + 1);
    }
    if (pattern == ".") {
        return QByteArray("**");
    }
    const bool leadsOut
        = pattern.isEmpty() || pattern.startsWith('/') || pattern == ".." || pattern.startsWith("../");
    return leadsOut ? std::nullopt : std::optional(pattern);
}

class Walk
{
public:
    Walk(const SelectionRules &rules, const CancelFlag &cancel) : m_rules(rules), m_cancel(cancel)
    {
        for (const QByteArray &pattern : rules.exclude) {
            if (const auto relative = relativePattern(rules.root, pattern)) {
                m_excluded.emplace_back(*relative);
            }
        }
    }

    Names match(const QByteArray &pattern)
    {
        Names found;
        const Glob glob(pattern);
        if (glob.isPlain()) {
            addTree(pattern, found);
            return found;
        }
        const QByteArray prefix = glob.fixedPrefix();
        if (leadsThroughLink(prefix + "/x")) {
            return found;
        }
        forEachBelow(prefix, [&](const QByteArray &path) {
            if (glob.matches(path)) {
                addTree(path, found);
            }
        });
        return found;
    }

    /// Whether files were left out since this was asked last.
    bool takeIsCut() { return std::exchange(m_isCut, false); }

    void addTree(const QByteArray &path, Names &found)
    {
        std::error_code problem;
        const fs::file_status status = fs::symlink_status(absolute(path), problem);
        if (problem || leadsThroughLink(path) || status.type() == fs::file_type::not_found) {
            return;
        }
        add(path, found);
        if (status.type() == fs::file_type::directory) {
            forEachBelow(path, [&](const QByteArray &below) { add(below, found); });
        }
    }

private:
    std::string absolute(const QByteArray &path) const
    {
        return (path.isEmpty() ? m_rules.root : m_rules.root + '/' + path).toStdString();
    }

    // Whether a folder on the way is a link: what lies behind may be anywhere.
    bool leadsThroughLink(const QByteArray &path) const
    {
        for (qsizetype slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
            std::error_code problem;
            if (fs::is_symlink(fs::symlink_status(absolute(path.first(slash)), problem))) {
                return true;
            }
        }
        return false;
    }

    void add(const QByteArray &path, Names &found)
    {
        for (const Glob &excluded : m_excluded) {
            if (excluded.matches(path)) {
                return;
            }
        }
        if (found.size() < m_rules.maxFiles) {
            found.insert(path);
        } else {
            m_isCut = m_isCut || !found.contains(path);
        }
    }

    template<typename Visit>
    void forEachBelow(const QByteArray &path, Visit visit)
    {
        std::error_code problem;
        auto entry = fs::recursive_directory_iterator(
            absolute(path), fs::directory_options::skip_permission_denied, problem);
        size_t count = 0;
        while (!problem && entry != fs::recursive_directory_iterator() && !m_cancel->load()) {
            if (++count > m_rules.maxFiles) {
                m_isCut = true;
                return;
            }
            const std::string name = entry->path().string();
            visit(QByteArray::fromStdString(name).sliced(m_rules.root.size() + 1));
            entry.increment(problem);
        }
    }

    const SelectionRules &m_rules;
    const CancelFlag &m_cancel;
    std::vector<Glob> m_excluded;
    bool m_isCut = false;
};

} // namespace

FileSelection selectFiles(const SelectionRules &rules, const CancelFlag &cancel)
{
    FileSelection selection;
    Walk walk(rules, cancel);
    Names all;
    for (const QByteArray &given : rules.paths) {
        const std::optional<QByteArray> pattern = relativePattern(rules.root, given);
        if (!pattern) {
            selection.warnings.append(given + ": is outside the project directory");
            continue;
        }
        const Names found = walk.match(*pattern);
        if (walk.takeIsCut()) {
            selection.warnings.append(given + ": more than " + QByteArray::number(rules.maxFiles)
                                      + " files to look at, the rest is left out");
        }
        if (found.empty()) {
            selection.warnings.append(given + ": no matching files");
            continue;
        }
        selection.notes.append(given + ": found " + QByteArray::number(found.size())
                               + " matching files and directories");
        all.insert(found.begin(), found.end());
    }
    if (!rules.untracked.isEmpty()) {
        Names found;
        for (const QByteArray &path : rules.untracked) {
            walk.addTree(path, found);
        }
        selection.notes.append("untracked: found " + QByteArray::number(found.size()) + " files");
        all.insert(found.begin(), found.end());
    }
    selection.files.assign(all.begin(), all.end());
    return selection;
}

} // namespace ci::runner
