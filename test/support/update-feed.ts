/** A place that updates come from, with a key of its own: says what a test wants, true or tampered with, and counts. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { writeEnvelope, type Manifest } from '../../electron/engine/update-manifest.ts';
import { serverCertificate } from './certificates.ts';
import { startWebServer, type WebServer } from './web-server.ts';

export const UPDATE_FILE = 'Waxwing-9.0.0-x64.AppImage';

export interface UpdateFeed {
  readonly address: string;
  /** What an installation knows of who releases. */
  readonly key: string;
  readonly fingerprint: string;
  readonly bytes: Buffer;
  /** The genuine one. */
  readonly manifest: Manifest;
  readonly web: WebServer;
  /** The headers of the last request for the file. */
  readonly heard: () => Readonly<Record<string, unknown>>;
  /** What the feed says from now on: the genuine text, or another. */
  say(text: string): void;
  /** What lies where the file should. */
  lay(bytes: Buffer, breaksAfter?: number): void;
  write(change?: object, key?: KeyObject): string;
  stop(): Promise<void>;
}

export const spki = (key: KeyObject): string =>
  key.export({ format: 'der', type: 'spki' }).toString('base64');

/** @param arch that the file is for @param now milliseconds since 1970 */
export async function startUpdateFeed(arch: 'x64' | 'arm64', now: number): Promise<UpdateFeed> {
  const certificate = await serverCertificate('localhost');
  const keys = generateKeyPairSync('ed25519');
  const bytes = randomBytes(300_000);
  const DAY = 86_400_000;
  const manifest: Manifest = {
    ...{ product: 'waxwing', channel: 'stable', version: '9.0.0', share: 100 },
    ...{ issued: now - DAY, expires: now + 30 * DAY, notes: 'Faster, and <b>kinder</b>.' },
    files: [
      {
        ...{ kind: 'appimage', arch, name: UPDATE_FILE, size: bytes.length },
        sha512: createHash('sha512').update(bytes).digest('hex'),
      },
    ],
  };
  const write = (change: object = {}, key: KeyObject = keys.privateKey): string =>
    writeEnvelope({ ...manifest, ...change }, (signed) => sign(null, signed, key));
  let text = write();
  let laid: Buffer = bytes;
  let limit: number | undefined;
  let headers: Readonly<Record<string, unknown>> = {};
  const web = await startWebServer((request, response) => {
    if (request.url === '/feed/stable.json') {
      response.end(text);
      return;
    }
    if (request.url !== `/feed/${UPDATE_FILE}`) {
      response.writeHead(404).end();
      return;
    }
    headers = request.headers;
    const from = Number(/^bytes=(\d+)-$/u.exec(request.headers.range ?? '')?.[1] ?? 0);
    const part = laid.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': part.length,
      ...(from > 0 && {
        'content-range': `bytes ${String(from)}-${String(laid.length - 1)}/${String(laid.length)}`,
      }),
    });
    if (limit === undefined) response.end(part);
    else {
      response.write(part.subarray(0, limit), () => setImmediate(() => response.destroy()));
      limit = undefined;
    }
  }, certificate);
  return {
    address: `https://localhost:${String(web.port)}/feed/`,
    key: spki(keys.publicKey),
    fingerprint: certificate.fingerprint,
    ...{ bytes, manifest, web, write },
    heard: () => headers,
    say: (other) => (text = other),
    lay(other, breaksAfter) {
      laid = other;
      limit = breaksAfter;
    },
    stop: () => web.stop(),
  };
}
