/**
 * Decides whether an update may be offered: a manifest signed with Ed25519 (RFC 8032) binds name, size and hash of each
 * file to a version, a channel and a time. Pure: it fetches nothing, installs nothing, and believes nobody but the key.
 */
import { createHash, createPublicKey, verify } from 'node:crypto';
import * as v from 'valibot';
import { carriers } from '../../shared/rows/update.ts';

/** Stands before what is signed, so that a signature made for something else never fits. */
const CONTEXT = 'waxwing update 1\n';
/** No manifest is longer, in characters. */
export const LONGEST_MANIFEST = 65_536;
/** No file is larger, in bytes. */
const LARGEST = 500_000_000;
/** Milliseconds that a clock may be behind the one of whoever signed. */
const LENIENCE = 24 * 3_600_000;

const version = v.pipe(
  v.string(),
  v.maxLength(40),
  v.regex(/^\d{1,6}\.\d{1,6}\.\d{1,6}(?:-(?:alpha|beta|rc)\.\d{1,6})?$/u),
);
const time = v.pipe(v.number(), v.integer(), v.minValue(0));
const schema = v.strictObject({
  product: v.literal('waxwing'),
  channel: v.picklist(['stable', 'beta']),
  version,
  /** Milliseconds since 1970. */
  issued: time,
  expires: time,
  /** Of a hundred installations, how many are offered it yet. */
  share: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)),
  notes: v.pipe(v.string(), v.maxLength(20_000)),
  files: v.pipe(
    v.array(
      v.strictObject({
        kind: v.picklist(carriers),
        arch: v.picklist(['x64', 'arm64']),
        // A plain name: it is appended to the feed's address and to a folder of ours.
        name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/u)),
        size: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(LARGEST)),
        sha512: v.pipe(v.string(), v.regex(/^[0-9a-f]{128}$/u)),
      }),
    ),
    v.maxLength(50),
  ),
});

export type Manifest = v.InferOutput<typeof schema>;
export type UpdateFile = Manifest['files'][number];

export interface Installed {
  /** Ed25519 public keys (SPKI, base64): the one in use, and during a change the next one. */
  readonly keys: readonly string[];
  readonly channel: Manifest['channel'];
  readonly version: string;
  /** Which of the files brought it here, and would bring the next version. */
  readonly kind: UpdateFile['kind'];
  readonly arch: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** `issued` of the newest manifest ever accepted here; 0 at first. */
  readonly newest: number;
  /** Random, made once for this installation, told to nobody. */
  readonly lot: string;
}

/** Why there is nothing to offer. The first group is an attack or a fault, the second is the usual case. */
export type Reason =
  | 'malformed'
  | 'signature'
  | 'channel'
  | 'expired'
  | 'future'
  | 'replayed'
  | 'rollback'
  | 'current'
  | 'no-file'
  | 'not-yet';

export type Verdict =
  | { readonly isOffered: true; readonly manifest: Manifest; readonly file: UpdateFile }
  /** `issued` is there as soon as nobody but the holder of the key can have said it, and it holds. */
  | { readonly isOffered: false; readonly reason: Reason; readonly issued?: number };

/** What is signed for a manifest, and sent: two strings in JSON. @param sign makes the raw signature */
export function writeEnvelope(manifest: Manifest, sign: (bytes: Buffer) => Buffer): string {
  const signed = JSON.stringify(manifest);
  return JSON.stringify({ signed, signature: sign(Buffer.from(CONTEXT + signed)).toString('base64') });
}

const envelope = v.strictObject({ signed: v.string(), signature: v.string() });

/** Judges what a feed delivered. Never throws. */
export function judgeUpdate(text: string, installed: Installed): Verdict {
  const refuse = (reason: Reason, issued?: number): Verdict => ({
    ...{ isOffered: false, reason },
    ...(issued !== undefined && { issued }),
  });
  const outer = v.safeParse(envelope, text.length <= LONGEST_MANIFEST ? parse(text) : undefined);
  if (!outer.success) return refuse('malformed');
  const { signed, signature } = outer.output;
  // Before anything of it is read.
  if (!installed.keys.some((key) => isSigned(signed, signature, key))) return refuse('signature');
  const inner = v.safeParse(schema, parse(signed));
  if (!inner.success) return refuse('malformed');
  const manifest = inner.output;
  if (manifest.channel !== installed.channel) return refuse('channel');
  if (manifest.expires <= installed.now) return refuse('expired');
  if (manifest.issued > installed.now + LENIENCE) return refuse('future');
  // An older one, however well signed, would hide what came after it.
  if (manifest.issued < installed.newest) return refuse('replayed');
  const order = compareVersions(manifest.version, installed.version);
  if (order === 0) return refuse('current', manifest.issued);
  if (order < 0) return refuse('rollback', manifest.issued);
  const files = manifest.files.filter(({ kind, arch }) => kind === installed.kind && arch === installed.arch);
  const [file] = files;
  if (file === undefined || files.length > 1) return refuse('no-file', manifest.issued);
  if (lotOf(installed.lot, manifest.version) >= manifest.share) return refuse('not-yet', manifest.issued);
  return { isOffered: true, manifest, file };
}

/** A number from 0 to 99, another one for each version, so that nobody is always the first. */
export function lotOf(lot: string, of: string): number {
  return createHash('sha256').update(`${lot}\0${of}`).digest().readUInt32BE(0) % 100;
}

/** Semantic Versioning 2.0.0, section 11, for the versions that we give. */
export function compareVersions(one: string, other: string): number {
  const [first, second] = [one, other].map((each) => {
    const [numbers = '', stage] = each.split('-');
    const [word, count = '0'] = (stage ?? 'z.0').split('.');
    return [
      ...numbers.split('.').map(Number),
      ['alpha', 'beta', 'rc', 'z'].indexOf(word ?? ''),
      Number(count),
    ];
  });
  for (const [index, number] of (first ?? []).entries()) {
    const difference = number - (second?.[index] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isSigned(signed: string, signature: string, key: string): boolean {
  try {
    const publicKey = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    if (publicKey.asymmetricKeyType !== 'ed25519') return false;
    return verify(null, Buffer.from(CONTEXT + signed), publicKey, Buffer.from(signature, 'base64'));
  } catch {
    return false; // no key, or no signature
  }
}
