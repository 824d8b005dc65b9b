/**
 * `npm run bench`: measures, prints a table and writes it as JSON to out/bench.json. `--short` proves that everything
 * still runs; its figures mean nothing. `-- parser`, `connect`, `crypto`, `throughput`, `catch-up`, `rooms`, `million`,
 * `window` or `long-chat` measures a part.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { root } from '../../build/places.ts';
import { temporaryFolder } from '../support/folder.ts';
import { measureCatchUpWindow } from './catch-up-window.ts';
import { measureCatchUp } from './catch-up.ts';
import { measureConnect } from './connect.ts';
import { measureCrypto } from './crypto.ts';
import { measureLongChat } from './long-chat.ts';
import { measureMillion } from './million.ts';
import { measureParser } from './parser.ts';
import { makeProfile } from './profile.ts';
import { measureRatchet } from './ratchet.ts';
import { measureRooms } from './rooms.ts';
import { format, ratioOf, type Row } from './table.ts';
import { measureThroughput } from './throughput.ts';
import { measureWindow } from './window.ts';

const SEED = 1;
const words = process.argv.slice(2);
const isShort = words.includes('--short');

const parts: Readonly<Record<string, () => Promise<Row[]>>> = {
  window: async () => {
    const { path, remove } = temporaryFolder('bench-profile');
    await makeProfile(
      path,
      isShort ? { chats: 5, messages: 50, seed: SEED } : { chats: 500, messages: 100_000, seed: SEED },
    );
    const rows = await measureWindow(path, { isShort });
    remove();
    return rows;
  },
  'long-chat': () => measureLongChat({ isShort }),
  parser: () => Promise.resolve(measureParser({ isShort })),
  connect: () => measureConnect({ isShort }),
  crypto: async () => [...(await measureCrypto({ isShort })), ...(await measureRatchet({ isShort }))],
  throughput: () => measureThroughput({ isShort }),
  'catch-up': async () => [
    ...(await measureCatchUp({ isShort })),
    ...(await measureCatchUpWindow({ isShort })),
  ],
  rooms: () => measureRooms({ isShort }),
  million: () => Promise.resolve(measureMillion({ isShort })),
};

const wanted = words.filter((word) => Object.hasOwn(parts, word));
const rows: Row[] = [];
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.includes(name)) rows.push(...(await measure()));
}

const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
console.log(
  `${format(rows)}\n\n${machine}; seed ${SEED}; median (least–most)${isShort ? '; a short run, not a measurement' : ''}`,
);
mkdirSync(join(root, 'out'), { recursive: true });
const figures = rows.map((row) => ({ ...row, ratio: ratioOf(row) }));
writeFileSync(
  join(root, 'out', 'bench.json'),
  `${JSON.stringify({ machine, seed: SEED, isShort, rows: figures }, undefined, 2)}\n`,
);
process.exit(0);
