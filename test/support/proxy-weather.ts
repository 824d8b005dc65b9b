/** One direction of a proxied connection in bad weather: what is lost, late, in pieces or cut off. Keeps the order. */
import type { Socket } from 'node:net';
import type { Direction } from './proxy.ts';

export interface Weather {
  /** Directions in which nothing arrives any more. */
  readonly lost: ReadonlySet<Direction>;
  /** Ends are not told either: each side believes that the other is there. */
  readonly isSilent: boolean;
  /** Milliseconds, give or take half. */
  readonly delay?: number;
  /** The longest piece in bytes. */
  readonly longest?: number;
  /** So many more bytes in that direction are the last. */
  readonly cut?: { readonly direction: Direction; left: number };
}

export interface Forwarding {
  readonly direction: Direction;
  readonly random: () => number;
  /** As it is now. */
  readonly weather: () => Weather;
  readonly passed: (chunk: Buffer) => void;
  /** The last byte before the cut has left. */
  readonly cut: () => void;
}

/** Forwards what `from` says to `to`, until one of them ends, and then ends the other in the same way. */
export function forwardBytes(from: Socket, to: Socket, forwarding: Forwarding): void {
  const { direction, random, weather, passed, cut } = forwarding;
  /** What is on its way, in order. */
  let way = Promise.resolve();

  const pass = (chunk: Buffer): void => {
    const { lost, cut: limit } = weather();
    if (lost.has(direction)) return;
    const isLast = limit?.direction === direction && limit.left <= chunk.length;
    const rest = isLast ? chunk.subarray(0, limit.left) : chunk;
    if (limit?.direction === direction) limit.left -= rest.length;
    passed(rest);
    if (isLast) to.write(rest, cut);
    else if (!to.write(rest)) from.pause();
  };

  from.setNoDelay(true);
  to.setNoDelay(true);
  from.on('data', (chunk) => {
    const { delay, longest } = weather();
    if (delay === undefined && longest === undefined) {
      // Nothing of earlier weather may be overtaken.
      way = way.then(() => {
        pass(chunk);
      });
      return;
    }
    const due = performance.now() + (delay ?? 0) * (0.5 + random());
    for (const piece of piecesOf(chunk, longest, random)) {
      way = way.then(async () => {
        const left = due - performance.now();
        if (left > 0) await pause(left);
        pass(piece);
      });
    }
  });
  to.on('drain', () => from.resume());
  from.on('end', () => {
    void way.then(() => {
      if (!weather().isSilent) to.end();
    });
  });
  // An error is an end like any other here: `close` follows and takes the other half along.
  from.on('error', () => undefined);
  from.on('close', (hadError) => {
    if (weather().isSilent) return;
    if (hadError) to.resetAndDestroy();
    else void way.then(() => to.destroySoon());
  });
}

function* piecesOf(chunk: Buffer, longest: number | undefined, random: () => number): Generator<Buffer> {
  for (let at = 0; at < chunk.length;) {
    const size = longest === undefined ? chunk.length : 1 + Math.floor(random() * longest);
    yield chunk.subarray(at, at + size);
    at += size;
  }
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
