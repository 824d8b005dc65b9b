/**
 * What lies on the disk (scorecard S6): nothing of the keys, the password or the messages in any form that a program might
 * have written, while the engine runs, after it was cut off, and after it ended. The values come from the open database.
 */
import { cpSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DATABASE_FILE, openVault } from '../../electron/engine/vault.ts';
import { closeDatabase, openDatabase } from '../../electron/store/database.ts';
import { Encounter } from '../chaos/encounter.ts';
import { openKeyring } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { filesOf, Needles } from '../support/needles.ts';

const PASSWORD = 'unlikely-to-be-here-by-chance';
const SAID = 'the heron stands in the reeds 🌊';
const DRAFT = 'never said, only written';

let town: Encounter;
const cutOff = temporaryFolder('cut-off');
const needles = new Needles().add('password', PASSWORD).add('message', SAID).add('draft', DRAFT);
let count = 0;

beforeAll(async () => {
  town = await Encounter.start();
  await town.alice.call('accounts.update', { account: town.account, password: PASSWORD });
  await town.exchange(SAID);
  await town.alice.call('chats.setDraft', { chat: town.chat, text: DRAFT });
  for (let turn = 0; turn < 5; turn += 1) await town.exchange(`turn ${String(turn)}`);
  // What a cut of the power would leave behind: the log beside the database, as it is.
  cpSync(town.folder.path, cutOff.path, { recursive: true });
  await town.stop();
  const key = Uint8Array.from(await openVault(town.folder.path, openKeyring));
  needles.add('database key', Uint8Array.from(key));
  const database = openDatabase(join(town.folder.path, DATABASE_FILE), key);
  const add = (name: string, query: string): void => {
    for (const [value] of database.prepare(query).raw().all() as [Uint8Array | string][]) {
      needles.add(name, value);
      count += 1;
    }
  };
  add('identity', 'SELECT private FROM omemo_identities');
  add('prekey', 'SELECT private FROM omemo_prekeys LIMIT 40');
  add('signed prekey', 'SELECT private FROM omemo_signed_prekeys');
  for (const { record } of database.prepare('SELECT record FROM omemo_sessions').all() as {
    record: string;
  }[]) {
    // Chain and root keys are long pieces of base64 in it.
    for (const [secret] of record.matchAll(/[A-Za-z0-9+/]{42,44}=?/g)) {
      needles.add('session', secret);
      needles.add('session, raw', Buffer.from(secret, 'base64'));
      count += 1;
    }
  }
  closeDatabase(database);
});

afterAll(async () => {
  await town.end();
  cutOff.remove();
});

it('holds none of it, not even cut off in the middle', () => {
  expect(count).toBeGreaterThan(45); // there was something to look for
  expect(needles.find(Buffer.from(`…${SAID}…`))).not.toEqual([]); // and it would be found
  expect(filesOf(cutOff.path).length).toBeGreaterThan(1);
  expect(needles.findInFolder(cutOff.path)).toEqual([]);
  expect(needles.findInFolder(town.folder.path)).toEqual([]);
});

it.skipIf(process.platform === 'win32')('is nobody else’s to read', () => {
  for (const file of filesOf(town.folder.path))
    expect([file, statSync(file).mode & 0o077]).toEqual([file, 0]);
});
