/**
 * Fetches what updates are made of: the manifest, and a file that goes on where it was cut off and is of no use to
 * anybody before its size and hash are those of the manifest. Says nothing about this computer to the place it asks.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConnectionProblem } from '../xmpp/problem.ts';
import type { HttpAnswer, HttpClient } from '../xmpp/transport/http.ts';
import type { Host } from './host.ts';
import { LONGEST_MANIFEST, type UpdateFile } from './update-manifest.ts';
import type { UpdateReady, UpdateSource } from './update-source.ts';

const MOST_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Tries that bring nothing further, in a row. */
const MOST_TRIES = 3;

/** The place does not have it, or not for us. */
export class UpdateMissing extends Error {
  override readonly name = 'UpdateMissing';
}
/** What came is not what was promised; it is gone again. */
export class UpdateDamaged extends Error {
  override readonly name = 'UpdateDamaged';
}

export interface UpdateFetch {
  readonly host: Host;
  readonly source: UpdateSource;
  readonly signal: AbortSignal;
}

/** The manifest of the channel, unread. @throws ConnectionProblem, UpdateMissing; the reason of the signal */
export async function fetchManifest(fetch: UpdateFetch): Promise<string> {
  const { feed, channel } = fetch.source;
  return await ask(fetch, new URL(`${channel}.json`, feed).href, {}, async (answer) => {
    if (answer.status !== 200) throw missing(answer);
    return (await answer.bytes(4 * LONGEST_MANIFEST)).toString();
  });
}

/**
 * Fetches a file of the manifest into a folder, or finds it there.
 * @throws ConnectionProblem, UpdateMissing, UpdateDamaged, what the file system says; the reason of the signal
 */
export async function fetchUpdate(
  fetch: UpdateFetch,
  folder: string,
  file: UpdateFile,
  onProgress: (bytes: number) => void,
): Promise<Omit<UpdateReady, 'version'>> {
  const { name, size, sha512 } = file;
  const [path, part] = [join(folder, name), join(folder, partOf(file))];
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!(await isFileOf(file, path))) {
    await fetchParts(fetch, part, file, onProgress);
    if (!(await isFileOf(file, part))) {
      await rm(part, { force: true });
      throw new UpdateDamaged(name);
    }
    await rename(part, path);
  }
  return { path, size, sha512 };
}

/** Deletes what was fetched, but for a file that is still of use. @throws what the file system says */
export async function clearUpdates(folder: string, kept?: UpdateFile): Promise<void> {
  const useful = kept === undefined ? [] : [kept.name, partOf(kept)];
  const names = await readdir(folder).catch(() => []); // there may be none yet
  for (const name of names.filter((each) => !useful.includes(each)))
    await rm(join(folder, name), { recursive: true, force: true });
}

/** Whether these are the bytes that the manifest means. */
export async function isFileOf({ size, sha512 }: UpdateFile, path: string): Promise<boolean> {
  if ((await sizeOf(path)) !== size) return false;
  const hash = createHash('sha512');
  for await (const bytes of createReadStream(path) as AsyncIterable<Buffer>) hash.update(bytes);
  return hash.digest('hex') === sha512;
}

/** Another file of the same name is another one. */
const partOf = ({ sha512 }: UpdateFile): string => `${sha512.slice(0, 32)}.part`;

async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    (status) => (status.isFile() ? status.size : 0),
    () => 0,
  );
}

/** Goes on as long as a try brings it further, now and then when one does not. */
async function fetchParts(
  fetch: UpdateFetch,
  part: string,
  file: UpdateFile,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const address = new URL(file.name, fetch.source.feed).href;
  for (let tries = 0; ;) {
    const before = await sizeOf(part);
    if (before >= file.size) return; // the hash tells what it is
    try {
      await ask(fetch, address, before > 0 ? { range: `bytes=${String(before)}-` } : {}, async (answer) => {
        const start = startOf(answer, before, file.size);
        await append(part, start, answer, file.size, onProgress);
      });
      return;
    } catch (error) {
      const isFurther = (await sizeOf(part)) > before;
      tries = isFurther ? 0 : tries + 1;
      const isPassing = error instanceof ConnectionProblem && error.problem.code !== 'protocol';
      if (fetch.signal.aborted || !isPassing || tries >= MOST_TRIES) throw error;
    }
  }
}

/** Where the bytes of this answer belong. @throws UpdateMissing, UpdateDamaged */
function startOf(answer: HttpAnswer, wanted: number, size: number): number {
  if (answer.status === 200) return 0;
  if (answer.status !== 206) throw missing(answer);
  // RFC 9110 §14.4
  if (answer.headers['content-range'] !== `bytes ${String(wanted)}-${String(size - 1)}/${String(size)}`) {
    answer.discard();
    throw new UpdateDamaged('another part than was asked for');
  }
  return wanted;
}

async function append(
  part: string,
  start: number,
  answer: HttpAnswer,
  size: number,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const file = await open(part, start === 0 ? 'w' : 'r+', 0o600);
  try {
    let at = start;
    for await (const bytes of answer.parts(size - start)) {
      for (let from = 0; from < bytes.length;) {
        const { bytesWritten } = await file.write(bytes, from, bytes.length - from, at + from);
        from += bytesWritten;
      }
      at += bytes.length;
      onProgress(at);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Asks, also where the place sends us on to, over TLS only: the signature says whether it is right, not the place. */
async function ask<T>(
  { host, source, signal }: UpdateFetch,
  first: string,
  headers: Readonly<Record<string, string>>,
  read: (answer: HttpAnswer) => Promise<T>,
): Promise<T> {
  let address = first;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const client = await clientFor(host, source, address);
    try {
      const answer = await client.request(address, { headers }, signal);
      if (!REDIRECTS.has(answer.status)) return await read(answer);
      answer.discard();
      const { location = '' } = answer.headers;
      if (!URL.canParse(location, address)) throw missing(answer);
      address = new URL(location, address).href;
    } finally {
      client.close();
    }
  }
  throw new UpdateMissing('too many redirects');
}

async function clientFor(host: Host, source: UpdateSource, address: string): Promise<HttpClient> {
  const proxy = await source.proxyFor(address);
  const client = host.web?.({
    ...(proxy !== undefined && { proxy }),
    pins: new URL(address).origin === new URL(source.feed).origin ? (source.pins ?? []) : [],
    // Written into the program by who made it, who may have a network of their own; what it sends on to may not.
    isPublicOnly: new URL(address).origin !== new URL(source.feed).origin,
  });
  if (client === undefined) throw new UpdateMissing('there is no web here');
  return client;
}

function missing(answer: HttpAnswer): UpdateMissing {
  answer.discard();
  return new UpdateMissing(`HTTP ${String(answer.status)}`);
}
