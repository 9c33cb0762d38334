// SPDX-License-Identifier: MIT

// The first that fits: most browsers also name those that they imitate.
const browsers: [RegExp, string][] = [
    [/Edg\//, 'Edge'], [/OPR\//, 'Opera'], [/Firefox\//, 'Firefox'], [/Chrom(?:e|ium)\//, 'Chrome'], [/Safari\//, 'Safari'], [/^curl\//, 'curl'],
];
const systems: [RegExp, string][] = [
    [/Android/, 'Android'], [/iPhone|iPad/, 'iOS'], [/Windows/, 'Windows'], [/Mac OS X/, 'macOS'], [/Linux/, 'Linux'],
];

/// "Firefox on Linux", as far as a user agent tells.
export function agentWords(agent: string): string {
    const find = (rows: [RegExp, string][]) => rows.find(([pattern]) => pattern.test(agent))?.[1];
    const browser = find(browsers) ?? (agent.slice(0, 40) || 'Unknown browser');
    const system = find(systems);
    return system ? `${browser} on ${system}` : browser;
}
