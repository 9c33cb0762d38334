// SPDX-License-Identifier: MIT
// The little of node's own modules that the tests use.
declare module 'node:test' {
    export function test(name: string, body: () => void | Promise<void>): void;
}
declare module 'node:assert/strict' {
    interface Assert {
        equal(actual: unknown, expected: unknown, message?: string): void;
        deepEqual(actual: unknown, expected: unknown, message?: string): void;
        notEqual(actual: unknown, expected: unknown, message?: string): void;
        match(text: string, pattern: RegExp, message?: string): void;
        ok(value: unknown, message?: string): void;
    }
    const assert: Assert;
    export default assert;
}
