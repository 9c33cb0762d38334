// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <vector>

namespace ci::model {

enum class TestStatus : quint8 { Success, Failed, Skipped, Error };

struct TestCase
{
    TestStatus status = TestStatus::Success;
    QString name;
    QString className;
    QString file;
    double seconds = 0;
    QString output; ///< Why it failed, was skipped, or went wrong.
    QString systemOutput;
};

struct TestCounts
{
    int success = 0;
    int failed = 0;
    int skipped = 0;
    int errors = 0;
    double seconds = 0;

    int total() const { return success + failed + skipped + errors; }
    void add(const TestCounts &other)
    {
        success += other.success;
        failed += other.failed;
        skipped += other.skipped;
        errors += other.errors;
        seconds += other.seconds;
    }
};

/// What the junit reports of one job say.
struct TestReport
{
    TestCounts counts;
    std::vector<TestCase> cases; ///< Bounded; the counts go on.
    QString problem; ///< Why not all of it could be read; empty: it could.
};

} // namespace ci::model
