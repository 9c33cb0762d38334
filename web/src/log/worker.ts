// SPDX-License-Identifier: MIT
// The parser on a thread of its own: a log of many megabytes never stops the page.
import type { FromWorker, ToWorker } from './messages';
import { LogParser } from './parser';

// Pieces up to this size are answered one by one, so that the first screen shows at once.
const pieceBytes = 256 * 1024;

let parser = new LogParser();

function answer(epoch: number, consumed: number): void {
    const message: FromWorker = { epoch, consumed, update: parser.take() };
    self.postMessage(message);
}

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if (data.type === 'reset') {
        parser = new LogParser();
    } else if (data.type === 'finish') {
        parser.finish();
        answer(data.epoch, 0);
    } else {
        for (let at = 0; at < data.data.length; at += pieceBytes) {
            const piece = data.data.subarray(at, at + pieceBytes);
            parser.feed(piece);
            answer(data.epoch, piece.length);
        }
    }
};
