// SPDX-License-Identifier: MIT
// A test report in the order it is read: what failed first.
import type { TestCase, TestCounts, TestSuite } from './entities';

const order: Record<TestCase['status'], number> = { error: 0, failed: 0, skipped: 2, success: 3 };

export const isBroken = (one: TestCase): boolean => order[one.status] === 0;
export const brokenCount = (counts: TestCounts): number => counts.failed_count + counts.error_count;

/// Within one status the order of the report, which is that of the run.
export function failedFirst(cases: TestCase[]): TestCase[] {
    return [...cases].sort((a, b) => (order[a.status] ?? 1) - (order[b.status] ?? 1));
}

export function brokenSuitesFirst(suites: TestSuite[]): TestSuite[] {
    const weight = (suite: TestSuite) => Number(brokenCount(suite) === 0 && !suite.suite_error);
    return [...suites].sort((a, b) => weight(a) - weight(b));
}
