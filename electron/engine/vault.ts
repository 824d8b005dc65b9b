/**
 * The profile's key: how it is made, kept in `key.json` and given back. There is no default key, a key is never made
 * in the place of one that is lost, and the same recovery code opens the profile whatever else happens.
 */
import { randomBytes } from 'node:crypto';
import { publishFile, replaceFile } from '../store/files.ts';
import type { Keyring } from './host.ts';
import { loadKeyFile, saveKeyFile, VaultError, type KeyFile, type Protection } from './key-file.ts';
import {
  createCode,
  KEY_LENGTH,
  markOf,
  openWithCode,
  openWithPassphrase,
  sealWithCode,
  sealWithPassphrase,
} from './wrapping.ts';

export { DATABASE_FILE, VaultError, type VaultErrorCode } from './key-file.ts';

/** The setting that keeps the recovery code, inside the database that it opens: so it can be shown again. */
export const RECOVERY_CODE = 'recovery-code';

const CONSENT = 'The person agreed that this key is kept without protection.';

export type VaultState =
  | 'new'
  | {
      readonly protection: Protection['kind'];
      /** The keyring that the key was wrapped by, for `keyring`. */
      readonly keyring?: string;
    };

/** How a key is to be kept from now on. */
export type Choice =
  | { readonly kind: 'keyring' }
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'none'; readonly consent: true };

/**
 * What is known without the key.
 * @throws VaultError `damaged`, `unavailable`
 */
export async function readVault(profile: string): Promise<VaultState> {
  const file = loadKeyFile(profile);
  if (file === undefined) return 'new';
  const { kind } = file.protection;
  return Promise.resolve(
    kind === 'keyring' ? { protection: kind, keyring: file.protection.backend } : { protection: kind },
  );
}

/**
 * Makes the key of a new profile: kept by the keyring when there is a working one, else under the passphrase, else
 * as it is when the person consented. Returns the key, which is the caller's to overwrite, and the recovery code,
 * which is kept nowhere.
 * @throws VaultError `choose-protection`, `exists`, `damaged`, `unavailable`
 */
export async function createVault(
  profile: string,
  keyring: Keyring,
  choice: { readonly passphrase?: string; readonly consent?: boolean },
): Promise<{ key: Uint8Array; recoveryCode: string }> {
  if (loadKeyFile(profile) !== undefined) throw new VaultError('exists', 'this profile has a key');
  const key = new Uint8Array(randomBytes(KEY_LENGTH));
  const recoveryCode = createCode();
  const protection =
    (await protectWithKeyring(keyring, key)) ??
    (choice.passphrase !== undefined && choice.passphrase !== ''
      ? await protect(keyring, key, { kind: 'passphrase', passphrase: choice.passphrase })
      : choice.consent === true
        ? await protect(keyring, key, { kind: 'none', consent: true })
        : undefined);
  if (protection === undefined) {
    throw new VaultError('choose-protection', 'there is no keyring: a passphrase or consent is needed');
  }
  const recovery = sealWithCode(key, recoveryCode);
  const isOurs = saveKeyFile(profile, { version: 1, mark: markOf(key), protection, recovery }, publishFile);
  if (!isOurs) throw new VaultError('exists', 'another start of the program made the key of this profile');
  return { key, recoveryCode };
}

/**
 * Gives the key back. `secret` is the passphrase or the recovery code; the keyring and an unprotected key need none.
 * A key that the code opened although the keyring had lost it is given to the keyring there is now.
 * @throws VaultError `locked`, `wrong-secret`, `keyring-lost`, `damaged`, `unavailable`
 */
export async function openVault(profile: string, keyring: Keyring, secret?: string): Promise<Uint8Array> {
  const file = loadKeyFile(profile);
  if (file === undefined) throw new VaultError('damaged', 'this profile has no key');
  const { protection } = file;
  if (protection.kind === 'none') return checked(file, Buffer.from(protection.key, 'base64'));
  if (secret !== undefined) {
    const recovered = openWithCode(file.recovery, secret);
    if (recovered !== undefined) {
      const key = checked(file, recovered);
      if (protection.kind === 'keyring') await returnToKeyring(profile, keyring, file, key);
      return key;
    }
  }
  if (protection.kind === 'keyring') {
    if (secret !== undefined) throw new VaultError('wrong-secret', 'this is not the recovery code');
    return unwrap(file, protection, keyring);
  }
  if (secret === undefined) throw new VaultError('locked', 'the passphrase is needed');
  const key = await openWithPassphrase(protection, secret);
  if (key === undefined) throw new VaultError('wrong-secret', 'neither the passphrase nor the recovery code');
  return checked(file, key);
}

/**
 * Keeps the same key in another way; the recovery code stays. What protected it before opens an old copy of the file
 * still: leaving `none` does not make unknown what was readable.
 * @throws VaultError `choose-protection` when the keyring is wanted and there is none, `wrong-secret` when this is not
 * the profile's key, `damaged`, `unavailable`
 */
export async function changeProtection(
  profile: string,
  keyring: Keyring,
  key: Uint8Array,
  choice: Choice,
): Promise<void> {
  const file = loadFor(profile, key);
  const protection = await protect(keyring, key, choice);
  saveKeyFile(profile, { ...file, protection }, replaceFile);
}

/**
 * Makes a new recovery code; the old one opens nothing any more.
 * @throws VaultError `wrong-secret` when this is not the profile's key, `damaged`, `unavailable`
 */
export async function renewRecoveryCode(profile: string, key: Uint8Array): Promise<string> {
  const file = loadFor(profile, key);
  const code = createCode();
  saveKeyFile(profile, { ...file, recovery: sealWithCode(key, code) }, replaceFile);
  return Promise.resolve(code);
}

// ————— Protecting —————————————————————————————————————————————————————————————————————————————————————————

async function protect(keyring: Keyring, key: Uint8Array, choice: Choice): Promise<Protection> {
  switch (choice.kind) {
    case 'keyring': {
      const protection = await protectWithKeyring(keyring, key);
      if (protection === undefined) throw new VaultError('choose-protection', 'there is no working keyring');
      return protection;
    }
    case 'passphrase':
      if (choice.passphrase === '') throw new VaultError('choose-protection', 'the passphrase is empty');
      return { kind: 'passphrase', ...(await sealWithPassphrase(key, choice.passphrase)) };
    case 'none':
      return { kind: 'none', consent: CONSENT, key: Buffer.from(key).toString('base64') };
  }
}

/** `undefined` without a keyring, or with one that does not give back what it took: better learnt now than later. */
async function protectWithKeyring(keyring: Keyring, key: Uint8Array): Promise<Protection | undefined> {
  try {
    const backend = await keyring.backend();
    if (backend === undefined) return undefined;
    const wrapped = Buffer.from(await keyring.wrap(Uint8Array.from(key))).toString('base64');
    const returned = await keyring.unwrap(Buffer.from(wrapped, 'base64'));
    const isSame = Buffer.from(key).equals(returned);
    returned.fill(0);
    return isSame ? { kind: 'keyring', backend, wrapped } : undefined;
  } catch {
    return undefined; // locked, refused or broken: the person chooses another protection
  }
}

async function unwrap(
  file: KeyFile,
  protection: Extract<Protection, { kind: 'keyring' }>,
  keyring: Keyring,
): Promise<Uint8Array> {
  let key: Uint8Array;
  try {
    key = await keyring.unwrap(Buffer.from(protection.wrapped, 'base64'));
  } catch (error) {
    throw new VaultError('keyring-lost', `the keyring ${protection.backend} does not yield the key`, error);
  }
  // A keyring that was made anew may decrypt to something else instead of failing.
  if (!isKeyOf(file, key)) {
    throw new VaultError('keyring-lost', `the keyring ${protection.backend} yields another key`);
  }
  return checked(file, key);
}

/** A convenience: whoever typed the code is let in, whether or not this works. */
async function returnToKeyring(
  profile: string,
  keyring: Keyring,
  file: KeyFile,
  key: Uint8Array,
): Promise<void> {
  const protection = await protectWithKeyring(keyring, key);
  if (protection === undefined) return;
  try {
    saveKeyFile(profile, { ...file, protection }, replaceFile);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
  }
}

/** A copy that is the caller's alone, to use and to overwrite. */
function checked(file: KeyFile, key: Uint8Array): Uint8Array {
  if (!isKeyOf(file, key)) throw new VaultError('damaged', 'the key file contradicts itself');
  const copy = Uint8Array.from(key);
  key.fill(0);
  return copy;
}

function isKeyOf(file: KeyFile, key: Uint8Array): boolean {
  return key.length === KEY_LENGTH && markOf(key) === file.mark;
}

function loadFor(profile: string, key: Uint8Array): KeyFile {
  const file = loadKeyFile(profile);
  if (file === undefined) throw new VaultError('damaged', 'this profile has no key');
  if (!isKeyOf(file, key)) throw new VaultError('wrong-secret', 'this is not the key of the profile');
  return file;
}
