/** Records as they are stored: exact text, what survives, and that damage reads as no session and never as an error. */
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromLibrary } from '../../../electron/omemo/ratchet/library-record.ts';
import { LEGACY, OMEMO_2 } from '../../../electron/omemo/ratchet/parameters.ts';
import { readSessions, writeSessions } from '../../../electron/omemo/ratchet/record-text.ts';
import { NO_SESSIONS, type Sessions } from '../../../electron/omemo/ratchet/record.ts';
import { append, NONE } from '../../../electron/omemo/ratchet/skipped-keys.ts';
import { sessionKey } from '../../../electron/omemo/ratchet/sessions.ts';
import type { Session } from '../../../electron/omemo/ratchet/session.ts';
import { must } from '../people.ts';
import { LIBRARY, meet, OURS, OURS_2 } from './ends.ts';

const of = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
const key = (byte: number): Uint8Array => Uint8Array.of(5, ...of(byte));

const first: Session = {
  hasBegun: true,
  identity: { key: key(1), sent: key(1) },
  baseKey: key(2),
  pending: { prekey: 17, signedPrekey: 3 },
  rootKey: of(4),
  ratchet: { publicKey: key(5), privateKey: of(6) },
  sending: { key: of(7), next: 258 },
  previous: 9,
  past: [],
};
const { pending: _, ...confirmed } = first;
const second: Session = {
  ...confirmed,
  hasBegun: false,
  receiving: { ratchetKey: key(10), key: of(11), next: 6, skipped: append(NONE, 4, [of(12), of(13)]) },
  past: [{ ratchetKey: key(14), next: 2, skipped: append(NONE, 1, [of(15)]) }],
};
const sessions: Sessions = { open: second, closed: [first] };

describe('a record', () => {
  it('has this text', () => {
    const hex = (byte: number): string => Buffer.from(of(byte)).toString('hex');
    const common = `${hex(1)}${hex(2)}${hex(4)}${hex(5)}${hex(6)}${hex(7)}0000010200000009`;
    const body = Buffer.from(
      `01010102` + // version, the older protocol, one is open, of two
        `04${common}` + // the other side began, and has written
        `${hex(11)}${hex(10)}0000000600000002` +
        `00000004${hex(12)}00000005${hex(13)}` +
        `00000001${hex(14)}0000000200000001` +
        `00000001${hex(15)}` +
        `03${common}0000001100000003` + // we began, and have not heard
        `00000000`,
      'hex',
    );
    const sum = hash('sha256', body, 'buffer').subarray(0, 8);
    const text = writeSessions(LEGACY, sessions);
    expect(text).toBe(Buffer.concat([body, sum]).toString('base64'));
    expect(readSessions(LEGACY, text)).toEqual(sessions);
  });

  it('keeps both forms of an identity key in urn:xmpp:omemo:2', () => {
    const open = { ...first, identity: { key: key(1), sent: of(0xfe) } };
    expect(readSessions(OMEMO_2, writeSessions(OMEMO_2, { open, closed: [] }))).toEqual({ open, closed: [] });
  });

  it('of closed sessions only, or of none, comes back as it was', () => {
    for (const each of [{ closed: [first, second] }, NO_SESSIONS]) {
      expect(readSessions(LEGACY, writeSessions(LEGACY, each))).toEqual(each);
    }
  });

  it('with any byte changed, or cut, is no session', () => {
    const bytes = Buffer.from(writeSessions(LEGACY, sessions), 'base64');
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = must(changed[at]) ^ 0x10;
      expect(readSessions(LEGACY, changed.toString('base64'))).toBe(NO_SESSIONS);
      expect(readSessions(LEGACY, bytes.subarray(0, at).toString('base64'))).toBe(NO_SESSIONS);
    }
  });

  it('that is damaged and has a right check sum is read as far as it makes sense, and never an error', () => {
    const bytes = Buffer.from(writeSessions(LEGACY, sessions), 'base64').subarray(0, -8);
    const patch = fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(patch, { minLength: 1, maxLength: 6 }), fc.nat({ max: 40 }), (patches, cut) => {
        const body = Buffer.from(bytes.subarray(0, bytes.length - cut));
        for (const [at, byte] of patches) if (at < body.length) body[at] = byte;
        const text = Buffer.concat([body, hash('sha256', body, 'buffer').subarray(0, 8)]).toString('base64');
        const read = readSessions(LEGACY, text);
        if (read !== NO_SESSIONS) expect(writeSessions(LEGACY, read)).toBe(text);
      }),
      { numRuns: 400 },
    );
    fc.assert(fc.property(fc.string(), (text) => readSessions(LEGACY, text) === NO_SESSIONS));
  });

  it.each([
    ['a flag that nobody knows', 4, 8],
    ['a key that goes by two names', 36, 0x80],
    ['an open session too many', 2, 2],
    ['a session less than it says', 3, 3],
    ['22 sessions', 3, 22],
  ])('with %s is no session', (_name, at, byte) => {
    const body = Buffer.from(writeSessions(LEGACY, sessions), 'base64').subarray(0, -8);
    body[at] = byte;
    const text = Buffer.concat([body, hash('sha256', body, 'buffer').subarray(0, 8)]).toString('base64');
    expect(readSessions(LEGACY, text)).toBe(NO_SESSIONS);
  });

  it('of a device that has none is undefined', () => {
    expect(sessionKey(LEGACY, undefined)).toBeUndefined();
    expect(sessionKey(LEGACY, '')).toBeUndefined();
    expect(sessionKey(LEGACY, '{}')).toBeUndefined();
    expect(sessionKey(OMEMO_2, '{"sessions":{}}')).toBeUndefined();
  });
});

describe('a record of the library', () => {
  it('that is damaged in any place is read without an error', async () => {
    const [a] = await meet(LIBRARY);
    const record = must(a.record);
    expect(fromLibrary(record).open).toBeDefined();
    const paths: (string | number)[][] = [];
    const walk = (value: unknown, path: (string | number)[]): void => {
      paths.push(path);
      if (typeof value !== 'object' || value === null) return;
      for (const [name, each] of Object.entries(value)) walk(each, [...path, name]);
    };
    walk(JSON.parse(record), []);
    for (const path of paths) {
      for (const poison of [null, -2, 'x', [], {}, 2 ** 40]) {
        const copy: unknown = JSON.parse(record);
        const last = path.at(-1);
        const owner = path
          .slice(0, -1)
          .reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], copy);
        if (last === undefined) expect(fromLibrary(JSON.stringify(poison))).toEqual(NO_SESSIONS);
        else {
          (owner as Record<string, unknown>)[last] = poison;
          const read = fromLibrary(JSON.stringify(copy));
          // Whatever was taken from it can be written and read again.
          const text = writeSessions(LEGACY, read);
          expect(writeSessions(LEGACY, readSessions(LEGACY, text))).toBe(text);
        }
      }
    }
    for (const text of ['', '{', '[]', 'null', '"x"', '{"sessions":[]}', '{"sessions":{"__proto__":{}}}']) {
      expect(fromLibrary(text)).toEqual(NO_SESSIONS);
    }
  });

  it('with two open sessions is none', async () => {
    const [a] = await meet(LIBRARY);
    const record = JSON.parse(must(a.record)) as { sessions: Record<string, unknown> };
    record.sessions['other'] = must(Object.values(record.sessions)[0]);
    expect(fromLibrary(JSON.stringify(record))).toEqual(NO_SESSIONS);
  });
});

describe('any order of delivery', () => {
  it.each([OURS, OURS_2])('within the bounds reads every message once: $name', async (engine) => {
    const plan = fc.record({
      /** How many messages each turn has. */
      turns: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }),
      order: fc.infiniteStream(fc.nat()),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ turns, order }) => {
        const [a, b] = await meet(engine);
        const letters: {
          readonly body: Uint8Array;
          readonly isPrekey: boolean;
          readonly text: Uint8Array;
        }[] = [];
        for (const [turn, count] of turns.entries()) {
          for (let index = 0; index < count; index += 1) {
            const text = Uint8Array.of(turn, index);
            letters.push({ ...(await a.seal(text)), text });
          }
          // The last one arrives and is answered, so that the next turn is another chain; the others come later.
          const last = must(letters.pop());
          expect(await b.open(last)).toEqual(last.text);
          await a.open(await b.seal(last.text));
        }
        const shuffled = letters
          .map((letter) => ({ letter, at: must(order.next().value as number | undefined) }))
          .sort((x, y) => x.at - y.at);
        for (const { letter } of shuffled) expect(await b.open(letter)).toEqual(letter.text);
        for (const { letter } of shuffled) {
          await expect(b.open(letter)).rejects.toMatchObject({ reason: 'duplicate' });
        }
        expect(await b.open(await a.seal(Uint8Array.of(9)))).toEqual(Uint8Array.of(9));
      }),
      { numRuns: 12 },
    );
  });
});
