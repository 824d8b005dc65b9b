/** A stream that lost a stanza counts nothing that came behind it, and a full disk is asked again soon. */
import { expect, test } from 'vitest';
import { delayFor } from '../../electron/engine/backoff.ts';
import { Breakage } from '../../electron/engine/breakage.ts';
import { proveRoom } from '../../electron/engine/disk.ts';
import { createProfile, type Profile } from '../../electron/engine/profile.ts';
import { WireClosed, type Wire } from '../../electron/xmpp/wire.ts';
import { temporaryDatabase } from '../store/profile.ts';

const wire = (): Wire => ({}) as Wire;

test('what is being handled when something is lost is not counted any more, nor what comes behind it', () => {
  const breakage = new Breakage();
  const [old, next] = [wire(), wire()];
  expect(breakage.begin(old)).toBe(true);
  breakage.check();
  breakage.lose(undefined); // the stream is closed already; its stanzas are not
  expect(() => breakage.check()).toThrow(WireClosed);
  expect(breakage.isBroken(old)).toBe(true);
  expect(breakage.begin(old)).toBe(false);
  breakage.begin(undefined);
  breakage.check();
  expect(breakage.begin(next)).toBe(true);
  breakage.check();
});

test('there is no room on a full disk, and there is again afterwards', () => {
  const database = temporaryDatabase();
  const host = {
    profile: '/nowhere',
    step: () => undefined,
    log: () => undefined,
  } as unknown as Profile['host'];
  let losses = 0;
  const profile = createProfile(
    host,
    database,
    () => undefined,
    () => (losses += 1),
  );
  database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true }))}`);
  expect(() => proveRoom(profile)).toThrow(/full/);
  expect(losses).toBe(1);
  database.pragma('max_page_count = 1000000');
  proveRoom(profile);
  database.close();
});

test('a full disk is asked again soon, however often it was', () => {
  for (const failures of [1, 5, 50]) expect(delayFor('storage', failures, 0.99)).toBe(2_000);
});
