// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';

/** One line of the table. */
export function row(what, ours, floor, aim) {
  console.log(`${what.padEnd(46)} ${ours.padStart(14)} ${(floor || '').padStart(22)}   ${aim}`);
}

export function memoryMb(pid, field = 'VmRSS') {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)[1]) / 1024;
}

/** User and system time so far; the kernel counts in hundredths (USER_HZ). */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export function percentile(values, fraction) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(fraction * (sorted.length - 1))];
}
