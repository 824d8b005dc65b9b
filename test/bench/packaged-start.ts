/** When the packaged program has painted, as its own page knows it: its fuses let no probe in, so a build for trying is asked through the developer tools. */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { packageProgram } from '../../build/package/run.ts';

/** The switches that it is started with beside the others. */
export const TOOLS = ['--remote-debugging-port=0'];

/** Makes the folder build. @returns the program @throws as `packageProgram` */
export async function packageForBench(folder: string): Promise<string> {
  const [made = ''] = await packageProgram({
    platform: 'linux',
    arch: process.arch === 'arm64' ? 'arm64' : 'x64',
    targets: ['dir'],
    output: folder,
    isTrial: true,
    say: () => undefined,
  });
  return join(made, 'waxwing');
}

/**
 * Resolves with the time of the paint that showed the chat list, in milliseconds since 1970. The page notes it itself, so
 * that it does not matter when it is asked.
 * @param painted the selector of what has to be there
 */
export function notePaint(profile: string, painted: string): () => Promise<number> {
  const file = join(profile, 'chromium', 'DevToolsActivePort');
  rmSync(file, { force: true });
  return async () => {
    const port = await until(() =>
      existsSync(file) ? readFileSync(file, 'utf8').split('\n')[0] : undefined,
    );
    const page = async (): Promise<string | undefined> => {
      const response = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => undefined);
      const pages = ((await response?.json()) ?? []) as { url: string; webSocketDebuggerUrl: string }[];
      return pages.find(({ url }) => url.startsWith('app://'))?.webSocketDebuggerUrl;
    };
    // A page that is still on its way to its address forgets what it was asked.
    return await until(async () => evaluate(await until(page), noting(painted)));
  };
}

/** What is run in the page. */
function noting(painted: string): string {
  return `new Promise((resolve) => {
        const note = () => new PerformanceObserver((list) => {
          resolve(performance.timeOrigin + Math.max(...list.getEntries().map(({ startTime }) => startTime)));
        }).observe({ type: 'largest-contentful-paint', buffered: true });
        const look = () => document.querySelector(${JSON.stringify(painted)}) ? requestAnimationFrame(() => setTimeout(note)) : setTimeout(look, 4);
        look();
      })`;
}

async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** @returns nothing when the page went elsewhere meanwhile */
async function evaluate(address: string, expression: string): Promise<number | undefined> {
  const socket = new WebSocket(address);
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  for (const end of ['error', 'close']) socket.addEventListener(end, () => resolve(undefined));
  socket.addEventListener('open', () => {
    const params = { expression, awaitPromise: true, returnByValue: true };
    socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
  });
  socket.addEventListener('message', ({ data }) => {
    const { result } = JSON.parse(String(data)) as { result?: { result?: { value?: unknown } } };
    const value = result?.result?.value;
    resolve(typeof value === 'number' ? value : undefined);
  });
  try {
    return await promise;
  } finally {
    socket.close();
  }
}
