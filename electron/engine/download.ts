/**
 * One file comes here: bounded, by a few protected redirects at most, encrypted again for our own disk as it arrives, and
 * of no use to anybody before its tag and its hash fit. Of what is not whole, only that stays which a later try goes on from.
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
import { Partial } from './partial.ts';
import { problemOfStatus, problemOfTransfer, TransferProblem } from './transfer-problem.ts';
import { placeOf } from './direct-fetch.ts';
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
  /** It came in pieces, which nobody needs once the database has it. */
  readonly isFromPieces: boolean;
}

/**
 * Fetches a file, from where an earlier try was cut off if it is still the same (RFC 9110 §14.2, §13.1.5); goes on by
 * itself as long as each try brings it further.
 * @throws TransferProblem, BrokenSeal, ConnectionProblem, what the file system says; the reason of the signal
 */
export async function downloadFile(
  account: Account,
  record: AttachmentRecord,
  options: DownloadOptions,
): Promise<Fetched> {
  const partial = new Partial(account.profile, record);
  for (;;) {
    const before = partial.size;
    const source: Source = { address: record.address };
    try {
      return await fetchRest(account, record, partial, source, options);
    } catch (error) {
      const isCutOff = options.signal.aborted || problemOfTransfer(error)?.isPassing === true;
      if (!isCutOff) await partial.discard();
      else if ((await partial.keep(source.validator, before)) && !options.signal.aborted) continue;
      throw error;
    }
  }
}

/** Where the bytes come from. */
interface Source {
  address: string | undefined;
  /** What that place calls this state of the file, if it does. */
  validator?: string;
}

async function fetchRest(
  account: Account,
  record: AttachmentRecord,
  partial: Partial,
  source: Source,
  options: DownloadOptions,
): Promise<Fetched> {
  for (let redirects = 0; source.address !== undefined && redirects <= MOST_REDIRECTS; redirects += 1) {
    const client = placeOf(account, record, source.address) ?? webFor(account, source.address);
    const { size, validator } = partial;
    const headers: Record<string, string> =
      validator === undefined ? {} : { range: `bytes=${String(size)}-`, 'if-range': validator };
    try {
      const answer = await client.request(source.address, { headers }, options.signal);
      if (answer.status === 200) await partial.discard(); // it is another one now, or it comes in one piece only
      if (answer.status === 200 || (answer.status === 206 && goesOn(answer, partial))) {
        return await receive(account, record, { answer, partial, source }, options);
      }
      answer.discard();
      if (validator !== undefined && [206, 416].includes(answer.status)) await partial.discard();
      else if (REDIRECTS.has(answer.status)) source.address = redirectOf(answer, source.address);
      else throw problemOfStatus(answer.status);
    } finally {
      client.close();
    }
  }
  throw new TransferProblem(
    'refused',
    source.address === undefined ? 'it lies nowhere' : 'too many redirects',
  );
}

function redirectOf({ headers }: HttpAnswer, from: string): string {
  const { location = '' } = headers;
  const target = URL.canParse(location, from) ? readAddress(new URL(location, from).href) : undefined;
  if (target === undefined) throw new TransferProblem('refused', 'redirected to where TLS protects nothing');
  return target;
}

/** Is it the rest, all of it, of what is here? */
function goesOn({ headers }: HttpAnswer, partial: Partial): boolean {
  const [, start, end, total] =
    /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(headers['content-range'] ?? '') ?? [];
  return (
    partial.validator !== undefined && Number(start) === partial.size && Number(end) + 1 === Number(total)
  );
}

/** A strong one; a date only where something else says in the end whether all of it belongs together. */
function validatorOf({ headers }: HttpAnswer, { secret, hash }: AttachmentRecord): string | undefined {
  const { etag = '', 'last-modified': modified = '', 'accept-ranges': ranges = '' } = headers;
  if (ranges.trim().toLowerCase() === 'none') return undefined;
  if (/^"[\x21\x23-\x7e]{1,200}"$/.test(etag)) return etag;
  const isChecked = secret !== undefined || hash !== undefined;
  return isChecked && /^[A-Za-z0-9 ,:]{20,40}$/.test(modified) ? modified : undefined;
}

async function receive(
  account: Account,
  record: AttachmentRecord,
  { answer, partial, source }: { answer: HttpAnswer; partial: Partial; source: Source },
  { limit, onProgress }: DownloadOptions,
): Promise<Fetched> {
  const { files } = account.profile;
  const { secret } = record;
  const extra = secret === undefined ? 0 : TAG;
  const here = partial.size;
  const told = /^\d{1,15}$/.test(answer.headers['content-length'] ?? '')
    ? Math.max(0, here + Number(answer.headers['content-length']) - extra)
    : undefined;
  if (told !== undefined && told > limit) {
    answer.discard();
    throw new TransferProblem('too-large', 'as its place says', { size: told });
  }
  const validator = (here > 0 ? partial.validator : undefined) ?? validatorOf(answer, record);
  if (validator !== undefined) source.validator = validator;
  const most = told ?? Math.min(limit, MOST_UNTOLD);
  for await (const part of answer.parts(most + extra + SLACK - here)) {
    await partial.write(part, validator);
    if (partial.size > most + extra) throw new TransferProblem('too-large', 'longer than was said');
    onProgress(Math.max(0, partial.size - extra), told);
  }
  const isFromPieces = partial.validator !== undefined;
  const unfinished = await files.create();
  try {
    const whole = partial.read();
    for await (const part of secret === undefined ? whole : openParts(secret, whole)) {
      await unfinished.writer.write(part);
    }
    const written = await unfinished.writer.finish();
    check(record, written);
    await partial.end();
    return { unfinished, contents: contentsOf(unfinished, written, record.mediaType), isFromPieces };
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
