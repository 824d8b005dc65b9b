/**
 * The operating system's keyring through Electron's `safeStorage`. It never falls back to the fixed password that
 * Chromium uses where there is no keyring: then it says that there is none.
 */
import type { SafeStorage } from 'electron';
import type { Keyring } from '../engine/host.ts';

/** What is used of `safeStorage`. The asynchronous half came with Electron 42 and answers false where it is not ready. */
export type Storage = Pick<
  SafeStorage,
  | 'getSelectedStorageBackend'
  | 'isAsyncEncryptionAvailable'
  | 'encryptStringAsync'
  | 'decryptStringAsync'
  | 'isEncryptionAvailable'
  | 'encryptString'
  | 'decryptString'
>;

const NAMES: Partial<Record<NodeJS.Platform, string>> = { darwin: 'keychain', win32: 'dpapi' };

/**
 * On Linux a ciphertext says what made it: `v10` is Chromium's fixed password, `v11` and later are a keyring's key.
 * Chromium falls back from one to the other without a word (os_crypt: PosixKeyProvider).
 */
const FIXED_PASSWORD = Buffer.from('v10');

/** @param ready resolves when the program may ask: `safeStorage` knows nothing before. */
export function createKeyring(storage: Storage, platform: NodeJS.Platform, ready: Promise<unknown>): Keyring {
  const isFixed = (wrapped: Uint8Array): boolean =>
    platform === 'linux' && FIXED_PASSWORD.equals(wrapped.subarray(0, FIXED_PASSWORD.length));

  const seal = async (text: string): Promise<Uint8Array> => {
    await ready;
    const wrapped = (await storage.isAsyncEncryptionAvailable())
      ? await storage.encryptStringAsync(text)
      : // eslint-disable-next-line @typescript-eslint/no-deprecated -- Electron 42 has no other on some systems
        storage.encryptString(text);
    if (isFixed(wrapped)) throw new Error('the keyring is not there: refused to use a fixed password');
    return new Uint8Array(wrapped);
  };

  return {
    async backend() {
      await ready;
      const name = platform === 'linux' ? storage.getSelectedStorageBackend() : NAMES[platform];
      if (name === undefined || name === 'basic_text' || name === 'unknown') return undefined;
      // The name is only what the desktop promises; a sealed word shows that a keyring is really there and open.
      return seal('probe').then(
        () => name,
        () => undefined,
      );
    },
    wrap: (key) => seal(Buffer.from(key).toString('base64')),
    async unwrap(wrapped) {
      await ready;
      if (isFixed(wrapped)) throw new Error('the key is wrapped by a fixed password');
      const bytes = Buffer.from(wrapped);
      const text = (await storage.isAsyncEncryptionAvailable())
        ? (await storage.decryptStringAsync(bytes)).result
        : // eslint-disable-next-line @typescript-eslint/no-deprecated -- as above
          storage.decryptString(bytes);
      return new Uint8Array(Buffer.from(text, 'base64'));
    },
  };
}
