/** The log: lines that can be read by a program, files that do not grow, and nothing in them that is private. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRedaction, openLog } from '../../electron/shell/log.ts';

describe('redaction', () => {
  const redact = createRedaction();

  test('an address becomes two letters and a hash, the same for each device', () => {
    const short = redact('juliet@example.org') as string;
    expect(short).toMatch(/^ju…[0-9a-f]{8}$/u);
    expect(redact('juliet@example.org/balcony')).toBe(short);
    expect(redact('romeo@example.org')).not.toBe(short);
    expect(createRedaction()('juliet@example.org')).not.toBe(short);
  });

  test.each([
    ['within a sentence', 'no answer from juliet@example.org/balcony, gave up'],
    ['in XML', `<iq from='juliet@example.org/balcony' to="juliet@example.org"/>`],
    ['in parentheses', 'failed (juliet@example.org)'],
    ['in an object', { account: 'juliet@example.org', list: [{ from: 'juliet@example.org' }] }],
    ['in an error', new Error('cannot reach juliet@example.org')],
    ['as a URI', 'xmpp:juliet@example.org?message'],
    ['twice', 'juliet@example.org/juliet@example.org'],
  ])('finds one %s', (_name, value) => {
    expect(JSON.stringify(redact(value))).not.toMatch(/juliet|balcony/u);
  });

  test('withholds what is named like a secret or a text, at any depth', () => {
    const value = {
      password: 'hunter2',
      data: {
        body: 'hello',
        passphrase: 'x',
        recoveryCode: 'x',
        Token: 'x',
        databaseKey: new Uint8Array([1]),
      },
      keyring: 'kwallet6',
      code: 'ENOSPC',
      isTextLong: true,
    };
    expect(redact(value)).toEqual({
      password: '[withheld]',
      data: {
        body: '[withheld]',
        passphrase: '[withheld]',
        recoveryCode: '[withheld]',
        Token: '[withheld]',
        databaseKey: '[withheld]',
      },
      keyring: 'kwallet6',
      code: 'ENOSPC',
      isTextLong: true,
    });
  });

  test('bounds what is long, wide, deep or endless', () => {
    const cycle: Record<string, unknown> = {};
    cycle['again'] = cycle;
    for (const value of [
      cycle,
      'x'.repeat(1e6),
      Array.from({ length: 1e5 }, () => 'x'),
      `${'a'.repeat(1e5)}@`,
    ]) {
      expect(JSON.stringify(redact(value)).length).toBeLessThan(3_000);
    }
    expect(redact({ bytes: new Uint8Array(5), big: 1n })).toEqual({ bytes: '[5 bytes]', big: '1' });
  });
});

describe('the file', () => {
  let folder: string;
  beforeEach(() => (folder = join(mkdtempSync(join(tmpdir(), 'waxwing-log-')), 'logs')));
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));
  const open = (size?: number) =>
    openLog({ folder, isEcho: false, now: () => 0, ...(size !== undefined && { size }) });
  const lines = (name = 'waxwing.log'): unknown[] =>
    readFileSync(join(folder, name), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

  test('has one line for each event, for its owner only', () => {
    const { log, flush } = open();
    log('account', 'online', { account: 'juliet@example.org' });
    log('shell', 'resume');
    flush();
    expect(lines()).toEqual([
      {
        at: '1970-01-01T00:00:00.000Z',
        area: 'account',
        event: 'online',
        data: { account: expect.stringMatching(/^ju…/u) as string },
      },
      { at: '1970-01-01T00:00:00.000Z', area: 'shell', event: 'resume' },
    ]);
    expect(statSync(join(folder, 'waxwing.log')).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('goes on where the last run ended', () => {
    for (const event of ['first', 'second']) {
      const { log, flush } = open();
      log('shell', event);
      flush();
    }
    expect(lines()).toMatchObject([{ event: 'first' }, { event: 'second' }]);
  });

  test('rotates by size and keeps three files', () => {
    const { log, flush } = open(1_000);
    for (let number = 0; number < 100; number += 1) {
      log('shell', 'event', { number, filler: 'x'.repeat(100) });
      flush();
    }
    expect(readdirSync(folder).sort()).toEqual(['waxwing.1.log', 'waxwing.2.log', 'waxwing.log']);
    for (const name of readdirSync(folder))
      expect(statSync(join(folder, name)).size).toBeLessThanOrEqual(1_000);
    expect(lines().at(-1)).toMatchObject({ data: { number: 99 } });
  });

  test('counts a flood instead of keeping it', () => {
    const { log, flush } = open();
    for (let number = 0; number < 10_000; number += 1) log('shell', 'flood');
    flush();
    expect(lines()).toHaveLength(501);
    expect(lines().at(-1)).toMatchObject({ event: 'dropped', data: { lines: 9_500 } });
  });

  test('does not throw when the folder goes away', () => {
    const { log, flush } = open();
    rmSync(folder, { recursive: true });
    log('shell', 'event');
    flush();
    expect(existsSync(folder)).toBe(false);
  });
});
