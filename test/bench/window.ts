/** Cold start to the painted chat list, and memory at rest: the real program, as it is started here and packaged, beside an Electron with one empty page. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../build/bundle.ts';
import { findElectron } from '../../build/electron.ts';
import { root } from '../../build/places.ts';
import { machineSwitches } from '../../build/sandbox.ts';
import { startDisplay } from '../support/display.ts';
import { temporaryFolder } from '../support/folder.ts';
import { notePaint, packageForBench, TOOLS } from './packaged-start.ts';
import { memoryOf } from './processes.ts';
import { sampleOf, type Row } from './table.ts';

/** What both programs run to tell when something is on the screen: milliseconds since 1970, on one line. */
const PROBE = `
  const { app } = require('electron');
  app.on('web-contents-created', (_, contents) => {
    contents.on('did-finish-load', () => {
      void contents.executeJavaScript(\`new Promise((resolve) => {
        const look = () => document.querySelector(PAINTED) ? requestAnimationFrame(() => setTimeout(resolve)) : setTimeout(look, 4);
        look();
      })\`).then(() => process.stdout.write('painted ' + Date.now() + '\\\\n'));
    });
  });`;

interface Run {
  readonly milliseconds: number;
  readonly megabytes: number;
}

/** Starts a program, waits until it has painted, lets it rest, and reads the memory of all its processes. */
async function start(
  executable: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  rest: number,
  /** How to hear of the paint of a program that does not tell it on its output. */
  ask?: () => Promise<number>,
): Promise<Run> {
  const since = Date.now();
  const child = spawn(executable, args, { env, detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  const group = child.pid;
  if (group === undefined) throw new Error('Electron did not start');
  try {
    const painted = await new Promise<number>((resolve, reject) => {
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        const at = /painted (\d+)/.exec(output)?.[1];
        if (at !== undefined) resolve(Number(at));
      });
      ask?.().then(resolve, reject);
      child.once('exit', () => {
        reject(new Error('the program ended before it painted'));
      });
      setTimeout(() => {
        reject(new Error(`${executable} painted nothing within a minute`));
      }, 60_000).unref();
    });
    await new Promise((resolve) => setTimeout(resolve, rest));
    return { milliseconds: painted - since, megabytes: memoryOf(group) };
  } finally {
    process.kill(-group, 'SIGKILL');
  }
}

/** An Electron program with one window, one line of text and nothing else. */
function writeBareProgram(folder: string): string {
  const program = join(folder, 'bare');
  mkdirSync(program);
  writeFileSync(join(program, 'package.json'), '{ "name": "bare", "main": "main.cjs" }');
  writeFileSync(join(program, 'page.html'), '<!doctype html><title>bare</title><main>Nothing</main>');
  writeFileSync(
    join(program, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron');
     void app.whenReady().then(() => new BrowserWindow({ width: 1000, height: 700 }).loadFile(__dirname + '/page.html'));`,
  );
  return program;
}

const CHAT_LIST = '[role=listitem] button, li button';

export async function measureWindow(profile: string, { isShort }: { isShort: boolean }): Promise<Row[]> {
  const electron = await findElectron();
  await bundle();
  const display = await startDisplay();
  const { path: folder, remove } = temporaryFolder('bench-window');
  const env = { ...process.env, DISPLAY: display.name };
  const bare = writeBareProgram(folder);
  const probe = (name: string, painted: string): string[] => {
    const file = join(folder, `${name}.cjs`);
    writeFileSync(file, PROBE.replace('PAINTED', JSON.stringify(painted)));
    return ['-r', file];
  };
  const common = [...machineSwitches(electron, () => undefined), '--password-store=basic'];
  const ours = [...probe('ours', CHAT_LIST), ...common, root, `--profile=${profile}`];
  const floor = [...probe('bare', 'main'), ...common, bare, `--user-data-dir=${join(folder, 'data')}`];
  const [repeats, rest] = isShort ? [1, 500] : [7, 5_000];
  const program = await packageForBench(folder);
  const packagedEnv = { ...env, WAXWING_ALLOW_UNSAFE_SWITCHES: '1' };
  const packaged = [...TOOLS, ...common, `--profile=${profile}`];
  const runs = { ours: [] as Run[], floor: [] as Run[], packaged: [] as Run[] };
  try {
    // The first start of each warms the disk's cache and is not counted, unless it is the only one.
    for (let repeat = isShort ? 0 : -1; repeat < repeats; repeat += 1) {
      const pair = {
        floor: await start(electron.executable, floor, env, rest),
        ours: await start(electron.executable, ours, env, rest),
        packaged: await start(program, packaged, packagedEnv, rest, notePaint(profile, CHAT_LIST)),
      };
      if (repeat < 0) continue;
      runs.ours.push(pair.ours);
      runs.floor.push(pair.floor);
      runs.packaged.push(pair.packaged);
    }
  } finally {
    await display.stop();
    remove();
  }
  const row = (name: string, unit: string, of: (run: Run) => number): Row => ({
    name,
    unit,
    ours: sampleOf(runs.ours.map(of)),
    floor: { name: 'bare Electron', sample: sampleOf(runs.floor.map(of)) },
  });
  return [
    row('cold start to the painted chat list', 'ms', (run) => run.milliseconds),
    {
      ...{ name: 'cold start of the packaged program', unit: 'ms' },
      ours: sampleOf(runs.packaged.map((run) => run.milliseconds)),
      floor: { name: 'as npm start', sample: sampleOf(runs.ours.map((run) => run.milliseconds)) },
    },
    row('memory of all processes at rest', 'MiB PSS', (run) => run.megabytes),
  ];
}
