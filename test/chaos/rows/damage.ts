/**
 * R12: a profile with months of talk is damaged while it is closed: pages flipped, the file or its log cut short, the
 * log's tail overwritten, half of it as a crash leaves it, with a log. It opens, or is shown as damaged and can be
 * repaired; it never starts empty, never shows what nobody said, and its OMEMO identity is the one that it was.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../../electron/engine/engine.ts';
import { DATABASE_FILE, openVault } from '../../../electron/engine/vault.ts';
import { closeDatabase, openDatabase } from '../../../electron/store/database.ts';
import { saveEssentials } from '../../../electron/store/essentials.ts';
import { createTestHost, Mirror, openKeyring } from '../../support/engine.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { ScriptedServer } from '../../support/scripted-wire.ts';
import type { Context, Result, Row } from '../frame.ts';

const PAGE = 4_096;
const PEERS = ['bob@b.test', 'carol@c.test', 'dave@d.test'];
const EACH = 60;

interface Open {
  readonly mirror: Mirror;
  readonly server: ScriptedServer;
  readonly stop: () => Promise<void>;
}

async function open(profile: string): Promise<Open> {
  const server = new ScriptedServer(PEERS.map((jid) => ({ jid, subscription: 'both' })));
  const engine = createEngine({ ...createTestHost({ profile }), connect: server.connect });
  const mirror = new Mirror(engine);
  await engine.start();
  return { mirror, server, stop: () => engine.stop() };
}

const copy = (from: string, to: string): Buffer => execFileSync('cp', ['-a', `${from}/.`, to]);

async function identity(mirror: Mirror): Promise<string | undefined> {
  const address = mirror.account().address;
  const { chat } = await mirror.call('chats.open', { account: mirror.account().id, address });
  const { devices } = await mirror.call('chats.devices', { chat });
  return devices.find(({ isThisDevice }) => isThisDevice)?.fingerprint;
}

/** Makes the profile: closed in an orderly way, and as a crash would have left it a moment before. */
async function furnish(
  closed: string,
  crashed: string,
): Promise<{ texts: Set<string>; own: string | undefined }> {
  const first = await open(closed);
  await first.mirror.call('accounts.signIn', { address: 'alice@a.test', password: 'x' });
  await first.mirror.until(() => first.mirror.account().state === 'online', 'online');
  const own = await identity(first.mirror);
  await first.stop();
  const key = await openVault(closed, openKeyring);
  const database = openDatabase(join(closed, DATABASE_FILE), Uint8Array.from(key));
  saveEssentials(database, join(closed, DATABASE_FILE));
  closeDatabase(database);
  const { mirror, server, stop } = await open(closed);
  await mirror.until(() => mirror.account().state === 'online', 'online');
  const texts = new Set<string>();
  for (let index = 0; index < EACH; index += 1) {
    for (const peer of PEERS) {
      const text = `${peer} ${index} ${'word '.repeat(20 + ((index * 37) % 300))}`.trim();
      texts.add(text);
      server.deliver(
        `<message from="${peer}/r" to="alice@a.test/d" type="chat"><body>${text}</body></message>`,
      );
    }
  }
  await mirror.until(() => mirror.messages.size === texts.size, 'all of it');
  copy(closed, crashed);
  await stop();
  return { texts, own };
}

/** Harms the files in one of the ways; returns which. */
function harm(profile: string, random: () => number): string {
  const file = join(profile, DATABASE_FILE);
  const log = `${file}-wal`;
  const hasLog = existsSync(log) && statSync(log).size > PAGE;
  const target = hasLog && random() < 0.6 ? log : file;
  const size = statSync(target).size;
  const place = target === log ? 'log' : 'database';
  const chance = random();
  if (chance < 0.25) {
    truncateSync(target, Math.floor(random() * size));
    return `${place} cut short`;
  }
  const bytes = readFileSync(target);
  if (chance < 0.4) {
    const from = size - Math.floor(random() * Math.min(size, 16 * PAGE));
    for (let index = from; index < size; index += 1) bytes[index] = Math.floor(random() * 256);
    writeFileSync(target, bytes);
    return `tail of the ${place} overwritten`;
  }
  const pages = 1 + Math.floor(random() ** 3 * 12);
  for (let done = 0; done < pages; done += 1) {
    const page = Math.floor((random() * size) / PAGE) * PAGE;
    if (chance < 0.6) bytes.fill(0, page, Math.min(size, page + PAGE));
    else {
      const at = Math.min(size - 1, page + Math.floor(random() * PAGE));
      bytes[at] = (bytes[at] ?? 0) ^ (1 + Math.floor(random() * 255));
    }
  }
  writeFileSync(target, bytes);
  return chance < 0.6 ? `pages of the ${place} zeroed` : `bits of the ${place} flipped`;
}

/** Reads all there is, as a person would; undefined when that shows that it is damaged. */
async function readAll(mirror: Mirror): Promise<string[] | undefined> {
  try {
    const isOpen = (): boolean => mirror.profile.state === 'open';
    if (!isOpen()) return undefined;
    const found: string[] = [];
    for (const { address } of mirror.chats.values()) {
      for (const { text } of await mirror.history(address)) found.push(text);
    }
    await identity(mirror); // the keys, too
    // What only shows when the account is at work, too.
    const isOnline = (): boolean => [...mirror.accounts.values()].every(({ state }) => state === 'online');
    await mirror.until(() => !isOpen() || isOnline(), 'at work', 5_000);
    return isOpen() ? found : undefined;
  } catch {
    return undefined; // refused: the profile is not open any more
  }
}

async function run(context: Context): Promise<Result> {
  const { random, count, note } = context;
  const faults: string[] = [];
  const outcomes: Record<string, number> = {};
  const kinds: Record<string, number> = {};
  const [closed, crashed] = [temporaryFolder('closed'), temporaryFolder('crashed')];
  let kept = 0;
  let repaired = 0;
  try {
    const { texts, own } = await furnish(closed.path, crashed.path);
    for (let round = 0; round < count; round += 1) {
      const folder = temporaryFolder('damaged');
      copy(random() < 0.5 ? crashed.path : closed.path, folder.path);
      const kind = harm(folder.path, random);
      kinds[kind] = (kinds[kind] ?? 0) + 1;
      const place = `round ${round}, ${kind}`;
      const life = await open(folder.path);
      const { mirror } = life;
      let outcome = 'opened, whole';
      try {
        let found = await readAll(mirror);
        if (found === undefined) {
          await mirror.until(() => mirror.profile.state !== 'open', 'the damage is shown', 5_000);
          if (mirror.profile.state !== 'damaged') faults.push(`${place}: shown as ${mirror.profile.state}`);
          outcome = 'repaired';
          const error = await mirror.call('profile.repair', {}).then(
            () => undefined,
            (reason: unknown) => String(reason),
          );
          if (error !== undefined) faults.push(`${place}: not repaired: ${error}`);
          found = error === undefined ? await readAll(mirror) : [];
          if (found === undefined) faults.push(`${place}: cannot be read after it was repaired`);
          repaired += 1;
          kept += (found?.length ?? 0) / texts.size;
        } else if (found.length < texts.size) {
          outcome = 'opened, without what the log held last';
          if (!kind.includes('log'))
            faults.push(`${place}: opened without ${texts.size - found.length} messages`);
        }
        const strange = (found ?? []).filter((text) => !texts.has(text));
        if (strange.length > 0) faults.push(`${place}: shows what nobody said`);
        if (new Set(found).size < (found ?? []).length) faults.push(`${place}: shows something twice`);
        if (mirror.profile.state === 'open') {
          if (mirror.accounts.size !== 1)
            faults.push(`${place}: starts with ${mirror.accounts.size} accounts`);
          else if ((await identity(mirror)) !== own) faults.push(`${place}: another OMEMO identity`);
        }
      } catch (error) {
        faults.push(`${place}: ${String(error)}`);
      }
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      note('damaged', { round, kind, outcome });
      await life.stop();
      folder.remove();
    }
  } finally {
    closed.remove();
    crashed.remove();
  }
  for (const fault of faults) note('fault', { fault });
  return {
    tried: count,
    failures: faults,
    figures: {
      outcomes: JSON.stringify(outcomes),
      'messages kept by repairing, on average':
        repaired === 0 ? '–' : `${((kept / repaired) * 100).toFixed(0)} %`,
      kinds: JSON.stringify(kinds),
    },
  };
}

export const damage: Row = { name: 'R12', title: 'damaged files', full: 200, short: 8, run };
