/** `npm run demo`, looked at: what it prints, that both windows work, and that nothing is left when it is over. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { root } from '../../build/places.ts';
import { openChat, say, untilShown } from '../support/drive.ts';
import { eventually } from '../support/people.ts';

/** Nobody watches: it may open a screen of its own, and ends by itself should this test forget it. */
const SECONDS = '120';

/** The page of a window that was started with `--remote-debugging-port=0`, whose log names the port. */
async function connectTo(log: string): Promise<Page> {
  const address = (): string =>
    /DevTools listening on ws:\/\/([^/]+)/.exec(existsSync(log) ? readFileSync(log, 'utf8') : '')?.[1] ?? '';
  const isThere = async (): Promise<boolean> => {
    if (address() === '') return false;
    const targets = (await (await fetch(`http://${address()}/json`)).json()) as { title: string }[];
    return targets.some((target) => target.title === 'Waxwing');
  };
  await eventually(isThere, `a window, by ${log}`);
  const browser = await chromium.connectOverCDP(`http://${address()}`);
  const page = browser.contexts()[0]?.pages()[0];
  if (page === undefined) throw new Error('the window has no page');
  return page;
}

describe('npm run demo', () => {
  it('opens two windows that talk to each other, and leaves nothing', async () => {
    const child = spawn(
      process.execPath,
      [join(root, 'build/node.mjs'), 'build/demo.ts', '--remote-debugging-port=0'],
      { cwd: root, env: { ...process.env, WAXWING_DEMO_SECONDS: SECONDS } },
    );
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (printed += String(chunk)));
    const exit = once(child, 'exit') as Promise<[number | null]>;
    const isOpen = (): Promise<boolean> => Promise.resolve(printed.includes('Two windows are open'));
    await eventually(isOpen, 'the windows', 90_000).catch((error: unknown) => {
      child.kill();
      throw new Error(`${String(error)}\n${printed}`);
    });
    const folder = /in (\S+) until the end/.exec(printed)?.[1] ?? '';
    const alice = await connectTo(join(folder, 'alice.log'));
    const bob = await connectTo(join(folder, 'bob.log'));
    await openChat(alice, 'Bob');
    await openChat(bob, 'Alice');
    await say(alice, 'Type in one…');
    await untilShown(bob, 'Type in one…');
    await say(bob, '…read in the other 👀');
    await untilShown(alice, '…read in the other 👀');
    child.kill('SIGINT'); // Ctrl+C
    const [code] = await exit;
    expect(code).toBe(0);
    expect(printed).toMatch(/Alice on the left, Bob on the right/);
    expect(printed.trimEnd()).toMatch(/The demo is over, and what it made is removed\.$/);
    expect(existsSync(folder)).toBe(false);
  });
});
