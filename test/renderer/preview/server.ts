/**
 * Serves the built preview on this computer, under the window's own Content-Security-Policy, with pictures made up for the
 * files and faces of its world.
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { picture } from './files.ts';

const root = fileURLToPath(new URL('../../../.cache/preview', import.meta.url));
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'none'; " +
  "require-trusted-types-for 'script'; trusted-types svelte-trusted-html; base-uri 'none'; form-action 'none'";
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

export interface Preview {
  readonly address: string;
  readonly close: () => void;
}

export async function servePreview(): Promise<Preview> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const made = /^\/file\/(\d+)$/.exec(path)?.[1];
    if (made !== undefined) {
      const [width, height] = Number(made) === 2 ? [350, 700] : [800, 500];
      response.writeHead(200, { 'content-type': 'image/png' }).end(picture(width, height, Number(made)));
      return;
    }
    const face = /^\/avatar\/(\d)\d{39}$/.exec(path)?.[1];
    if (face !== undefined) {
      response.writeHead(200, { 'content-type': 'image/png' }).end(picture(96, 96, Number(face)));
      return;
    }
    const file = path === '/' ? 'index.html' : path.slice(1);
    readFile(join(root, file)).then(
      (body) => {
        const type = types[extname(file)] ?? 'application/octet-stream';
        response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(body);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => server.close(),
  };
}
