/**
 * The program as it is released: packaged, with its fuses, run by an ordinary person under the real sandbox. What is in
 * it, what it refuses to be started with, and what a page gets of it (the security checklist of Electron).
 */
import { existsSync, lstatSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { getRawHeader } from '@electron/asar';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { FUSES, readFuses } from '../../build/package/fuses.ts';
import { calls, type Reply } from '../../shared/contract.ts';
import { attack, isWell } from '../hostile/renderer-attack.ts';
import { badInputs, badNames, shapedCalls } from '../hostile/renderer-inputs.ts';
import { goWithoutProtection, signInByTyping, trustCertificate, untilOnline } from '../support/drive.ts';
import { drive, packageHere, processesOf, type Driven, type Started } from '../support/packaged.ts';
import { offerUpdates, publisherOf } from '../support/packaged-updates.ts';
import { startProsody } from '../support/prosody.ts';
import { startUpdateFeed, type UpdateFeed } from '../support/update-feed.ts';

let packaged: Awaited<ReturnType<typeof packageHere>>;
let feed: UpdateFeed;
const started: Pick<Started, 'stop'>[] = [];
beforeAll(async () => {
  feed = await startUpdateFeed(process.arch === 'arm64' ? 'arm64' : 'x64', Date.now());
  packaged = await packageHere(publisherOf(feed));
});
afterEach(async () => {
  for (const each of started.splice(0)) await each.stop();
});
afterAll(async () => {
  await packaged.remove();
  await feed.stop();
});

const MEGABYTE = 1_000_000;
/** Files with their sizes, below a folder. */
const filesOf = (folder: string): { path: string; size: number }[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => ({ path, status: lstatSync(join(folder, path)) }))
    .filter(({ status }) => status.isFile())
    .map(({ path, status }) => ({ path, size: status.size }));

/** Names in the archive. */
function archived(): string[] {
  type Node = { readonly files?: Readonly<Record<string, Node>> };
  const walk = (node: Node, path: string): string[] =>
    node.files === undefined
      ? [path]
      : Object.entries(node.files).flatMap(([name, each]) => walk(each, `${path}/${name}`));
  return walk(getRawHeader(join(packaged.folder, 'resources', 'app.asar')).header as Node, '');
}

describe('what is in it', () => {
  test('the bundle and one addon: no tests, no sources, no maps', () => {
    const names = archived();
    expect(names).toContain('/dist/main.js');
    expect(
      names.filter((name) => !/^\/(dist\/|node_modules\/better-sqlite3\/|package\.json$)/u.test(name)),
    ).toEqual([]);
    expect(
      names.filter((name) => /\.(ts|svelte|map|md|c|cpp|h|gyp)$|\/(test|docs?|deps|src)\//u.test(name)),
    ).toEqual([]);
    const addons = filesOf(packaged.folder).filter(({ path }) => path.endsWith('.node'));
    expect(addons.map(({ path }) => path.slice(path.lastIndexOf('/') + 1))).toEqual([
      `linux-${process.arch}.node`,
    ]);
    expect(filesOf(join(packaged.folder, 'resources')).map(({ path }) => path)).not.toContain(
      'default_app.asar',
    );
  });

  test('within its budget', () => {
    const files = filesOf(packaged.folder);
    const sum = (wanted: RegExp): number =>
      files.filter(({ path }) => wanted.test(path)).reduce((total, { size }) => total + size, 0) / MEGABYTE;
    expect(sum(/^resources\//u)).toBeLessThan(12); // ours
    expect(sum(/^/u)).toBeLessThan(310); // with Electron
  });

  test('all fuses as they are meant', () => {
    expect(readFuses(packaged.program)).toMatchObject(FUSES);
  });
});

describe('what it refuses', () => {
  test.each([
    ['--no-sandbox', 'no-sandbox'],
    ['--remote-debugging-port=0', 'remote-debugging-port'],
    ['--inspect=127.0.0.1:0', 'inspect'],
    ['--inspect-brk=127.0.0.1:0', 'inspect-brk'],
    ['--js-flags=--allow-natives-syntax', 'js-flags'],
    ['--disable-web-security', 'disable-web-security'],
    ['--renderer-cmd-prefix=/usr/bin/env', 'renderer-cmd-prefix'],
    ['--load-extension=/tmp', 'load-extension'],
  ])('%s', async (given, name) => {
    const run = packaged.start({ args: [given, ...(packaged.hasSandbox ? [] : ['--no-sandbox'])] });
    started.push(run);
    await expect.poll(run.output, { timeout: 20_000 }).toMatch(`--${name}`);
    expect(run.output()).toMatch(/Waxwing does not run with .*that would take its protection away/u);
    expect(run.output()).not.toMatch(/DevTools listening|Debugger listening/u);
    expect(processesOf(run).map(({ kind }) => kind)).not.toContain('renderer');
  });

  test('to be a Node for others, and to hear what Node hears from its surroundings', async () => {
    const run = await drive(packaged, {
      args: ['-e', 'console.log("ran as Node")', '/etc/passwd', '--unknown-switch'],
      env: {
        ELECTRON_RUN_AS_NODE: '1',
        NODE_OPTIONS: '--trace-warnings --v8-options',
        ELECTRON_ENABLE_LOGGING: '0',
      },
    });
    started.push(run);
    await run.page.getByRole('heading').first().waitFor();
    expect(run.output()).not.toMatch(/ran as Node|--v8-options|Options:/u);
    expect(readFileSync(join(run.profile, 'logs', 'waxwing.log'), 'utf8')).toMatch(/"event":"start"/u);
  });
});

test('none of twelve tampered updates is installed; the genuine one is, when the program ends', async () => {
  await offerUpdates(packaged, feed, (run) => started.push(run));
});

describe('as it runs', () => {
  let run: Driven;
  // The timer matters: what the developer tools evaluate directly may use eval whatever the policy says.
  const inPage = (code: string): Promise<unknown> =>
    run.page.evaluate(
      `new Promise((resolve, reject) => setTimeout(() => (async () => { ${code} })().then(resolve, reject)))`,
    );

  test('signs in, and a link that the desktop hands over opens in the window that is there', async () => {
    const prosody = await startProsody({ accounts: ['alice'] });
    try {
      run = await drive(packaged);
      started.push(run);
      const { page } = run;
      const server = { host: '127.0.0.1', port: prosody.ports.starttls };
      await goWithoutProtection(page);
      await signInByTyping(page, { ...prosody.account('alice'), server });
      await trustCertificate(page); // variables with further authorities are not heard
      await untilOnline(page, 'alice@localhost');
      const second = packaged.start({
        args: [
          ...(packaged.hasSandbox ? [] : ['--no-sandbox']),
          `--profile=${run.profile}`,
          'xmpp:romeo@localhost?message;body=Hi%20there',
        ],
        env: packaged.hasSandbox ? {} : { WAXWING_ALLOW_UNSAFE_SWITCHES: '1' },
      });
      started.push(second);
      await page.getByRole('dialog').getByText('romeo@localhost').first().waitFor();
      await expect.poll(() => second.process.exitCode, { timeout: 20_000 }).toBe(0);

      // The rest is asked of the same program, which took seconds to come this far.
      checkSandbox();
      await checkPage();
      await checkCalls(prosody.account('alice').password);
    } finally {
      await prosody.stop();
    }
  });

  /** A page in an attacker's hands, with an account behind it: every call, with values of none and of its own shape. */
  async function checkCalls(password: string): Promise<void> {
    // Put together in the page: the large ones would take long on their way there.
    const replies = (await attack(
      run,
      `const { names, badNames, badInputs, shaped } = argument;
       const attempts = [
         ...badNames.map((name) => [name, {}, true]),
         ...names.flatMap((name) => badInputs.map((input) => [name, input, true])),
         ...shaped.map(([name, input]) => [name, input, false]),
       ];
       const replies = [];
       for (let at = 0; at < attempts.length; at += 50)
         replies.push(...await Promise.all(attempts.slice(at, at + 50).map(async ([name, input, isBad]) =>
           ({ name, isBad, ...await bridge.call(name, input) }))));
       return replies;`,
      { names: Object.keys(calls), badNames, badInputs, shaped: shapedCalls() },
    )) as (Reply & { name: unknown; isBad: boolean })[];
    expect(replies.length).toBeGreaterThan(300);
    expect(replies.filter((reply) => !reply.ok && reply.code === 'internal')).toEqual([]);
    expect(replies.filter(({ ok, isBad }) => ok && isBad)).toEqual([]);
    const said = JSON.stringify(replies);
    expect(said).not.toMatch(/root:x|SqliteError|\bat .*\.[jt]s:\d|BEGIN [A-Z ]*PRIVATE KEY/u);
    expect(said).not.toContain(password);
    expect(existsSync('/tmp/waxwing-was-here')).toBe(false);

    const flood = (await attack(
      run,
      `const replies = await Promise.all(Array.from({ length: 10_000 }, () => bridge.call('app.snapshot', {})));
       return [...new Set(replies.map((reply) => reply.ok ? 'ok' : reply.code))].sort();`,
    )) as string[];
    expect(flood).toEqual(['busy', 'ok']);
    expect(await isWell(run)).toBe(true);
    const log = readFileSync(join(run.profile, 'logs', 'waxwing.log'), 'utf8');
    expect(log).not.toMatch(/"event":"(?:bug|uncaught|unhandled|engine-lost|page-gone)"/u);
  }

  function checkSandbox(): void {
    const kinds = processesOf(run);
    expect(kinds.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['browser', 'renderer']));
    if (!packaged.hasSandbox) return;
    // 2: a filter of system calls. The browser process is the one that lets the others do nothing.
    const renderers = kinds.filter(({ kind }) => kind === 'renderer');
    expect(renderers.map(({ seccomp, noNew }) => [seccomp, noNew])).toEqual(renderers.map(() => ['2', '1']));
  }

  /** https://www.electronjs.org/docs/latest/tutorial/security, by what the page of the released program can do. */
  async function checkPage(): Promise<void> {
    const { page } = run;
    // 1, 6, 7, 18: everything from our own scheme, under its policy.
    expect(page.url()).toMatch(/^app:\/\/waxwing\//u);
    expect(await inPage(`return fetch('app://waxwing/').then(() => 'loaded', () => 'refused')`)).toBe(
      'refused',
    );
    // 2, 3, 4, 20: nothing of Node or Electron.
    const names = [
      'require',
      'module',
      'process',
      'Buffer',
      'global',
      'electron',
      'ipcRenderer',
      '__dirname',
    ];
    expect(await inPage(`return ${JSON.stringify(names)}.filter((name) => name in window)`)).toEqual([]);
    expect(await inPage(`return Object.keys(bridge).sort()`)).toEqual(['call', 'onChange']);
    // 5: no permission but copying text.
    const refused = await inPage(
      `const asked = ['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read'];
       const states = await Promise.all(asked.map((name) => navigator.permissions.query({ name }).then(({ state }) => state, () => 'denied')));
       return states.filter((state) => state === 'granted');`,
    );
    expect(refused).toEqual([]);
    // 8, 9, 10: no features switched on, no blink features, HTTPS or not: nothing is loaded from the web.
    expect(await inPage(`return fetch('https://example.org/').then(() => 'loaded', () => 'refused')`)).toBe(
      'refused',
    );
    expect(await inPage(`try { eval('1') } catch { return 'refused' } return 'ran'`)).toBe('refused');
    // 11, 12: a webview stays a word.
    expect(
      await inPage(
        `return document.createElement('webview').constructor === HTMLElement || !('loadURL' in document.createElement('webview'))`,
      ),
    ).toBe(true);
    // 13, 14: no leaving, no opening.
    expect(await inPage(`return window.open('https://example.org/') === null`)).toBe(true);
    await inPage(
      `location.href = 'https://example.org/'; await new Promise((resolve) => setTimeout(resolve));`,
    );
    await inPage(
      `location.href = 'file:///etc/passwd'; await new Promise((resolve) => setTimeout(resolve));`,
    );
    expect(page.url()).toMatch(/^app:\/\/waxwing\//u);
    // 15: an address that is none of the web's is opened by nobody; 17: nor is a caller from another frame heard.
    expect(await inPage(`return window.open('file:///etc/passwd') === null`)).toBe(true);
    const frames = await inPage(
      `const found = [];
       for (const src of ['about:blank', 'data:text/html,x', 'app://waxwing/']) {
         const frame = document.createElement('iframe');
         frame.src = src;
         document.body.append(frame);
         await new Promise((resolve) => setTimeout(resolve, 100));
         try { found.push(typeof frame.contentWindow.bridge); } catch { found.push('out of reach'); }
         frame.remove();
       }
       return found;`,
    );
    expect(frames).not.toContain('object');
    // 19: fuses, see above. 16: Electron's age is the release's to check.
    const replies = await inPage(
      `const names = ['constructor', '__proto__', 'app.exec', 'fs.read', '', 'app.snapshot '];
       return Promise.all(names.map((name) => bridge.call(name, {}).then((reply) => reply.ok, () => false)));`,
    );
    expect(replies).toEqual([false, false, false, false, false, false]);
    // And it is still there. Playwright would wait for the refused navigations to end.
    expect(await inPage(`return document.querySelector('dialog[open]') !== null`)).toBe(true);
  }
});
