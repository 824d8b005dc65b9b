/**
 * Converse.js in a headless Chromium, over WebSocket: the one peer here that speaks `urn:xmpp:omemo:2`. It is driven and
 * read by its own programming interface; its keys and history are in the browser's profile.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { cacheFolder } from '../../../build/places.ts';
import { findProgram } from '../../../build/processes.ts';
import { fetchPackage } from '../../../build/registry.ts';
import { temporaryFolder } from '../folder.ts';
import type { Heard, Peer, PeerOptions } from './peer.ts';

/** Milliseconds: it has a page to build, and the machine may be busy. */
const PATIENCE = 90_000;

export const converse = {
  name: 'converse.js',
  version: '14.0.0',
  sha512: 'LFUg030jDalV47vI/vyVPqYPZfJYXFbubq8v0cFDe2zXNeeGEk3Up0Fj/WTzT6t+6do+cAIToy73eAj7RNDj2Q==',
  part: 'dist',
};

/** What of its interface the page below leaves in `window.driver`. */
interface Driver {
  readonly isReady: boolean;
  say(to: string, text: string): Promise<void>;
  heard(from: string): Promise<Heard[]>;
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

export async function startConverse({ server, name, contacts }: PeerOptions): Promise<Peer> {
  const { address, password } = server.account(name);
  const { web } = server.ports;
  if (web === undefined) throw new Error('the server does not serve WebSocket');
  const program = join(cacheFolder(), `converse-${converse.version}`);
  if (!existsSync(program)) await fetchPackage(converse, program, cacheFolder());
  const folder = temporaryFolder('converse');
  const site = await serve(
    program,
    pageFor({ address, password, socket: `wss://localhost:${String(web)}/xmpp-websocket` }),
  );
  let running: { context: BrowserContext; page: Page } | undefined;

  const drive = async <T>(
    work: (driver: Driver, words: readonly string[]) => T | Promise<T>,
    ...words: string[]
  ): Promise<T> => {
    if (running === undefined) throw new Error('Converse is not running');
    const source = `(${String(work)})(window.driver, ${JSON.stringify(words)})`;
    const answer: unknown = await running.page.evaluate(source);
    return answer as T;
  };
  const stop = async (): Promise<void> => {
    await running?.context.close();
    running = undefined;
  };
  const start = async (): Promise<void> => {
    const context = await chromium.launchPersistentContext(folder.path, {
      executablePath: findProgram('chromium') ?? 'chromium',
      ignoreHTTPSErrors: true,
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    });
    const page = context.pages()[0] ?? (await context.newPage());
    running = { context, page };
    if (process.env['WAXWING_SHOW'] === 'converse')
      page.on('console', (message) => console.log(message.text()));
    await page.goto(site.address);
    await page.waitForFunction('window.driver?.isReady === true', undefined, { timeout: PATIENCE });
    // It encrypts to those whose devices it knows.
    for (const contact of contacts) await drive((driver, [from = '']) => driver.heard(from), contact);
  };
  await start();
  return {
    address,
    start,
    stop,
    say: (to, text) => drive((driver, [who = '', words = '']) => driver.say(who, words), to, text),
    heard: (from) => drive((driver, [who = '']) => driver.heard(who), from),
    remove: async () => {
      await stop();
      await site.close();
      folder.remove();
    },
  };
}

/** The page: Converse without a sign-in form, and the little that the tests ask of it. */
function pageFor(account: {
  readonly address: string;
  readonly password: string;
  readonly socket: string;
}): string {
  return `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/converse.min.css"><body>
<script type="module">
import '/converse.min.js';
const converse = window.converse;
const driver = (window.driver = { isReady: false });
converse.plugins.add('driver', {
  initialize() {
    const { _converse } = this;
    const { api } = _converse;
    driver.inner = _converse;
    const chatWith = async (address) => {
      const chat = await api.chats.open(address, {}, true);
      await chat.messages.fetched;
      return chat;
    };
    driver.say = async (to, text) => {
      const chat = await chatWith(to);
      const list = await api.omemo.devicelists.get(to, true, 'urn:xmpp:omemo:2');
      while (list.devices.length === 0) await new Promise((resolve) => setTimeout(resolve, 100));
      chat.set('omemo_active', true);
      const message = await chat.sendMessage({ body: text });
      if (message === undefined) throw new Error('Converse did not send it');
    };
    driver.heard = async (from) => {
      const chat = await chatWith(from);
      return chat.messages
        .filter((message) => message.get('sender') === 'them' && message.get('type') === 'chat')
        .map((message) => ({
          text: message.get('plaintext') ?? message.get('body') ?? '',
          isEncrypted: message.get('is_encrypted') === true && message.get('plaintext') !== undefined,
        }));
    };
    api.listen.on('OMEMOInitialized', () => (driver.isReady = true));
  },
});
converse.initialize({
  authentication: 'login',
  auto_login: true,
  jid: ${JSON.stringify(account.address)},
  password: ${JSON.stringify(account.password)},
  websocket_url: ${JSON.stringify(account.socket)},
  discover_connection_methods: false,
  assets_path: '/',
  persistent_store: 'IndexedDB',
  view_mode: 'fullscreen',
  omemo_default: true,
  auto_away: 0,
  loglevel: 'debug',
  theme: 'default',
  whitelisted_plugins: ['driver'],
});
</script>`;
}

/** Serves a folder, and the page at its root. */
async function serve(folder: string, page: string): Promise<{ address: string; close: () => Promise<void> }> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    if (path === '/') {
      response.setHeader('content-type', 'text/html');
      response.end(page);
      return;
    }
    readFile(join(folder, path)).then(
      (content) => {
        response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream');
        response.end(content);
      },
      () => {
        response.statusCode = 404;
        response.end();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://localhost:${String(port)}/`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
