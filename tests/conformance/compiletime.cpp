// SPDX-License-Identifier: MIT
#include "tests/conformance/compiletime.h"

#include "coordinator/app/foldersource.h"
#include "coordinator/ciconfig/compiler.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace ci::test {

using namespace Qt::StringLiterals;

constexpr int CompileRuns = 31;

static double onceMilliseconds(const QByteArray &text, const ciconfig::Context &context, const QString &folder)
{
    const auto start = std::chrono::steady_clock::now();
    const app::FolderSource source(folder, std::nullopt);
    ciconfig::compile(text, context, source);
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

int printCompileTime(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        std::fprintf(stderr, "cannot read %s\n", qPrintable(path));
        return 2;
    }
    const QByteArray text = file.readAll();
    ciconfig::Context context;
    context.file = QFileInfo(path).fileName();
    context.source = u"push"_s;
    context.ref = u"main"_s;
    context.foreignIncludes = ciconfig::ForeignIncludes::Skip;
    context.variables = {{u"CI_COMMIT_BRANCH"_s, u"main"_s, false},
                         {u"CI_DEFAULT_BRANCH"_s, u"main"_s, false},
                         {u"CI_PIPELINE_SOURCE"_s, u"push"_s, false}};
    std::vector<double> times;
    for (int i = 0; i < CompileRuns; ++i) {
        times.push_back(onceMilliseconds(text, context, QFileInfo(path).absolutePath()));
    }
    std::sort(times.begin(), times.end());
    std::printf("compile of %s: %.1f ms (median of %d; fastest %.1f)\n", qPrintable(path),
                times[times.size() / 2], CompileRuns, times.front());
    return 0;
}

} // namespace ci::test
