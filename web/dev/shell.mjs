// SPDX-License-Identifier: MIT
// `capstan.terminal.v1` over an invented shell that knows a few words. Sessions outlive their socket.
import { accept } from './websocket.mjs';

const esc = '\u001b';
const sessions = new Map();
const prompt = `${esc}[32;1mroot@builder-1${esc}[0m:${esc}[34;1m~/builds/0/root/sample${esc}[0m$ `;

class Session {
    id = Math.random().toString(36).slice(2) + Math.random().toString(36).slice(2);
    output = Buffer.alloc(0);
    line = '';
    viewer = null;
    sent = 0;
    credit = 0;
    size = { columns: 80, rows: 24 };

    print(text) {
        this.output = Buffer.concat([this.output, Buffer.from(text)]);
        this.pump();
    }

    pump() {
        while (this.viewer && this.credit > 0 && this.sent < this.output.length) {
            const piece = this.output.subarray(this.sent, this.sent + Math.min(this.credit, 16384));
            this.viewer.send(piece);
            this.sent += piece.length;
            this.credit -= piece.length;
        }
    }

    type(text) {
        for (const char of text) {
            if (char === '\r' || char === '\n') {
                this.print('\r\n');
                const words = this.line.trim();
                this.line = '';
                this.run(words);
            } else if (char === '\u007f') {
                this.print(this.line ? '\b \b' : '');
                this.line = this.line.slice(0, -1);
            } else if (char === '\u0003') {
                this.line = '';
                this.print(`^C\r\n${prompt}`);
            } else {
                this.line += char;
                this.print(char < ' ' ? `^${String.fromCharCode(char.charCodeAt(0) + 64)}` : char);
            }
        }
    }

    run(words) {
        const [name, ...rest] = words.split(' ');
        const command = commands[name];
        const text = command ? command(this, rest) : name ? `bash: ${name}: command not found\r\n` : '';
        if (text !== null) {
            this.print(text + prompt);
        }
    }

    handTo(viewer) {
        this.say({ type: 'role', role: 'observer' });
        this.viewer = viewer;
        this.say({ type: 'role', role: 'writer' });
    }

    say(message) {
        this.viewer?.json(message);
    }

    end(reason) {
        this.say({ type: 'state', state: 'ended', reason });
        this.viewer?.close(1000);
        sessions.delete(this.id);
    }
}

const commands = {
    ls: () => `CMakeLists.txt  ${esc}[34;1mbuild${esc}[0m  README.md  ${esc}[34;1msrc${esc}[0m  ${esc}[34;1mtests${esc}[0m\r\n`,
    colors: () => Array.from({ length: 6 }, (_, row) => Array.from({ length: 36 }, (_x, i) => `${esc}[48;2;${row * 50};${i * 7};${255 - i * 7}m `).join('') + `${esc}[0m\r\n`).join(''),
    url: () => 'see https://example.org/docs and javascript:alert(1)\r\n',
    size: (session) => `${session.size.columns} ${session.size.rows}\r\n`,
    env: () => 'CI=true\r\nCI_JOB_NAME=explore\r\nCI_COMMIT_REF_NAME=main\r\n',
    query: () => `${esc}[c${esc}[6n${esc}]11;?\u0007\r\n`,
    title: () => `${esc}]0;<b>hello</b>\u202e builder\u0007`,
    osc52: () => `${esc}]52;c;ZXZpbA==\u0007\r\n`,
    flood: () => 'All work and no play makes a dull log.\r\n'.repeat(100000),
    drop: (session) => {
        setTimeout(() => session.viewer?.drop(), 50);
        return 'the socket goes away\r\n';
    },
    hold: (session) => {
        session.say({ type: 'state', state: 'held', until: new Date(Date.now() + 1800000).toISOString() });
        return '';
    },
    exit: (session) => {
        session.say({ type: 'exit', code: 0 });
        session.end('shell exited');
        return null;
    },
};

export function openShell(request, socket, url) {
    const wanted = sessions.get(url.searchParams.get('session') ?? '');
    if (url.searchParams.has('session') && !wanted) {
        socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
    }
    const session = wanted ?? new Session();
    sessions.set(session.id, session);
    const viewer = accept(request, socket, {
        onMessage(message) {
            if (session.viewer && session.viewer !== viewer && (typeof message !== 'string' || JSON.parse(message).type === 'close')) {
                return;
            }
            if (typeof message !== 'string') {
                session.type(message.toString());
                return;
            }
            const value = JSON.parse(message);
            if (value.type === 'hello') {
                session.size = value;
                hello(value.credit);
            } else if (value.type === 'resize') {
                session.size = value;
            } else if (value.type === 'credit') {
                session.credit += value.bytes;
                session.pump();
            } else if (value.type === 'take') {
                session.handTo(viewer);
            } else if (value.type === 'close') {
                session.end('closed');
            }
        },
        onClose() {
            if (session.viewer === viewer) {
                session.viewer = null;
            }
        },
    });

    function hello(credit) {
        session.credit = credit;
        session.sent = Math.min(session.output.length, Number(url.searchParams.get('offset') ?? 0));
        viewer.json({ type: 'state', state: 'waiting', text: '' });
        setTimeout(() => {
            session.handTo(viewer);
            viewer.json({ type: 'session', id: session.id, offset: session.sent, gap: false });
            viewer.json({ type: 'state', state: 'connected', text: '' });
            if (session.output.length === 0) {
                session.print(prompt);
            }
            session.pump();
        }, wanted ? 50 : 300);
    }
}
