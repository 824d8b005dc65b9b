/**
 * A page in an attacker's hands, and code: nothing that is not one of our files runs, no permission is given, and a
 * page that crashes comes back once.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { crashPage } from '../support/crash-page.ts';
import { openWindow, type AppWindow } from '../support/window.ts';
import { attack, isWell, watchDeeds } from './renderer-attack.ts';

let window: AppWindow;
beforeAll(async () => (window = await openWindow()));
afterAll(() => window.close());

const settle = 'await new Promise((resolve) => setTimeout(resolve, 150));';

describe('no code runs from', () => {
  test.each([
    ['eval', `eval('globalThis.ran = true');`],
    ['indirect eval', `(0, eval)('globalThis.ran = true');`],
    ['new Function', `new Function('globalThis.ran = true')();`],
    ["the bridge's constructor", `bridge.call.constructor('globalThis.ran = true')();`],
    ['an async constructor', `await (async () => {}).constructor('globalThis.ran = true')();`],
    ['a timer', `setTimeout('globalThis.ran = true');`],
    [
      'innerHTML',
      `document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="globalThis.ran = true">');`,
    ],
    ['outerHTML', `document.createElement('p').innerHTML = '<b>x</b>'; globalThis.ran = true;`],
    ['document.write', `document.write('<script>globalThis.ran = true</script>');`],
    ['a fragment', `document.createRange().createContextualFragment('<b>x</b>'); globalThis.ran = true;`],
    ['DOMParser', `new DOMParser().parseFromString('<b>x</b>', 'text/html'); globalThis.ran = true;`],
    [
      'an inline script',
      `const script = document.createElement('script'); script.text = 'globalThis.ran = true';
       document.head.append(script);`,
    ],
    [
      'text in a script',
      `const script = document.createElement('script');
       script.append('globalThis.ran = true'); document.head.append(script);`,
    ],
    [
      'a script address',
      `const script = document.createElement('script'); script.src = 'data:text/javascript,ran=true';
       document.head.append(script);`,
    ],
    [
      'an event handler',
      `document.body.setAttribute('onclick', 'globalThis.ran = true'); document.body.click();`,
    ],
    [
      'a javascript: link',
      `const link = document.createElement('a'); link.href = 'javascript:globalThis.ran=true';
       document.body.append(link); link.click(); link.remove();`,
    ],
    [
      'srcdoc',
      `const frame = document.createElement('iframe'); frame.srcdoc = '<script>parent.ran = true</script>';
       document.body.append(frame);`,
    ],
    ['import of data:', `await import('data:text/javascript,globalThis.ran=true');`],
    [
      'import of a blob',
      `await import(URL.createObjectURL(new Blob(['globalThis.ran=true'], { type: 'text/javascript' })));`,
    ],
    ['a worker from a blob', `new Worker(URL.createObjectURL(new Blob(['1']))); globalThis.ran = true;`],
    [
      'WebAssembly',
      `await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])); globalThis.ran = true;`,
    ],
    [
      'a policy of its own',
      `trustedTypes.createPolicy('mine', { createHTML: (text) => text }); globalThis.ran = true;`,
    ],
    [
      'the default policy',
      `trustedTypes.createPolicy('default', { createHTML: (text) => text }); globalThis.ran = true;`,
    ],
  ])('%s', async (_name, code) => {
    const ran = await attack(
      window,
      `delete globalThis.ran; try { await (async () => { ${code} })(); } catch {} ${settle}
       return globalThis.ran === true;`,
    );
    expect(ran).toBe(false);
    expect(await isWell(window)).toBe(true);
  });
});

describe('no permission is given for', () => {
  test.each([
    ['notifications', `return Notification.requestPermission();`, 'denied'],
    ['a notification', `return Notification.permission;`, 'denied'],
    ['the camera', `return navigator.mediaDevices.getUserMedia({ video: true });`],
    ['the microphone', `return navigator.mediaDevices.getUserMedia({ audio: true });`],
    ['the screen', `return navigator.mediaDevices.getDisplayMedia({ video: true });`],
    [
      'the position',
      `return new Promise((_, reject) => navigator.geolocation.getCurrentPosition(() => {}, reject));`,
    ],
    ['reading the clipboard', `return navigator.clipboard.readText();`],
    ['files', `return showOpenFilePicker();`],
    ['folders', `return showDirectoryPicker();`],
    [
      'fullscreen', // which Electron refuses by never answering
      `document.documentElement.requestFullscreen().catch(() => {}); ${settle}
       if (document.fullscreenElement === null) throw new Error('refused'); return 'given';`,
    ],
    ['MIDI', `return navigator.requestMIDIAccess({ sysex: true });`],
    ['USB', `return navigator.usb.requestDevice({ filters: [] });`],
    ['HID', `return navigator.hid.requestDevice({ filters: [] });`],
    ['serial ports', `return navigator.serial.requestPort();`],
    ['Bluetooth', `return navigator.bluetooth.requestDevice({ acceptAllDevices: true });`],
    ['staying awake', `return navigator.wakeLock.request('screen');`],
    ['idleness', `return new IdleDetector().start();`],
    ['local fonts', `return queryLocalFonts();`],
    ['window management', `return getScreenDetails();`],
  ])('%s', async (_name, code, expected?: string) => {
    const seen = await attack(window, code);
    if (expected !== undefined) expect(seen).toBe(expected);
    else if (!Array.isArray(seen) || seen.length > 0) expect(seen).toHaveProperty('thrown');
    expect(await isWell(window)).toBe(true);
  });

  test('anything by name', async () => {
    const names = [
      'camera',
      'microphone',
      'geolocation',
      'notifications',
      'clipboard-read',
      'midi',
      'local-fonts',
    ];
    const states = await attack(
      window,
      'return Promise.all(argument.map(async (name) => (await navigator.permissions.query({ name })).state));',
      names,
    );
    expect(states).toEqual(names.map(() => 'denied'));
  });
});

test('dialogs of the page neither show nor block', async () => {
  const seen = await attack(window, `alert('x'); return confirm('x');`);
  expect(seen).toBe(false);
});

test('the clipboard can be written, since "Copy" has to work', async () => {
  await window.page.bringToFront();
  await window.page.mouse.click(5, 5);
  const seen = await attack(
    window,
    `await navigator.clipboard.writeText('a fingerprint'); return 'written';`,
  );
  expect(seen).toBe('written');
});

test('a page that crashes comes back once, and then says that it stopped', async () => {
  const own = await openWindow();
  const deeds = await watchDeeds(own);
  try {
    expect(await crashPage(own)).toMatch(/^app:\/\/waxwing\/ /u);
    expect(await crashPage(own)).toMatch(/^app:\/\/waxwing\/stopped\.html The window stopped working/u);
    const again = await own.app.evaluate(async ({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents;
      const loaded = new Promise<void>((resolve) => contents?.once('did-finish-load', () => resolve()));
      // Its answer may get lost with the page that it leaves: what counts is that the next one comes.
      contents?.executeJavaScript(`document.querySelector('a').click()`).catch(() => undefined);
      await loaded;
      return [
        contents?.getURL(),
        await contents?.executeJavaScript(`bridge.call('app.snapshot', {})`),
      ] as unknown;
    });
    expect(again).toEqual(['app://waxwing/', expect.objectContaining({ ok: true })]);
    expect(await deeds()).toEqual({ opened: [], asked: [] });
  } finally {
    await own.close();
  }
});
