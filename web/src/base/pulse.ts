// SPDX-License-Identifier: MIT

// The coordinator's own pings are not shown to a page. Half a minute costs next to nothing, and is
// as long as a reader may look at news that stopped.
export const silenceMs = 30000;
// An answer takes a round trip; a phone that wakes up takes some seconds more.
export const answerMs = 10000;

/// Notices a connection that died without a word (a cable, a sleeping computer, a proxy): after some
/// silence it asks, and when nothing at all is heard then, the connection is dead.
export class Pulse {
    private timer = 0;

    constructor(private readonly ask: () => void, private readonly dead: () => void) {}

    heard(): void {
        this.wait(this.askNow, silenceMs);
    }

    askNow = (): void => {
        this.ask();
        this.wait(this.dead, answerMs);
    };

    stop(): void {
        window.clearTimeout(this.timer);
    }

    private wait(run: () => void, ms: number): void {
        window.clearTimeout(this.timer);
        this.timer = window.setTimeout(run, ms);
    }
}
