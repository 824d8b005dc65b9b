/**
 * A page in an attacker's hands, and the bridge: two functions, nothing behind them but the contract, and a main
 * process that neither believes nor falls (scorecard: renderer compromise).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { calls } from '../../shared/contract.ts';
import { openWindow, type AppWindow } from '../support/window.ts';
import { attack, call, isWell } from './renderer-attack.ts';
import { badInputs, badNames } from './renderer-inputs.ts';

let window: AppWindow;
beforeAll(async () => (window = await openWindow()));
afterAll(() => window.close());

describe('the bridge', () => {
  test('has two functions and cannot be changed', async () => {
    const seen = await attack(
      window,
      `const before = bridge;
       try { window.bridge = { call: 1 }; } catch {}
       try { bridge.call = 1; } catch {}
       try { delete window.bridge; } catch {}
       try { Object.defineProperty(window, 'bridge', { value: 1 }); } catch {}
       return [Object.keys(bridge).sort(), typeof bridge.call, typeof bridge.onChange, bridge === before];`,
    );
    expect(seen).toEqual([['call', 'onChange'], 'function', 'function', true]);
  });

  test('brings nothing of Node or Electron along', async () => {
    const names = ['require', 'module', 'exports', 'process', 'Buffer', 'global', '__dirname', '__filename'];
    const more = ['setImmediate', 'electron', 'ipcRenderer', 'contextBridge', 'webFrame', 'nodeRequire'];
    const seen = await attack(window, 'return argument.filter((name) => name in window);', [
      ...names,
      ...more,
    ]);
    expect(seen).toEqual([]);
  });

  test('hands over neither event objects nor functions of another world', async () => {
    const seen = await attack(
      window,
      `const worlds = [bridge.call, bridge.onChange, bridge.onChange(() => {})].map((f) => f.constructor === Function);
       const promise = bridge.call('app.snapshot', {});
       return [worlds, promise.constructor === Promise, (await promise).constructor === Object];`,
    );
    expect(seen).toEqual([[true, true, true], true, true]);
  });

  test('the engine listens to the top frame only', async () => {
    const seen = await attack(
      window,
      `const found = [];
       for (const set of [{ srcdoc: '<p>x' }, { src: 'about:blank' }, { src: 'app://waxwing/' }, { src: 'data:text/html,x' }]) {
         const frame = Object.assign(document.createElement('iframe'));
         try { Object.assign(frame, set); } catch { frame.src = 'about:blank'; }
         document.body.append(frame);
         await new Promise((resolve) => setTimeout(resolve, 100));
         let bridge = 'out of reach';
         try { bridge = typeof frame.contentWindow.bridge; } catch {}
         found.push(bridge);
         frame.remove();
       }
       return found;`,
    );
    expect(seen).not.toContain('object');
  });
});

describe('calls', () => {
  test.each(badNames.map((name) => [name]))('there is none named %j', async (name) => {
    const reply = await call(window, name);
    expect(reply).toMatchObject({ ok: false });
    expect(reply).toHaveProperty('code', expect.stringMatching(/^(unknown-call|invalid)$/u));
  });

  test.each(Object.keys(calls).map((name) => [name]))('%s survives every bad input', async (name) => {
    const replies = (await attack(
      window,
      'return Promise.all(argument[1].map((input) => bridge.call(argument[0], input)));',
      [name, badInputs],
    )) as { ok: boolean; code?: string }[];
    expect(replies).toHaveLength(badInputs.length);
    for (const reply of replies) {
      expect(reply).toMatchObject({ ok: false });
      expect(reply.code).not.toBe('internal');
      expect(JSON.stringify(reply)).not.toMatch(/root:|at .*\.[jt]s:\d|SqliteError/u);
    }
  });

  test.each([
    ['a long text', `({ chat: 1, text: 'x'.repeat(1e6) })`],
    ['a very long text', `({ chat: 1, text: 'x'.repeat(5e7) })`],
    ['many values', `({ chat: 1, text: Array.from({ length: 1e6 }, () => 0) })`],
    ['deep values', `JSON.parse('[['.repeat(200) + ']]'.repeat(200))`],
    ['a cycle', `(() => { const cycle = {}; cycle.again = cycle; return cycle; })()`],
    ['a buffer', `new Uint8Array(1e7)`],
    ['a map', `new Map([[1, 2]])`],
    ['a getter', `({ get chat() { return 1; } })`],
    ['a function', `() => 1`],
    ['an object with a function', `({ toString: () => 'x' })`],
    ['a promise', `Promise.resolve(1)`],
    ['a node', `document.body`],
    ['the window', `window`],
    ['a proxy', `new Proxy({}, { get() { throw new Error('x'); }, ownKeys() { throw new Error('x'); } })`],
    ['an own __proto__', `JSON.parse('{"__proto__":{"chat":1}}')`],
    ['a symbol', `Symbol('x')`],
  ])('%s is refused', async (_name, expression) => {
    const reply = await attack(window, `return bridge.call('chats.setDraft', ${expression});`);
    if ((reply as { thrown?: string }).thrown === undefined) expect(reply).toMatchObject({ ok: false });
    expect(await isWell(window)).toBe(true);
  });

  test('a flood of 30,000 is answered to the last, mostly with "busy", and does not stay', async () => {
    const seen = (await attack(
      window,
      `const replies = [];
       for (let wave = 0; wave < 3; wave += 1) {
         replies.push(...await Promise.all(Array.from({ length: 10_000 }, () => bridge.call('app.snapshot', {}))));
       }
       return replies.map((reply) => reply.ok ? 'ok' : reply.code)
         .reduce((counts, code) => ({ ...counts, [code]: (counts[code] ?? 0) + 1 }), {});`,
    )) as Record<string, number>;
    expect(Object.keys(seen).sort()).toEqual(['busy', 'ok']);
    expect((seen['busy'] ?? 0) + (seen['ok'] ?? 0)).toBe(30_000);
    expect(await isWell(window)).toBe(true);
  });
});

test('another window is not heard, even with our preload and our page in it', async () => {
  const replies = await window.app.evaluate(async ({ app, BrowserWindow }) => {
    const preload = `${app.getAppPath()}/dist/preload.cjs`;
    const other = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
    const found: unknown[] = [];
    for (const url of ['app://waxwing/', 'about:blank', 'data:text/html,<p>x']) {
      await other.loadURL(url);
      found.push(await other.webContents.executeJavaScript(`bridge.call('app.snapshot', {})`));
    }
    other.destroy();
    return found;
  });
  const forbidden = { ok: false, code: 'forbidden', message: 'only the window may ask' };
  expect(replies).toEqual([forbidden, forbidden, forbidden]);
});

test('the window was opened with every protection on', async () => {
  const preferences = await window.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map(({ webContents }) =>
      // Not in the types, since it is there for tests only.
      (
        webContents as unknown as { getLastWebPreferences: () => Record<string, unknown> }
      ).getLastWebPreferences(),
    ),
  );
  expect(preferences).toHaveLength(1);
  expect(preferences[0]).toMatchObject({
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInSubFrames: false,
    sandbox: true,
    webSecurity: true,
    webviewTag: false,
  });
  expect(preferences[0]?.['nodeIntegrationInWorker'] ?? false).toBe(false);
});
