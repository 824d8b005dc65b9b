/**
 * `key.json`: its shape, and how it is read and written so that a kill at any time leaves a whole one. It opens
 * nothing that is in it.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { removeSiblings } from '../store/files.ts';
import { isBearable, type Sealed, type Stretching } from './wrapping.ts';

/** The database in the profile folder: where it is without a key file, the key is lost and not new. */
export const DATABASE_FILE = 'waxwing.db';
const KEY_FILE = 'key.json';
/** An unfinished key file of a start that was killed; a running one needs milliseconds. */
const LEFT_OVER = 60_000;

/**
 * - `choose-protection`: no keyring, and neither a passphrase nor consent was given
 * - `locked`: a passphrase is needed
 * - `wrong-secret`: neither the passphrase nor the recovery code
 * - `keyring-lost`: the keyring does not yield the key; the recovery code does
 * - `damaged`: the key file cannot be read, or is missing beside a database
 * - `unavailable`: the file system refuses
 * - `exists`: there is a key already, and it is never overwritten by a new one
 */
export type VaultErrorCode =
  | 'choose-protection'
  | 'locked'
  | 'wrong-secret'
  | 'keyring-lost'
  | 'damaged'
  | 'unavailable'
  | 'exists';

export class VaultError extends Error {
  override readonly name = 'VaultError';
  readonly code: VaultErrorCode;

  constructor(code: VaultErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

export type Protection =
  | { readonly kind: 'keyring'; readonly backend: string; readonly wrapped: string }
  | ({ readonly kind: 'passphrase' } & Sealed & Stretching)
  /** The key as it is, with the words that the person agreed to. */
  | { readonly kind: 'none'; readonly consent: string; readonly key: string };

export interface KeyFile {
  readonly version: 1;
  /** Which key this is about; see `markOf`. */
  readonly mark: string;
  readonly protection: Protection;
  readonly recovery: Sealed & { readonly salt: string };
}

/**
 * The key file of a profile; `undefined` when the profile is new.
 * @throws VaultError `damaged`, `unavailable`
 */
export function loadKeyFile(profile: string): KeyFile | undefined {
  const path = join(profile, KEY_FILE);
  const text = onDisk(() => (existsSync(path) ? readFileSync(path, 'utf8') : undefined));
  if (text === undefined) {
    if (hasDatabase(profile)) throw new VaultError('damaged', 'the key file is missing beside the database');
    return undefined;
  }
  const file = readKeyFile(text);
  if (file === undefined) throw new VaultError('damaged', 'the key file cannot be read');
  return file;
}

/**
 * Writes beside the file, to the disk, and then gives it the name: a kill at any time leaves the old or the new one.
 * @param place how it gets the name; what it returns is returned
 * @throws VaultError `unavailable`
 */
export function saveKeyFile<T>(
  profile: string,
  file: KeyFile,
  place: (finished: string, target: string) => T,
): T {
  return onDisk(() => {
    mkdirSync(profile, { recursive: true, mode: 0o700 });
    const target = join(profile, KEY_FILE);
    removeSiblings(target, '.new-', LEFT_OVER, Date.now());
    const unfinished = `${target}.new-${randomBytes(8).toString('hex')}`;
    try {
      const descriptor = openSync(unfinished, 'wx', 0o600);
      try {
        writeFileSync(descriptor, `${JSON.stringify(file, undefined, 2)}\n`);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      return place(unfinished, target);
    } finally {
      rmSync(unfinished, { force: true });
    }
  });
}

/** The database, its log or a copy of it. What is unfinished does not count: its key was never used for anything. */
function hasDatabase(profile: string): boolean {
  const names = onDisk(() => (existsSync(profile) ? readdirSync(profile) : []));
  return names.some((name) => name.startsWith(DATABASE_FILE) && !name.startsWith(`${DATABASE_FILE}.new-`));
}

function onDisk<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new VaultError('unavailable', error instanceof Error ? error.message : 'the disk refuses', error);
  }
}

// ————— Reading —————————————————————————————————————————————————————————————————————————————————————————————

/** The file's content, or `undefined` for anything that is not a whole key file of this version. */
function readKeyFile(text: string): KeyFile | undefined {
  const file = parse(text);
  const protection = readProtection(asFields(file['protection']));
  const recovery = readTexts(asFields(file['recovery']), ['salt', 'nonce', 'wrapped']);
  const { mark } = file;
  if (
    file['version'] !== 1 ||
    typeof mark !== 'string' ||
    protection === undefined ||
    recovery === undefined
  ) {
    return undefined;
  }
  return { version: 1, mark, protection, recovery };
}

type Fields = Readonly<Record<string, unknown>>;

function readProtection(fields: Fields): Protection | undefined {
  switch (fields['kind']) {
    case 'keyring': {
      const texts = readTexts(fields, ['backend', 'wrapped']);
      return texts && { kind: 'keyring', ...texts };
    }
    case 'passphrase': {
      const texts = readTexts(fields, ['salt', 'nonce', 'wrapped']);
      const { N, r, p } = fields;
      if (typeof N !== 'number' || typeof r !== 'number' || typeof p !== 'number') return undefined;
      if (texts === undefined || !isBearable({ salt: texts.salt, N, r, p })) return undefined;
      return { kind: 'passphrase', ...texts, N, r, p };
    }
    case 'none': {
      const texts = readTexts(fields, ['consent', 'key']);
      return texts && { kind: 'none', ...texts };
    }
    default:
      return undefined;
  }
}

function readTexts<Name extends string>(
  fields: Fields,
  names: readonly Name[],
): Readonly<Record<Name, string>> | undefined {
  const texts: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const value = fields[name];
    if (typeof value !== 'string') return undefined;
    texts[name] = value;
  }
  return texts as Record<Name, string>;
}

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function parse(text: string): Fields {
  try {
    return asFields(JSON.parse(text));
  } catch {
    return {}; // not even JSON: as good as empty
  }
}
