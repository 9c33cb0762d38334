// SPDX-License-Identifier: MIT
#include "coordinator/storage/coverage.h"

#include "coordinator/storage/filedescriptor.h"

#include <re2/re2.h>

#include <array>
#include <string_view>

namespace ci::storage {

namespace {

// The summary of a test run stands near the end; a log may have 100 MB.
constexpr qint64 SearchedBytes = 8 * 1024 * 1024;
// A line beyond this is no summary, and must not cost more.
constexpr qsizetype LongestLine = 16 * 1024;

// Colours, `ESC[0K` and section marks; the time stamps of newer runners.
const RE2 &decoration()
{
    static const RE2 pattern("\\x1b\\[[0-9;?]*[A-Za-z]"
                             "|section_(?:start|end):[0-9]+:[^\\r\\n]*\\r"
                             "|^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{6}Z "
                             "[0-9a-f]{2}[EO][ +]");
    return pattern;
}

std::optional<double> numberIn(std::string_view text)
{
    static const RE2 number("([0-9]+(?:\\.[0-9]+)?)");
    std::string digits;
    if (!RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), number, &digits)) {
        return std::nullopt;
    }
    bool isNumber = false;
    const double value = QByteArray::fromStdString(digits).toDouble(&isNumber);
    return isNumber ? std::optional(value) : std::nullopt;
}

std::optional<double> coverageOfLine(QByteArrayView line, const RE2 &pattern)
{
    std::string plain(line.data(), static_cast<size_t>(line.size()));
    RE2::GlobalReplace(&plain, decoration(), "");
    const re2::StringPiece text(plain);
    std::optional<double> found;
    size_t from = 0;
    re2::StringPiece match;
    // The last match of the line counts.
    while (from <= text.size()
           && pattern.Match(text, from, text.size(), RE2::UNANCHORED, &match, 1)) {
        if (const auto value = numberIn({match.data(), match.size()})) {
            found = value;
        }
        from = static_cast<size_t>(match.data() - text.data())
            + std::max<size_t>(match.size(), 1);
    }
    return found;
}

} // namespace

std::optional<double> findCoverage(const QByteArray &log, const QString &pattern)
{
    RE2::Options options;
    options.set_log_errors(false);
    const RE2 compiled(pattern.toStdString(), options);
    if (!compiled.ok()) {
        return std::nullopt;
    }
    QByteArrayView rest(log);
    while (!rest.isEmpty()) {
        const qsizetype end = rest.lastIndexOf('\n');
        const QByteArrayView line = rest.sliced(end + 1);
        if (line.size() <= LongestLine) {
            if (const auto found = coverageOfLine(line, compiled)) {
                return found;
            }
        }
        rest = rest.first(std::max<qsizetype>(end, 0));
    }
    return std::nullopt;
}

std::optional<double> findCoverageInFile(const QString &path, const QString &pattern)
{
    const Result<FileDescriptor> file = FileDescriptor::openForReading(path);
    if (!file) {
        return std::nullopt;
    }
    const qint64 size = file->size() ? *file->size() : 0;
    const qint64 from = std::max<qint64>(0, size - SearchedBytes);
    const Result<QByteArray> log = file->readAt(from, size - from);
    return log ? findCoverage(*log, pattern) : std::nullopt;
}

} // namespace ci::storage
