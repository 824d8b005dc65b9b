/**
 * One file comes here: bounded, by a few protected redirects at most, encrypted again for our own disk as it arrives, and
 * of no use to anybody before its tag and its hash fit. What is not whole leaves nothing behind.
 */
import type { Unfinished } from '../files/folder.ts';
import { kindOfType, sniff } from '../files/kind.ts';
import { isBearable, sizeOf } from '../files/picture.ts';
import type { Written } from '../files/blob.ts';
import { openParts, TAG } from '../files/seal.ts';
import type { AttachmentRecord, Contents } from '../store/attachments.ts';
import type { HttpAnswer } from '../xmpp/transport/http.ts';
import { readAddress } from '../xmpp/xep/xep0103.ts';
import type { Account } from './account.ts';
import { problemOfStatus, TransferProblem } from './transfer-problem.ts';
import { webFor } from './web.ts';

const MOST_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** A file of unknown length, in bytes. */
const MOST_UNTOLD = 100 * 1_048_576;

/** What may come in one piece behind the last byte that is wanted: it is told as what it is then. */
const SLACK = 1_048_576;

export interface DownloadOptions {
  /** The largest contents, in bytes. */
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number, total: number | undefined) => void;
}

/** What was fetched, to be kept by the database; until then it is `unfinished`. */
export interface Fetched {
  readonly contents: Contents;
  readonly unfinished: Unfinished;
}

/** @throws TransferProblem, BrokenSeal, ConnectionProblem, what the file system says; the reason of the signal */
export async function downloadFile(
  account: Account,
  record: AttachmentRecord,
  options: DownloadOptions,
): Promise<Fetched> {
  let address = record.address;
  for (let redirects = 0; address !== undefined && redirects <= MOST_REDIRECTS; redirects += 1) {
    const client = webFor(account, address);
    try {
      const answer = await client.request(address, {}, options.signal);
      if (answer.status === 200) return await receive(account, record, answer, options);
      answer.discard();
      if (!REDIRECTS.has(answer.status)) throw problemOfStatus(answer.status);
      address = redirectOf(answer, address);
    } finally {
      client.close();
    }
  }
  throw new TransferProblem('refused', address === undefined ? 'it lies nowhere' : 'too many redirects');
}

function redirectOf({ headers }: HttpAnswer, from: string): string {
  const { location = '' } = headers;
  const target = URL.canParse(location, from) ? readAddress(new URL(location, from).href) : undefined;
  if (target === undefined) throw new TransferProblem('refused', 'redirected to where TLS protects nothing');
  return target;
}

async function receive(
  account: Account,
  record: AttachmentRecord,
  answer: HttpAnswer,
  { limit, onProgress }: DownloadOptions,
): Promise<Fetched> {
  const { files } = account.profile;
  const { secret } = record;
  const extra = secret === undefined ? 0 : TAG;
  const told = /^\d{1,15}$/.test(answer.headers['content-length'] ?? '')
    ? Math.max(0, Number(answer.headers['content-length']) - extra)
    : undefined;
  if (told !== undefined && told > limit) {
    answer.discard();
    throw new TransferProblem('too-large', 'as its place says', { size: told });
  }
  const most = told ?? Math.min(limit, MOST_UNTOLD);
  const parts = answer.parts(most + extra + SLACK);
  const unfinished = await files.create();
  try {
    for await (const part of secret === undefined ? parts : openParts(secret, parts)) {
      await unfinished.writer.write(part);
      // A tag may still be held back, but no more than that.
      if (unfinished.writer.size > most) throw new TransferProblem('too-large', 'longer than was said');
      onProgress(unfinished.writer.size, told);
    }
    const written = await unfinished.writer.finish();
    check(record, written);
    return { unfinished, contents: contentsOf(unfinished, written, record.mediaType) };
  } catch (error) {
    await files.abandon(unfinished);
    throw error;
  }
}

/** Is it what was sent? The tag fits already, where there is one. */
function check({ size, hash }: AttachmentRecord, written: Written): void {
  const isOther = hash !== undefined && hash !== written.hash.toString('base64');
  if (isOther || (size !== undefined && size !== written.size)) {
    throw new TransferProblem('damaged', isOther ? 'another hash' : 'another size');
  }
}

/**
 * What a file is, by what is in it. That a film has no picture may stand behind what is looked at: there, and only there,
 * it is what it is `said` to be.
 */
export function contentsOf(
  { name, writer }: Unfinished,
  { size, hash, head }: Written,
  said?: string,
): Contents {
  const found = sniff(head);
  const type = found === 'video/mp4' && said === 'audio/mp4' ? said : found;
  const picture = type !== undefined && kindOfType(type) === 'image' ? sizeOf(type, head) : undefined;
  // A picture whose size is not to be found, or that is too large to be decoded, is just a file.
  const isShown =
    type !== undefined && (kindOfType(type) !== 'image' || (picture !== undefined && isBearable(picture)));
  return {
    blob: { name, key: writer.key },
    size,
    hash: hash.toString('base64'),
    ...(isShown && { mediaType: type }),
    ...(isShown && picture),
  };
}
