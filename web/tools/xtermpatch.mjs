// SPDX-License-Identifier: MIT
// xterm.js 6 writes <style> elements and style attributes, which a strict Content-Security-Policy
// refuses. The four places are turned into constructable style sheets and CSSOM calls while bundling,
// so that the page needs no style exception at all. A new xterm.js that has moved them fails the
// build here, not in a reader's browser.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const places = [
    { from: /[\w$.]+\.createElement\("style"\)/g, to: 'capstanAdoptedStyle()', count: 3 },
    {
        from: /([\w$]+)\.setAttribute\("style",`\$\{\1\.getAttribute\("style"\)\|\|""\}\$\{([\w$]+)\};`\)/g,
        to: '$1.style.cssText+=$2+";"', count: 1,
    },
];

export function xtermPatch(root) {
    const adopted = JSON.stringify(join(root, 'src/terminal/adoptedstyle.ts'));
    return {
        name: 'xterm-strict-csp',
        setup(build) {
            build.onLoad({ filter: /@xterm[\\/]xterm[\\/]lib[\\/]xterm\.mjs$/ }, ({ path }) => {
                let text = readFileSync(path, 'utf8');
                for (const { from, to, count } of places) {
                    const found = (text.match(from) ?? []).length;
                    if (found !== count) {
                        return { errors: [{ text: `xterm.js: ${found} places match ${from}, not ${count}` }] };
                    }
                    text = text.replace(from, to);
                }
                return { contents: `import{adoptedStyle as capstanAdoptedStyle}from${adopted};${text}`, loader: 'js' };
            });
        },
    };
}
