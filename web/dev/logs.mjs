// SPDX-License-Identifier: MIT
// Invented logs: an ordinary one, one of 200,000 lines, and one that is hostile.
const esc = '\u001b';
const start = Math.floor(Date.now() / 1000) - 600;

function stamp(seconds, stream = '01O', flag = ' ') {
    return `${new Date((start + seconds) * 1000).toISOString().replace('Z', '000Z')} ${stream}${flag}`;
}

const section = (name, at, options = '') => `section_start:${start + at}:${name}${options}\r${esc}[0K`;
const end = (name, at) => `section_end:${start + at}:${name}\r${esc}[0K\n`;

export function ordinaryLog(finished) {
    const t = stamp;
    const lines = [
        `${t(0, '00O')}Running with capstan-runner 0.1.0 on builder-1`,
        `${t(0, '00O')}${section('prepare_executor', 0).slice(0, -4)}${t(0, '00O', '+')}${esc}[0K${esc}[36;1mPreparing the "shell" executor${esc}[0;m`,
        `${t(0, '00O')}Using shell executor`,
        `${t(1, '00O')}${end('prepare_executor', 1)}${t(1, '00O')}${section('get_sources', 1)}${esc}[36;1mGetting source from the repository${esc}[0;m`,
        `${t(1)}Fetching changes with depth 20`,
        `${t(1)}Initialized empty repository in builds/0/root/sample/.git/`,
        `${t(2)}${esc}[32;1mCreated fresh repository.${esc}[0;m`,
        `${t(2)}Checking out 7f3c9a1d as detached HEAD (ref is main)…`,
        `${t(2, '00O')}${end('get_sources', 3)}${t(3, '00O')}${section('restore_cache', 3, '[collapsed=true]')}${esc}[36;1mRestoring cache${esc}[0;m`,
        `${t(3)}Checking cache for main-build…`,
        `${t(4)}Successfully extracted cache, 4.2 MiB`,
        `${t(4, '00O')}${end('restore_cache', 4)}${t(4, '00O')}${section('step_script', 4)}${esc}[36;1mExecuting the "script" stage of the job${esc}[0;m`,
        `${t(4)}${esc}[32;1m$ cmake -G Ninja -B build -DCMAKE_BUILD_TYPE=RelWithDebInfo${esc}[0;m`,
        `${t(4)}-- The CXX compiler identification is GNU 12.2.0`,
        `${t(5)}-- Detecting CXX compile features - done`,
        `${t(5)}-- Build files have been written to: build`,
        `${t(5)}${esc}[32;1m$ cmake --build build${esc}[0;m`,
    ];
    for (let i = 1; i <= 42; i += 1) {
        lines.push(`${t(5 + i)}[${i}/42] Building CXX object src/CMakeFiles/sample.dir/part${i}.cpp.o`);
        if (i === 17) {
            lines.push(`${t(22, '01E')}src/part17.cpp:48:13: ${esc}[35;1mwarning: ${esc}[0munused variable ${esc}[1m'count'${esc}[0m [-Wunused-variable]`);
            lines.push(`${t(22, '01E')}   48 |         int ${esc}[35;1mcount${esc}[0m = 0;`);
            lines.push(`${t(22, '01E')}      |             ${esc}[35;1m^~~~~${esc}[0m`);
        }
    }
    lines.push(`${t(48)}${esc}[32;1m$ ctest --test-dir build --output-on-failure${esc}[0;m`);
    for (let i = 1; i <= 9; i += 1) {
        lines.push(`${t(48 + i)}      Start ${i}: unit/case_${i}`, `${t(49 + i)}${i}/9 Test #${i}: unit/case_${i} ${'.'.repeat(16)} ${esc}[32m  Passed${esc}[0m    0.0${i} sec`);
    }
    lines.push(`${t(60)}Downloading 10%\r${t(60, '01O', '+')}Downloading 60%\r${t(60, '01O', '+')}Downloading 100%`.replace(/\r/g, '\r\n'));
    lines.push(`${t(61)}Report: https://example.org/report/8812?tab=coverage (kept for 30 days)`);
    if (finished) {
        lines.push(`${t(62, '00O')}${end('step_script', 62)}${t(62, '01E')}tests/unit/case_9.cpp:31: error: expected 4, got 5`,
            `${t(62, '00O')}${esc}[31;1mERROR: Job failed: exit code 1`, `${esc}[0;m`);
    }
    return Buffer.from(lines.join('\n') + '\n');
}

export function longLog() {
    const lines = [];
    for (let i = 1; i <= 200000; i += 1) {
        if (i % 5000 === 1) {
            lines.push(`section_start:${start + i}:part_${i}\r${esc}[0K${esc}[36;1mPart ${i}${esc}[0;m`);
        }
        const colour = 30 + (i % 8);
        lines.push(i % 3 === 0 ? `${esc}[${colour}mline ${i}${esc}[0m of many, with some text behind it to make it as long as lines usually are` : `line ${i} of many, nothing to see here`);
        if (i % 5000 === 0) {
            lines.push(`section_end:${start + i}:part_${i - 4999}\r${esc}[0K`);
        }
    }
    return Buffer.from(lines.join('\n') + '\n');
}

export function hostileLog() {
    return Buffer.from([
        '<script>document.title="owned"</script><img src=x onerror=alert(1)>',
        `${esc}]0;title<b>${'\u0007'}${esc}]52;c;ZXZpbA==${'\u0007'}clipboard`,
        `${esc}]8;;javascript:alert(1)${esc}\\click me${esc}]8;;${esc}\\`,
        'javascript:alert(1) data:text/html,x http://good.example/a?<b>',
        'abc\u202egnp.exe', `${esc}Pq#0;2;0;0;0#0~~@@vv@@~~@@~~$${esc}\\sixel`, `${esc}[38;2;255;100;0mtruecolour ${esc}[48;5;27mpalette${esc}[0m`,
        'x'.repeat(40000), `${esc}[2J${esc}[Hcleared?`, `section_start:1:a"onx=1\r${esc}[0K`,
    ].join('\n'));
}
