/**
 * Runs code in the page as an attacker who got hold of it would: in the page's own world, under the page's policy,
 * and without the developer tools' exemptions from it.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Port, Reply } from '../../shared/contract.ts';
import type { AppWindow } from '../support/window.ts';

/**
 * Evaluates `code`, the body of an async function with `argument` in scope, and returns its value. What it throws
 * comes back as `{ thrown: <name> }`.
 */
export async function attack(
  window: Pick<AppWindow, 'page'>,
  code: string,
  argument: unknown = null,
): Promise<unknown> {
  // The timer matters: what the developer tools evaluate directly may use eval whatever the policy says.
  const body = `(argument) => new Promise((resolve) => setTimeout(() => {
    (async () => { ${code} })().then(resolve, (error) => resolve({ thrown: String(error?.name ?? error) }));
  }))`;
  return window.page.evaluate(`(${body})(${JSON.stringify(argument)})`);
}

/** Calls over the bridge with a value that JSON can carry. */
export async function call(
  window: Pick<AppWindow, 'page'>,
  name: unknown,
  input: unknown = {},
): Promise<Reply> {
  return (await attack(window, 'return bridge.call(argument[0], argument[1]);', [name, input])) as Reply;
}

/** The bridge as the page sees it, for functions that Playwright sends to the page. */
export type BridgeWindow = typeof globalThis & { readonly bridge: Port };

/** Somebody out there: counts what arrives by TCP and UDP, and answers nothing. */
export interface Outside {
  readonly port: number;
  readonly arrivals: () => number;
  readonly close: () => Promise<void>;
}

export async function startOutside(): Promise<Outside> {
  let arrivals = 0;
  const tcp: Server = createServer((socket) => {
    arrivals += 1;
    socket.destroy();
  });
  tcp.listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const udp: Socket = createSocket('udp4', () => (arrivals += 1));
  udp.bind(port, '127.0.0.1');
  await once(udp, 'listening');
  return {
    port,
    arrivals: () => arrivals,
    close: async () => {
      udp.close();
      tcp.close();
      await once(tcp, 'close');
    },
  };
}

/** What the main process was asked to do outside the window, recorded instead of done. */
export interface Deeds {
  readonly opened: string[];
  readonly asked: string[];
}

/** Replaces the ways out of the main process by recorders; questions are answered with "no". */
export async function watchDeeds({ app }: AppWindow): Promise<() => Promise<Deeds>> {
  await app.evaluate(({ shell, dialog }) => {
    const deeds: Deeds = { opened: [], asked: [] };
    Object.assign(globalThis, { deeds });
    shell.openExternal = (url) => {
      deeds.opened.push(url);
      return Promise.resolve();
    };
    dialog.showMessageBox = (...args: unknown[]) => {
      deeds.asked.push((args.at(-1) as { message: string }).message);
      return Promise.resolve({ response: 1, checkboxChecked: false });
    };
  });
  return () => app.evaluate(() => (globalThis as unknown as { deeds: Deeds }).deeds);
}

/**
 * Whether the program still works: the page is ours and the engine answers it. A page on its way back to where it
 * belongs is waited for.
 */
export async function isWell(window: Pick<AppWindow, 'page'>): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      const address = await window.page.evaluate(() => location.href);
      if (address === 'app://waxwing/' && (await call(window, 'app.snapshot')).ok) return true;
    } catch {
      // The page was replaced in mid-sentence: that is what is waited for.
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
