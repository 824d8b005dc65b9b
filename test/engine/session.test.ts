/** What is in the database when an acknowledgement leaves. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../electron/engine/engine.ts';
import { DATABASE_FILE, openVault } from '../../electron/engine/vault.ts';
import { listAccounts } from '../../electron/store/accounts.ts';
import { closeDatabase, openDatabase } from '../../electron/store/database.ts';
import type { Connect, Wire, WireEvents } from '../../electron/xmpp/wire.ts';
import { createTestHost, Mirror, openKeyring } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { ScriptedServer } from '../support/scripted-wire.ts';

let engine: Engine;
let folder: ReturnType<typeof temporaryFolder>;
let events: WireEvents | undefined;
/** What the wire has been told to be handled. */
let handled: number;

beforeEach(async () => {
  const server = new ScriptedServer();
  handled = 0;
  const connect: Connect = (options, heard) => {
    events = heard;
    const wire = server.connect(options, heard);
    return Object.create(wire, { handledUpTo: { get: () => handled } }) as Wire;
  };
  folder = temporaryFolder('session');
  engine = createEngine({ ...createTestHost({ profile: folder.path }), connect });
  const alice = new Mirror(engine);
  await engine.start();
  await alice.call('accounts.signIn', { address: 'alice@a.test', password: 'x' });
  await alice.until(() => alice.account().state === 'online', 'online');
});

afterEach(async () => {
  await engine.stop();
  folder.remove();
});

/** As it would be found after a power cut: from a copy, because the engine lets nobody else in. */
async function storedCount(): Promise<number | undefined> {
  const copy = temporaryFolder('session-copy');
  cpSync(folder.path, copy.path, { recursive: true });
  const key = await openVault(copy.path, openKeyring);
  const database = openDatabase(join(copy.path, DATABASE_FILE), Uint8Array.from(key));
  try {
    return listAccounts(database)[0]?.session?.received;
  } finally {
    closeDatabase(database);
    copy.remove();
  }
}

it('no acknowledgement leaves that says more than the database', async () => {
  // Presences and replies: they are handled, and store nothing themselves.
  handled = 7;
  events?.leaving?.();
  expect(await storedCount()).toBe(7);
  handled = 9;
  events?.leaving?.();
  expect(await storedCount()).toBe(9);
});
