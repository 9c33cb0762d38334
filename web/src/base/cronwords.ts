// SPDX-License-Identifier: MIT
// The usual five-field cron lines in words; '' for what is better read as it is.

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const whole = /^\d{1,2}$/;

function time(hour: string, minute: string): string {
    return `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
}

function dayWords(day: string, month: string, weekday: string): string {
    if (month !== '*') {
        return '';
    }
    if (day === '*' && weekday === '*') {
        return 'every day';
    }
    if (day === '*' && weekday === '1-5') {
        return 'Monday to Friday';
    }
    if (day === '*' && /^[0-7]$/.test(weekday)) {
        return `every ${days[Number(weekday) % 7]}`;
    }
    return whole.test(day) && weekday === '*' ? `on day ${Number(day)} of every month` : '';
}

export function cronWords(cron: string): string {
    const [minute = '', hour = '', day = '', month = '', weekday = '', ...more] = cron.trim().split(/\s+/);
    if (more.length > 0) {
        return '';
    }
    const daily = dayWords(day, month, weekday);
    if (Number(minute) > 59 || Number(hour) > 23) {
        return '';
    }
    if (whole.test(minute) && whole.test(hour)) {
        return daily && `${daily} at ${time(hour, minute)}`;
    }
    if (daily !== 'every day' || hour !== '*') {
        return '';
    }
    const step = /^\*\/(\d{1,2})$/.exec(minute)?.[1];
    if (minute === '*' || step === '1') {
        return 'every minute';
    }
    return step ? `every ${Number(step)} minutes` : whole.test(minute) ? `every hour at minute ${Number(minute)}` : '';
}
