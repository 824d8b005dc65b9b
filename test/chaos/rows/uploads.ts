/**
 * R19: a file is sent while the way to the upload service is reset at a random byte, or the program is killed: half of
 * them encrypted; and fetched while that way is reset as well. Whoever it was sent to has each file once, whole and the same; nobody has a message without its file; and
 * nothing is left on the sender's disk that belongs to no message, nor anything that can be read.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FileRow } from '../../../shared/contract.ts';
import type { TestEngine } from '../../support/engine.ts';
import { sendFile } from '../../support/hand-in.ts';
import { eventually } from '../../support/people.ts';
import { startProsody } from '../../support/prosody.ts';
import { startProxy } from '../../support/proxy.ts';
import { takesFiles } from '../../support/upload.ts';
import { Device } from '../cast.ts';
import type { Context, Result, Row } from '../frame.ts';

const MARK = 'WHAT-NO-DISK-MAY-KNOW';
/** The largest file, in bytes. */
const LARGEST = 400_000;
/** Bytes of TLS and HTTP around a file, about. */
const AROUND = 4_000;
const STEPS = ['before-commit', 'after-commit', 'uploaded', 'composed', 'before-send', 'sent'];
const HARMS = [
  'reset on the way there',
  'reset on the way back',
  'killed at random',
  'killed at a step',
] as const;

interface Sent {
  readonly name: string;
  readonly hash: string;
  readonly to: string;
}

const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function run(context: Context): Promise<Result> {
  const { random, count } = context;
  const faults: string[] = [];
  const kinds: Record<string, number> = {};
  let port = 0;
  const web = await startProxy(() => port, { random, keepsBytes: false });
  const contacts = [
    ['speaker', 'bob'],
    ['speaker', 'carol'],
  ] as const;
  const server = await startProsody({
    ...takesFiles(1_000_000, web.port),
    accounts: ['speaker', 'bob', 'carol'],
    contacts,
  });
  port = server.ports.web ?? 0;
  const sent: Sent[] = [];
  let retries = 0;
  try {
    const place = { server, context };
    const speaker = await Device.start({ ...place, name: 'speaker', label: 'speaker', isForked: true });
    const bob = await Device.start({ ...place, name: 'bob', label: 'bob' });
    const carol = await Device.start({ ...place, name: 'carol', label: 'carol' });
    await speaker.open(bob.address, 'omemo');
    await speaker.open(carol.address, 'none');
    for (let upload = 0; upload < count; upload += 1) {
      const to = upload % 2 === 0 ? bob : carol;
      const chat = speaker.mirror.chatWith(to.address)?.id ?? 0;
      const size = Math.floor(random() * LARGEST);
      const contents = Buffer.concat([Buffer.from(MARK), randomBytes(size)]);
      const harm = HARMS[Math.floor(random() * HARMS.length)] ?? HARMS[0];
      kinds[harm] = (kinds[harm] ?? 0) + 1;
      const name = `upload-${String(upload)}.bin`;
      sent.push({ name, to: to.address, hash: createHash('sha256').update(contents).digest('hex') });
      context.note('sending', { name, size: contents.length, harm });
      const before = web.accepted();
      if (harm === 'reset on the way there') web.cutAfter('toServer', Math.floor(random() * (size + AROUND)));
      if (harm === 'reset on the way back') web.cutAfter('toClient', Math.floor(random() * AROUND));
      if (harm === 'killed at a step') {
        const step = STEPS[Math.floor(random() * STEPS.length)] ?? '';
        speaker.fork.killAt(`${step}:${String(1 + Math.floor(random() * 3))}`);
      }
      const life = speaker.fork;
      const handing = sendFile(speaker.mirror, chat, name, contents).catch(() => undefined); // killed meanwhile
      if (harm.startsWith('killed')) {
        await Promise.race([life.gone, pause(harm === 'killed at random' ? random() * 400 : 3_000)]);
        await speaker.stop();
        await speaker.boot();
        await speaker.online();
      }
      const message = await handing;
      if (message !== undefined && !harm.startsWith('killed')) {
        await speaker.mirror.until(
          () => ['sent', 'delivered'].includes(speaker.mirror.messages.get(message)?.delivery ?? ''),
          name,
          120_000,
        );
      }
      web.heal();
      retries += Math.max(0, web.accepted() - before - 1);
    }
    const disturb = (): void => web.cutAfter('toClient', Math.floor(random() * (LARGEST + AROUND)));
    for (const each of [bob, carol])
      faults.push(...(await judge(speaker, each, sent, { context, disturb, heal: web.heal })));
    faults.push(...(await orphans(speaker)));
    for (const device of [speaker, bob, carol]) await device.remove();
  } finally {
    await web.stop();
    await server.stop();
  }
  const figures = { harms: JSON.stringify(kinds), 'connections made again': retries };
  return { tried: count, failures: faults, figures };
}

/** So often a file is asked for whose way is cut at a random byte each time; then it is left alone. */
const DISTURBED = 3;

/** Does a hearer have each file that the speaker has a message of, once, and nothing else? */
async function judge(
  speaker: Device,
  hearer: Device,
  sent: readonly Sent[],
  { context, disturb, heal }: { context: Context; disturb: () => void; heal: () => void },
): Promise<string[]> {
  const mine = sent.filter(({ to }) => to === hearer.address);
  const spoken = new Set<string>();
  await eventually(
    async () => {
      const rows = await speaker.heard(hearer.address);
      for (const { text } of rows) spoken.add(text);
      return rows.every(({ delivery }) => delivery === 'sent' || delivery === 'delivered');
    },
    'everything left',
    120_000,
  ).catch(() => undefined); // told below
  const faults = (await speaker.heard(hearer.address))
    .filter(({ delivery }) => delivery === 'queued' || delivery === 'failed')
    .map(({ text, delivery }) => `${text} is still ${delivery}`);
  const expected = mine.filter(({ name }) => spoken.has(name)).map(({ hash }) => hash);
  const engine = hearer.mirror as TestEngine;
  await engine
    .until(() => engine.files.size >= expected.length, 'all were offered', 60_000)
    .catch(() => undefined); // told below
  const found: string[] = [];
  for (const { id } of engine.files.values()) {
    let row = engine.files.get(id);
    for (let tries = 0; tries <= DISTURBED && row?.state !== 'here'; tries += 1) {
      if (tries < DISTURBED) disturb();
      else heal();
      row = await fetched(engine, id);
    }
    if (row === undefined) continue;
    if (row.state === 'failed') faults.push(`a message without its file: ${row.name} ${row.failure ?? ''}`);
    else found.push(await hashOf(engine, id, row.size ?? 0));
  }
  context.note('held', { by: hearer.options.label, expected: expected.length, found: found.length });
  for (const hash of expected) {
    const times = found.filter((each) => each === hash).length;
    const { name } = mine.find((each) => each.hash === hash) ?? { name: '?' };
    if (times !== 1) faults.push(`${name}: ${String(times)} times with ${hearer.options.label}`);
  }
  for (const hash of found)
    if (!expected.includes(hash)) faults.push(`never sent, or damaged: ${hash.slice(0, 8)}`);
  return faults;
}

/** Asks for a file, and waits for how that ends. */
async function fetched(engine: TestEngine, file: number): Promise<FileRow> {
  await engine.call('files.fetch', { file }).catch(() => undefined); // it is here already
  return await engine.until(
    () => {
      const row = engine.files.get(file);
      return (row?.state === 'here' || row?.state === 'failed') && row;
    },
    'a file',
    60_000,
  );
}

async function hashOf(engine: TestEngine, file: number, size: number): Promise<string> {
  const hash = createHash('sha256');
  for (let at = 0; at < size;) {
    const piece = await engine.engine.readFile(file, at, 1_000_000);
    if (piece === undefined || piece.bytes.length === 0) return 'unreadable';
    hash.update(piece.bytes);
    at += piece.bytes.length;
  }
  return hash.digest('hex');
}

/** Files on the sender's disk that no message has, and anything readable. */
async function orphans(speaker: Device): Promise<string[]> {
  await speaker.stop();
  await speaker.boot(); // a start sweeps
  await speaker.online();
  const folder = join(speaker.folder.path, 'files');
  const kept = new Set<string>();
  for (const { id } of speaker.mirror.chats.values()) {
    const page = await speaker.mirror.call('messages.page', { chat: id, limit: 200 });
    for (const file of page.files ?? []) kept.add(String(file.id));
  }
  const inFolder = (): string[] => (existsSync(folder) ? readdirSync(folder) : []);
  await eventually(() => Promise.resolve(inFolder().length <= kept.size), 'the sweep', 20_000).catch(
    () => undefined,
  ); // told below
  const faults =
    inFolder().length === kept.size
      ? []
      : [`${String(inFolder().length)} files for ${String(kept.size)} messages`];
  for (const entry of readdirSync(speaker.folder.path, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    if (readFileSync(join(entry.parentPath, entry.name)).includes(MARK))
      faults.push(`readable: ${entry.name}`);
  }
  return faults;
}

export const uploads: Row = {
  name: 'R19',
  title: 'files through a bad network, and kills',
  full: 200,
  short: 4,
  run,
};
