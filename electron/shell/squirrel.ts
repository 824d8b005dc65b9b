/**
 * Hands a new version to Squirrel.Mac, the installer that Electron brings for macOS: it takes only what carries the same
 * code signature as the program that runs, and puts it in place when that has ended. It reads from a web server, so it
 * gets one on this computer alone, under an address that nobody else knows, for as long as it reads.
 */
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { autoUpdater } from 'electron';
import type { UpdateReady } from '../engine/update-source.ts';
import { Changed, isUnchanged } from './installing.ts';

/** Milliseconds that it may take to read and check. */
const PATIENCE = 180_000;

/** @throws Changed; Error when Squirrel does not take it */
export async function handToSquirrel(ready: UpdateReady): Promise<void> {
  if (!(await isUnchanged(ready, ready.path))) throw new Changed(ready.version);
  const secret = randomBytes(16).toString('hex');
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    if (request.url === `/${secret}/feed`) {
      const url = `http://127.0.0.1:${String(port)}/${secret}/file.zip`;
      const body = {
        currentRelease: ready.version,
        releases: [{ version: ready.version, updateTo: { version: ready.version, url } }],
      };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
    } else if (request.url === `/${secret}/file.zip`) {
      response.writeHead(200, { 'content-type': 'application/zip', 'content-length': ready.size });
      createReadStream(ready.path).pipe(response);
    } else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    autoUpdater.setFeedURL({ url: `http://127.0.0.1:${String(port)}/${secret}/feed`, serverType: 'json' });
    const signal = AbortSignal.timeout(PATIENCE);
    const done = once(autoUpdater, 'update-downloaded', { signal }); // rejects on `error`
    autoUpdater.checkForUpdates();
    await done;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
