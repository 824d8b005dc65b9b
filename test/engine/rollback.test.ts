/** A copy of the profile is put back: what we say then is read all the same, as the archive tells of our later self. */
import { cpSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serialize } from '../../electron/xmpp/xml.ts';
import { ALICE, Encounter } from '../chaos/encounter.ts';
import { ScriptedArchive } from '../support/scripted-archive.ts';
import { answerOmemo } from '../support/scripted-omemo.ts';

let town: Encounter;
let archive: ScriptedArchive;

beforeEach(async () => {
  town = await Encounter.start();
  archive = new ScriptedArchive(town.server);
  const { answers } = town.server;
  town.server.answers = (iq) => answers(iq) ?? answerOmemo(town.net, ALICE, iq);
  await again(); // finds the archive, and that it is empty
  await town.exchange('before the copy');
});

afterEach(async () => {
  await town.end();
});

async function again(): Promise<void> {
  await town.stop();
  await town.boot();
  await town.online();
}

/** Lets things be said that only the archive and Bob know of, and gives back the profile from before. */
async function rollBack(work: () => Promise<void>): Promise<void> {
  const { path } = town.folder;
  const copy = `${path}-copy`;
  try {
    await town.stop();
    cpSync(path, copy, { recursive: true });
    await town.boot();
    await town.online();
    await work();
    await town.stop();
    rmSync(path, { recursive: true });
    cpSync(copy, path, { recursive: true });
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
  await town.boot();
  await town.online();
}

/** Alice says something, Bob reads it, and the archive keeps what left. */
async function say(text: string): Promise<void> {
  const before = town.server.sent.length;
  expect(await town.says('alice', text)).toBe('read');
  for (const element of town.server.sent.slice(before)) {
    const stored = serialize({ ...element, attrs: { ...element.attrs, from: `${ALICE}/d1` } });
    archive.put(
      `${text} ${String(archive.stored.length)}`,
      stored.replace('<message', '<message xmlns="jabber:client"'),
    );
  }
}

/** How many messages left that begin a session. */
const exchanges = (): number =>
  town.server.sent.filter((element) => /prekey="(true|1)"/.test(serialize(element))).length;

it('a new session is begun, once, so that the next message is read', async () => {
  await rollBack(async () => {
    await say('said and forgotten');
    await say('said and forgotten, too');
  });
  const before = exchanges();
  expect(await town.says('alice', 'who am I?')).toBe('read');
  expect(await town.says('bob', 'Alice')).toBe('read');
  await again();
  expect(await town.says('alice', 'still?')).toBe('read');
  expect(exchanges()).toBe(before + 1);
});

it('without the archive it would not be read, nor would anybody know', async () => {
  await rollBack(async () => {
    expect(await town.says('alice', 'said and forgotten')).toBe('read');
  });
  expect(await town.says('alice', 'who am I?')).toBe('nothing');
});

it('at most once a day, whatever an archive makes up', async () => {
  await rollBack(() => say('said and forgotten'));
  await town.exchange('a new session');
  const before = exchanges();
  const [first] = archive.stored;
  for (const name of ['x', 'y']) {
    archive.put(
      name,
      (first?.message ?? '').replaceAll(/(origin-id[^>]* id="|<message[^>]* id=")/g, `$1${name}`),
    );
    await again();
    expect(await town.says('alice', `after ${name}`)).toBe('read');
  }
  expect(exchanges()).toBe(before);
});

it('what this device knows, and what it was told to forget, closes no session', async () => {
  await say('known');
  const before = exchanges();
  await again();
  await say('goes on');
  const row = await town.row('goes on');
  await town.alice.call('messages.remove', { message: row });
  await again();
  expect(await town.says('alice', 'and on')).toBe('read');
  expect(exchanges()).toBe(before);
});
