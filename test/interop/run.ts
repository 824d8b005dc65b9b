/**
 * `npm run interop [program …]`: talks with every other program there is here, writes what was seen to seen.json, and puts
 * it as a table into the README. The ordinary tests play the same scenarios and write nothing.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../build/places.ts';
import { ensureSystem } from '../../build/system.ts';
import { programs, versionOf } from './programs.ts';
import { readByServer, scenarios } from './scenarios.ts';
import { openStage } from './stage.ts';
import { isSeen, putTable, SEEN_FILE, type Outcome, type Seen } from './table.ts';

await ensureSystem(['server', 'peer', 'window-peers']);
const wanted = process.argv.slice(2).map((word) => word.toLowerCase());
const known: unknown = JSON.parse(readFileSync(SEEN_FILE, 'utf8'));
const seen: Seen = isSeen(known) ? known : {};
let hasFailed = false;

for (const program of programs) {
  if (wanted.length > 0 && !wanted.includes(program.name.toLowerCase())) continue;
  const obstacle = await program.obstacle();
  if (obstacle !== undefined) {
    console.log(`${program.name}: ${obstacle}. What was seen before stays in the table.`);
    continue;
  }
  const outcomes: Record<string, Outcome> = {};
  const start = performance.now();
  const stage = await openStage(program);
  try {
    for (const { name, play } of scenarios) {
      const begin = performance.now();
      const failure = await play(stage).then(
        () => undefined,
        (error: unknown) => String(error),
      );
      const reason = program.lacks[name];
      outcomes[name] = failure === undefined ? 'yes' : (reason ?? 'no');
      hasFailed ||= failure !== undefined && reason === undefined;
      const time = `${((performance.now() - begin) / 1_000).toFixed(1)} s`;
      console.log(`${program.name}, ${name}: ${failure ?? 'seen'} (${time})`);
    }
    const readable = readByServer(stage);
    if (readable.length > 0) throw new Error(`the server could read ${JSON.stringify(readable)}`);
  } finally {
    await stage.end();
  }
  seen[program.name] = {
    version: await versionOf(program),
    at: new Date().toISOString().slice(0, 10),
    outcomes,
  };
  console.log(`${program.name}: ${((performance.now() - start) / 1_000).toFixed(0)} s`);
}

writeFileSync(SEEN_FILE, `${JSON.stringify(seen, undefined, 2)}\n`);
const readme = join(root, 'README.md');
writeFileSync(readme, putTable(readFileSync(readme, 'utf8'), seen));
process.exit(hasFailed ? 1 : 0);
