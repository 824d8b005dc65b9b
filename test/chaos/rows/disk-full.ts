/**
 * R11: the disk is full, to the last byte, while messages arrive and leave, encrypted and plain. The profile lies on a
 * small file system of its own in memory. What the server was told that we handled is in the database, as a copy of the
 * files shows at once; when there is room again everything goes on by itself, and nothing is lost or doubled.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, fsyncSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../../electron/engine/engine.ts';
import { DATABASE_FILE, openVault } from '../../../electron/engine/vault.ts';
import { closeDatabase, openDatabase, prepare } from '../../../electron/store/database.ts';
import type { Connect } from '../../../electron/xmpp/wire.ts';
import { child } from '../../../electron/xmpp/xml.ts';
import { createTestHost, Mirror, openKeyring, startTestEngine } from '../../support/engine.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { eventually, openEncryptedChat, signIn } from '../../support/people.ts';
import { startProsody } from '../../support/prosody.ts';
import { compare } from '../cast.ts';
import { percentile95, type Context, type Result, type Row } from '../frame.ts';

/** Of the file system, in megabytes. */
const SIZE = 24;
/** Recovering may take so many milliseconds after there is room again. */
const LONGEST = 5_000;
const MESSAGES = 12;
const BALLAST = 'ballast';

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Makes a file system in memory, if this user may; returns what removes it. */
function mount(folder: string): (() => void) | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}m,mode=0700`, 'tmpfs', folder], {
      stdio: 'ignore',
    });
  } catch {
    return undefined; // not root, or not Linux
  }
  return () => execFileSync('umount', ['-l', folder]);
}

/** Writes a file until nothing more fits, with so many pages left free. */
function fill(folder: string, free: number): void {
  const descriptor = openSync(join(folder, BALLAST), 'a', 0o600);
  const spare = openSync(join(folder, 'spare'), 'w', 0o600);
  try {
    if (free > 0) writeSync(spare, Buffer.alloc(free * 4_096));
    for (let size = 1 << 20; size >= 1; size >>= 1) {
      for (const block = Buffer.alloc(size); writes(descriptor, block););
    }
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
    closeSync(spare);
    rmSync(join(folder, 'spare'));
  }
}

function writes(descriptor: number, block: Buffer): boolean {
  try {
    return writeSync(descriptor, block) === block.length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}

/** A wire that writes down what arrived at which position, and how far the engine said that it had handled it. */
class Witness {
  /** Origin ids of messages that were handled, as the server may have been told. */
  readonly handled = new Set<string>();
  readonly watch = (connect: Connect): Connect => {
    return (options, events) => {
      const arrived = new Map<number, string>();
      const pending: string[] = [];
      const wire = connect(options, {
        ...events,
        stanza: (stanza, position) => {
          const id = child(stanza, 'origin-id', 'urn:xmpp:sid:0')?.attrs['id'];
          if (stanza.name === 'message' && stanza.attrs['type'] === 'chat' && id !== undefined) {
            if (
              child(stanza, 'body', 'jabber:client') ??
              child(stanza, 'encrypted', 'eu.siacs.conversations.axolotl')
            )
              arrived.set(position, id);
          }
          events.stanza(stanza, position);
        },
        leaving: () => {
          events.leaving?.(); // throws when what was handled is not on the disk: then nothing leaves
          for (const id of pending.splice(0)) this.handled.add(id);
        },
      });
      const handled = wire.handled.bind(wire);
      wire.handled = (position) => {
        const id = arrived.get(position);
        if (id !== undefined) pending.push(id);
        handled(position);
      };
      return wire;
    };
  };
}

/** Copies the profile as it lies on the disk and looks into it. */
async function look(profile: string): Promise<{ origins: Set<string>; fault: string | undefined }> {
  const copy = temporaryFolder('copy');
  try {
    // By another process: closing the file in this one would drop SQLite's lock.
    const names = readdirSync(profile).filter((name) => name !== BALLAST && !name.includes('.essentials'));
    execFileSync('cp', [...names.map((name) => join(profile, name)), copy.path]);
    const key = await openVault(copy.path, openKeyring);
    const database = openDatabase(join(copy.path, DATABASE_FILE), Uint8Array.from(key));
    try {
      const fault = String(database.pragma('integrity_check', { simple: true }));
      const rows = prepare<[], { origin: string }>(
        database,
        'SELECT origin_id AS origin FROM messages WHERE origin_id IS NOT NULL',
      ).all();
      return {
        origins: new Set(rows.map(({ origin }) => origin)),
        fault: fault === 'ok' ? undefined : fault,
      };
    } finally {
      closeDatabase(database);
    }
  } finally {
    copy.remove();
  }
}

async function run(context: Context): Promise<Result> {
  const { random, count, note } = context;
  const folder = temporaryFolder('full');
  const unmount = mount(folder.path);
  if (unmount === undefined) {
    folder.remove();
    return { tried: 0, failures: [], figures: { skipped: 'only root may mount a small file system' } };
  }
  const faults: string[] = [];
  const recovery: number[] = [];
  const figures: Record<string, number> = {
    'gave up for the disk': 0,
    'refused to take a message': 0,
    'told handled': 0,
  };
  const server = await startProsody({
    accounts: ['alice', 'bob', 'carol'],
    contacts: [
      ['alice', 'bob'],
      ['alice', 'carol'],
    ],
  });
  const witness = new Witness();
  const others = [temporaryFolder('bob'), temporaryFolder('carol')];
  const host = createTestHost({
    profile: folder.path,
    authority: server.authority,
    log: (area, event, data) => {
      if (event === 'storage-failed')
        figures['gave up for the disk'] = (figures['gave up for the disk'] ?? 0) + 1;
      if (area === 'account' || area === 'profile') note(event, data);
    },
  });
  const engine = createEngine({ ...host, connect: witness.watch(host.connect) });
  const alice = new Mirror(engine);
  const [bob, carol] = [
    await startTestEngine({ profile: others[0]?.path ?? '', authority: server.authority }),
    await startTestEngine({ profile: others[1]?.path ?? '', authority: server.authority }),
  ];
  try {
    await engine.start();
    for (const [who, name] of [
      [alice, 'alice'],
      [bob, 'bob'],
      [carol, 'carol'],
    ] as const)
      await signIn(who, server, name);
    const [own, bobs, carols] = ['alice', 'bob', 'carol'].map((name) => server.account(name).address) as [
      string,
      string,
      string,
    ];
    const chats = {
      aliceBob: await openEncryptedChat(alice, bobs),
      bobAlice: await openEncryptedChat(bob, own),
      ...(await plain(alice, carols, 'aliceCarol')),
      ...(await plain(carol, own, 'carolAlice')),
    };
    const talks = [
      {
        who: alice,
        chat: chats.aliceBob,
        label: 'alice-bob',
        from: alice,
        to: bob,
        peer: own,
        mine: bobs,
      },
      { who: bob, chat: chats.bobAlice, label: 'bob', from: bob, to: alice, peer: bobs, mine: own },
      {
        who: alice,
        chat: chats.aliceCarol,
        label: 'alice-carol',
        from: alice,
        to: carol,
        peer: own,
        mine: carols,
      },
      {
        who: carol,
        chat: chats.carolAlice,
        label: 'carol',
        from: carol,
        to: alice,
        peer: carols,
        mine: own,
      },
    ].map((talk) => ({ ...talk, said: [] as string[], refused: new Set<string>(), next: 0 }));

    const speak = async (times: number, slack: number): Promise<void> => {
      await Promise.all(
        talks.map(async (talk) => {
          for (let index = 0; index < times; index += 1) {
            await pause(random() * slack);
            const text = `${talk.label} ${talk.next} ${'x'.repeat(Math.floor(random() * 3_000))}`;
            talk.next += 1;
            const isTaken = await talk.who.call('messages.send', { chat: talk.chat, text }).then(
              () => true,
              () => false,
            );
            if (isTaken) talk.said.push(text);
            else {
              talk.refused.add(text);
              figures['refused to take a message'] = (figures['refused to take a message'] ?? 0) + 1;
            }
          }
        }),
      );
    };
    const missing = async (): Promise<string[]> => {
      const found: string[] = [];
      for (const talk of talks) {
        for (const [place, reader, address] of [
          ['at the hearer', talk.to, talk.peer],
          ['at the speaker', talk.from, talk.mine],
        ] as const) {
          const rows = (await reader.history(address)).filter(
            ({ isOutgoing }) => isOutgoing === (reader === talk.from),
          );
          for (const { unreadable } of rows)
            if (unreadable !== undefined) found.push(`${talk.label} ${place}: unreadable`);
          found.push(
            ...compare(
              `${talk.label} ${place}`,
              talk.said,
              rows.map(({ text }) => text),
            ).map((line) => line.slice(0, 100)),
          );
        }
      }
      return found;
    };
    await speak(2, 10);
    await eventually(async () => (await missing()).length === 0, 'the first words', 60_000);
    for (let round = 0; round < count; round += 1) {
      const talking = speak(MESSAGES, 120);
      await pause(random() * 400);
      fill(folder.path, Math.floor(random() * 60));
      note('full', { round });
      await talking;
      await pause(random() * 1_000 * (count >= 20 && random() < 0.3 ? 20 : 1));
      // What had been told at this moment is on the disk at this moment.
      const told = [...witness.handled];
      const { origins, fault } = await look(folder.path);
      if (fault !== undefined) faults.push(`round ${round}: ${fault}`);
      for (const id of told)
        if (!origins.has(id)) faults.push(`round ${round}: told handled, not saved: ${id}`);
      figures['told handled'] = told.length;
      rmSync(join(folder.path, BALLAST));
      const since = Date.now();
      note('room', { round });
      await alice.until(() => alice.account().state === 'online', 'online again', 90_000);
      await eventually(async () => (await missing()).length === 0, 'everything', 60_000).catch(
        () => undefined,
      );
      recovery.push(Date.now() - since);
      const wrong = await missing();
      faults.push(...wrong.map((line) => `round ${round}: ${line}`));
      if (wrong.length > 0) break;
    }
  } finally {
    await engine.stop();
    await bob.stop();
    await carol.stop();
    await server.stop();
    unmount();
    for (const each of [folder, ...others]) each.remove();
  }
  const worst = Math.max(...recovery);
  if (count >= 20 && worst > LONGEST) faults.push(`recovering took ${worst} ms, more than ${LONGEST}`);
  for (const fault of faults) note('fault', { fault });
  return {
    tried: recovery.length,
    failures: faults,
    figures: {
      ...figures,
      'everything there within, p95': `${percentile95(recovery)} ms`,
      'at worst': `${worst} ms`,
    },
  };
}

/** Opens a chat that stays plain. */
async function plain<Name extends string>(
  who: Mirror,
  address: string,
  name: Name,
): Promise<Record<Name, number>> {
  const { chat } = await who.call('chats.open', { account: who.account().id, address });
  await who.call('chats.setEncryption', { chat, mode: 'off' });
  return { [name]: chat } as Record<Name, number>;
}

export const diskFull: Row = { name: 'R11', title: 'disk full', full: 50, short: 3, run };
