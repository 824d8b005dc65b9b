/**
 * `npm run interop [chats | rooms] [program …]`: talks with every other program there is here, writes what was seen to
 * seen.json and seen-rooms.json, and puts it as tables into the README. The ordinary tests play the same and write nothing.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/places.ts';
import { ensureSystem } from '../../build/system.ts';
import { chats, readByServer, rooms, type Play } from './plays.ts';
import { programs, versionOf, type Program } from './programs.ts';
import type { AnyStage } from './stage.ts';
import { isSeen, putTable, type Outcome, type Seen } from './table.ts';

await ensureSystem(['server', 'peer', 'window-peers']);
const wanted = process.argv.slice(2).map((word) => word.toLowerCase());
const isWanted = (word: string, among: readonly string[]): boolean =>
  wanted.includes(word.toLowerCase()) || !among.some((each) => wanted.includes(each.toLowerCase()));
const kinds = ['chats', 'rooms'];
const names = programs.map(({ name }) => name);
const failures: string[] = [];

/** Plays everything once with one program. */
async function playWith<OnStage extends AnyStage>(
  program: Program,
  play: Play<OnStage>,
): Promise<Record<string, Outcome>> {
  const outcomes: Record<string, Outcome> = {};
  const stage = await play.open(program);
  try {
    for (const scenario of play.scenarios) {
      const begin = performance.now();
      const failure = await scenario.play(stage).then(
        () => undefined,
        (error: unknown) => String(error),
      );
      const reason = program.lacks[scenario.name];
      outcomes[scenario.name] = failure === undefined ? 'yes' : (reason ?? 'no');
      if (failure !== undefined && reason === undefined) failures.push(`${program.name}: ${scenario.name}`);
      const time = `${((performance.now() - begin) / 1_000).toFixed(1)} s`;
      console.log(`${program.name}, ${scenario.name}: ${failure ?? 'seen'} (${time})`);
    }
    const readable = readByServer(stage, play);
    if (readable.length > 0) throw new Error(`the server could read ${JSON.stringify(readable)}`);
  } finally {
    await stage.end();
  }
  return outcomes;
}

async function playAll<OnStage extends AnyStage>(play: Play<OnStage>): Promise<void> {
  const known: unknown = existsSync(play.book.record)
    ? JSON.parse(readFileSync(play.book.record, 'utf8'))
    : {};
  const seen: Seen = isSeen(known) ? known : {};
  for (const program of programs.filter((each) => play.isFor(each) && isWanted(each.name, names))) {
    const obstacle = await program.obstacle();
    if (obstacle !== undefined) {
      console.log(`${program.name}: ${obstacle}. What was seen before stays in the table.`);
      continue;
    }
    const start = performance.now();
    seen[program.name] = {
      version: await versionOf(program),
      at: new Date().toISOString().slice(0, 10),
      outcomes: await playWith(program, play),
    };
    console.log(`${program.name}: ${((performance.now() - start) / 1_000).toFixed(0)} s`);
  }
  writeFileSync(play.book.record, `${JSON.stringify(seen, undefined, 2)}\n`);
  const readme = join(root, 'README.md');
  writeFileSync(readme, putTable(readFileSync(readme, 'utf8'), play.book, seen));
}

if (isWanted('chats', kinds)) await playAll(chats);
if (isWanted('rooms', kinds)) await playAll(rooms);
process.exit(failures.length === 0 ? 0 : 1);
