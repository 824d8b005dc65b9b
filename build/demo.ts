/**
 * `npm run demo`: a private XMPP server with two accounts and a window for each, in each other's contact list and
 * encrypted. All of it lies in temporary folders and goes when both windows are closed, or on Ctrl+C.
 * Arguments after `--` go to both windows.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon, type Daemon } from '../test/support/daemon.ts';
import { startDisplay } from '../test/support/display.ts';
import { temporaryFolder } from '../test/support/folder.ts';
import { openEncryptedChat } from '../test/support/people.ts';
import { startProsody, type Prosody } from '../test/support/prosody.ts';
import { signInPinned, startUnprotectedEngine } from '../test/support/ready-profile.ts';
import { bundle } from './bundle.ts';
import { findElectron } from './electron.ts';
import { root } from './places.ts';
import { machineSwitches } from './sandbox.ts';
import { ensureSystem } from './system.ts';

const people = [
  { name: 'alice', title: 'Alice', x: 15 },
  { name: 'bob', title: 'Bob', x: 690 },
] as const;
type Person = (typeof people)[number];

const SIZE = { y: 40, width: 660, height: 720, isMaximized: false };
/** A window that ends sooner did not open, in milliseconds. */
const TOO_SOON = 5_000;

/** A demo nobody watches: on a screen of its own if need be, and over after this many seconds. */
const seconds = Number(process.env['WAXWING_DEMO_SECONDS'] ?? '0');
const isWatched = seconds === 0 && process.env['CI'] === undefined;
const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY']);

/** Signs both in, lets each name the other, and waits until both know how to encrypt for the other. */
async function prepareProfiles(folders: ReadonlyMap<Person, string>, prosody: Prosody): Promise<void> {
  const ready = people.map(async (person) => {
    const engine = await startUnprotectedEngine(folders.get(person) ?? '');
    const account = await signInPinned(engine, prosody, person.name);
    return { engine, account, person };
  });
  const engines = await Promise.all(ready);
  try {
    const meet = engines.map(async ({ engine, account, person }) => {
      const [other] = people.filter((each) => each !== person);
      if (other === undefined) return;
      const { address } = prosody.account(other.name);
      await engine.call('contacts.rename', { account, address, name: other.title });
      await openEncryptedChat(engine, address);
    });
    await Promise.all(meet);
  } finally {
    await Promise.all(engines.map(({ engine }) => engine.stop()));
  }
}

/** What a signal does: while things are made, everything ends at once, and exit handlers clear away. */
let interrupt = (): void => process.exit(130);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt());

async function main(): Promise<void> {
  if (!hasDisplay && isWatched) {
    throw new Error(
      'The demo opens two windows and there is no display here: run it in a graphical session.',
    );
  }
  const electron = await findElectron();
  await ensureSystem(hasDisplay ? ['window', 'server'] : ['window', 'server', 'display'], {
    electron: electron.executable,
  });
  const switches = machineSwitches(electron, console.log);
  await bundle();

  const { path: folder, remove } = temporaryFolder('demo');
  const accounts = people.map(({ name }) => name);
  const prosody = await startProsody({ accounts, contacts: [['alice', 'bob']] });
  const display = hasDisplay ? undefined : await startDisplay();
  const folders = new Map(people.map((person) => [person, join(folder, person.name)]));
  console.log(`A private server and two profiles, in ${folder} until the end …`);
  await prepareProfiles(folders, prosody);

  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env; // set by some editors' terminals
  const open = async (person: Person): Promise<Daemon> => {
    const profile = folders.get(person) ?? '';
    writeFileSync(join(profile, 'window.json'), JSON.stringify({ x: person.x, ...SIZE }));
    // A throwaway profile has no business in the person's own keyring.
    const args = [...switches, '--password-store=basic', root, `--profile=${profile}`];
    return startDaemon(electron.executable, [...args, ...process.argv.slice(2)], {
      cwd: root,
      env: { ...env, ...(display !== undefined && { DISPLAY: display.name }) },
      log: join(folder, `${person.name}.log`),
    });
  };
  const start = performance.now();
  const windows = await Promise.all(people.map(open));
  console.log(
    '\nTwo windows are open: Alice on the left, Bob on the right. Both are signed in to a private XMPP server on this\n' +
      'computer, and each has the other as a contact. Open the chat in both, type in one and read in the other: what\n' +
      'they write is encrypted from window to window. Close both, or press Ctrl+C here, and all of it is removed.\n',
  );
  const closed = Promise.all(windows.map((window) => window.ended));
  const asked = new Promise<void>((resolve) => {
    interrupt = () => {
      interrupt = () => process.exit(130); // asked twice
      resolve();
    };
    if (seconds > 0) setTimeout(resolve, seconds * 1_000);
  });
  await Promise.race([closed, asked]);
  if (windows.every((window) => window.hasEnded()) && performance.now() - start < TOO_SOON) {
    const logs = people.map(({ name }) => readFileSync(join(folder, `${name}.log`), 'utf8'));
    process.exitCode = 1;
    console.error(`The windows ended at once:\n${logs.join('\n')}`);
  }
  await Promise.all(windows.filter((window) => !window.hasEnded()).map((window) => window.stop()));
  await prosody.stop();
  await display?.stop();
  remove();
  console.log('The demo is over, and what it made is removed.');
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
// Whatever still runs after a failure ends with this process, and takes its folder along.
process.exit();
