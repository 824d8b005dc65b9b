/* eslint-disable @typescript-eslint/no-deprecated -- the deprecated half is scripted because it is used */
/**
 * The keyring: only a real one counts. `safeStorage` is the outside here, so it is scripted with what was seen of it:
 * Electron 42 and later, with and without a keyring, on three systems.
 */
import { expect, test } from 'vitest';
import { createKeyring, type Storage } from '../../electron/shell/keyring.ts';

interface Script {
  readonly name?: ReturnType<Storage['getSelectedStorageBackend']>;
  /** Whether the asynchronous half works. */
  readonly isAsync?: boolean;
  /** What ciphertexts begin with; absent where nothing can be encrypted. */
  readonly prefix?: string;
}

function storage({ name = 'gnome_libsecret', isAsync = false, prefix }: Script): Storage {
  const seal = (text: string): Buffer => {
    if (prefix === undefined) throw new Error('Encryption is not available.');
    return Buffer.from(prefix + [...text].reverse().join(''));
  };
  const open = (bytes: Buffer): string => {
    const text = bytes.toString();
    if (prefix === undefined || !text.startsWith(prefix)) throw new Error('Error while decrypting');
    return [...text.slice(prefix.length)].reverse().join('');
  };
  return {
    getSelectedStorageBackend: () => name,
    isEncryptionAvailable: () => prefix !== undefined,
    isAsyncEncryptionAvailable: () => Promise.resolve(isAsync),
    encryptString: (text) => {
      if (isAsync) throw new Error('the synchronous half would block the program');
      return seal(text);
    },
    decryptString: open,
    encryptStringAsync: async (text) => Promise.resolve(seal(text)),
    decryptStringAsync: async (bytes) => Promise.resolve({ result: open(bytes), shouldReEncrypt: false }),
  };
}

const ready = Promise.resolve();
const key = new Uint8Array([0, 1, 2, 253, 254, 255]);

test.each<[string, NodeJS.Platform, Script, string | undefined]>([
  ['GNOME', 'linux', { prefix: 'v11' }, 'gnome_libsecret'],
  ['KDE, asynchronous', 'linux', { name: 'kwallet6', isAsync: true, prefix: 'v11' }, 'kwallet6'],
  ['no keyring', 'linux', { name: 'basic_text' }, undefined],
  ['no keyring, and a fixed password instead', 'linux', { name: 'basic_text', prefix: 'v10' }, undefined],
  ['a desktop that promises a keyring and has none', 'linux', {}, undefined],
  ['the same, and a fixed password instead', 'linux', { isAsync: true, prefix: 'v10' }, undefined],
  ['too early', 'linux', { name: 'unknown', prefix: 'v11' }, undefined],
  ['macOS', 'darwin', { prefix: 'v10' }, 'keychain'],
  ['macOS, access refused', 'darwin', {}, undefined],
  ['Windows', 'win32', { isAsync: true, prefix: 'v10' }, 'dpapi'],
  ['an unknown system', 'freebsd', { prefix: 'v10' }, undefined],
])('%s', async (_name, platform, script, expected) => {
  expect(await createKeyring(storage(script), platform, ready).backend()).toBe(expected);
});

test.each([[false], [true]])('gives the key back (asynchronous: %s)', async (isAsync) => {
  const keyring = createKeyring(storage({ isAsync, prefix: 'v11' }), 'linux', ready);
  const wrapped = await keyring.wrap(key);
  expect(Buffer.from(wrapped).includes(Buffer.from(key))).toBe(false);
  expect(await keyring.unwrap(wrapped)).toEqual(key);
});

test('opens with the asynchronous half what the synchronous one closed', async () => {
  const wrapped = await createKeyring(storage({ prefix: 'v11' }), 'linux', ready).wrap(key);
  expect(
    await createKeyring(storage({ isAsync: true, prefix: 'v11' }), 'linux', ready).unwrap(wrapped),
  ).toEqual(key);
});

test('neither closes nor opens with the fixed password', async () => {
  const keyring = createKeyring(storage({ isAsync: true, prefix: 'v10' }), 'linux', ready);
  await expect(keyring.wrap(key)).rejects.toThrow('fixed password');
  await expect(keyring.unwrap(Buffer.from('v10==gAACAQ'))).rejects.toThrow('fixed password');
});

test('a keyring that went away refuses', async () => {
  const wrapped = await createKeyring(storage({ prefix: 'v11' }), 'linux', ready).wrap(key);
  await expect(createKeyring(storage({}), 'linux', ready).unwrap(wrapped)).rejects.toThrow();
  await expect(createKeyring(storage({}), 'linux', ready).wrap(key)).rejects.toThrow();
});

test('asks nothing before the program is ready', async () => {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let isAsked = false;
  const real = storage({ prefix: 'v11' });
  const watched: Storage = {
    ...real,
    getSelectedStorageBackend: () => {
      isAsked = true;
      return real.getSelectedStorageBackend();
    },
  };
  const answer = createKeyring(watched, 'linux', promise).backend();
  await new Promise(setImmediate);
  expect(isAsked).toBe(false);
  resolve(undefined);
  expect(await answer).toBe('gnome_libsecret');
});
