import { fork } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Keyring } from '../../electron/engine/host.ts';
import {
  changeProtection,
  createVault,
  openVault,
  readVault,
  renewRecoveryCode,
  VaultError,
} from '../../electron/engine/vault.ts';
import { closeDatabase, openDatabase } from '../../electron/store/database.ts';
import { temporaryFolder } from '../support/folder.ts';

const passphrase = 'What’s in a name?';

/** A folder that does not exist yet, as on a first start. */
function temporaryProfile(): string {
  const { path, remove } = temporaryFolder('vault');
  onTestFinished(remove);
  return join(path, 'profile');
}

/** The operating system's keyring stands outside: this one wraps with a pad that can be lost like a real one's key. */
function createKeyring(name: string | undefined, pad = 0x5a): Keyring {
  const mask = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ pad);
  return {
    backend: () => Promise.resolve(name),
    wrap: (key) => Promise.resolve(Uint8Array.from([0x77, ...mask(key)])),
    unwrap: (wrapped) => Promise.resolve(mask(wrapped.subarray(1))),
  };
}

const wallet = createKeyring('kwallet6');
const noKeyring: Keyring = {
  backend: () => Promise.resolve(undefined),
  wrap: () => Promise.reject(new Error('there is no keyring')),
  unwrap: () => Promise.reject(new Error('there is no keyring')),
};

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof VaultError) return error.code;
    throw error;
  }
  return 'fine';
}

const textOf = (profile: string): string => readFileSync(join(profile, 'key.json'), 'utf8');

/** Changes one field of the key file, given as `recovery.salt`. */
function edit(profile: string, path: string, value: unknown): void {
  const file = JSON.parse(textOf(profile)) as Record<string, Record<string, unknown>>;
  const [outer = '', inner] = path.split('.');
  if (inner === undefined) (file as Record<string, unknown>)[outer] = value;
  else (file[outer] ??= {})[inner] = value;
  writeFileSync(join(profile, 'key.json'), JSON.stringify(file));
}

describe('a new profile', () => {
  test('gives its key to the keyring', async () => {
    const profile = temporaryProfile();
    expect(await readVault(profile)).toBe('new');
    const { key } = await createVault(profile, wallet, {});
    expect(await readVault(profile)).toEqual({ protection: 'keyring', keyring: 'kwallet6' });
    expect(await openVault(profile, wallet)).toEqual(key);
    expect(key).toHaveLength(32);
    if (process.platform !== 'win32') {
      expect(statSync(join(profile, 'key.json')).mode & 0o777).toBe(0o600);
      expect(statSync(profile).mode & 0o777).toBe(0o700);
    }
    expect(readdirSync(profile)).toEqual(['key.json']);
    for (const encoding of ['hex', 'base64', 'base64url', 'latin1'] as const) {
      expect(textOf(profile)).not.toContain(Buffer.from(key).toString(encoding));
    }
  });

  test('without a keyring has to be told what to do', async () => {
    const profile = temporaryProfile();
    expect(await codeOf(createVault(profile, noKeyring, {}))).toBe('choose-protection');
    expect(await codeOf(createVault(profile, noKeyring, { consent: false }))).toBe('choose-protection');
    expect(await codeOf(createVault(profile, noKeyring, { passphrase: '' }))).toBe('choose-protection');
    expect(await readVault(profile)).toBe('new');
  });

  test.each<[string, Partial<Keyring>]>([
    ['cannot say its name', { backend: () => Promise.reject(new Error('no bus')) }],
    ['stays locked', { wrap: () => Promise.reject(new Error('dismissed')) }],
    ['gives back something else', { unwrap: () => Promise.resolve(new Uint8Array(32)) }],
    ['gives nothing back', { unwrap: () => Promise.reject(new Error('gone')) }],
  ])('does not trust a keyring that %s', async (_, fault) => {
    const profile = temporaryProfile();
    expect(await codeOf(createVault(profile, { ...wallet, ...fault }, {}))).toBe('choose-protection');
    const { key } = await createVault(profile, { ...wallet, ...fault }, { consent: true });
    expect(await readVault(profile)).toEqual({ protection: 'none' });
    expect(await openVault(profile, noKeyring)).toEqual(key);
  });

  test('survives a keyring that keeps the buffers it is given', async () => {
    const profile = temporaryProfile();
    const careless: Keyring = {
      ...wallet,
      wrap: (key) => Promise.resolve(key),
      unwrap: (key) => Promise.resolve(key),
    };
    const { key } = await createVault(profile, careless, {});
    expect(key).not.toEqual(new Uint8Array(32));
    expect(await openVault(profile, careless)).toEqual(key);
  });

  test('has another key and another code each time', async () => {
    const made = await Promise.all([1, 2, 3].map(() => createVault(temporaryProfile(), wallet, {})));
    expect(new Set(made.map(({ key }) => Buffer.from(key).toString('hex'))).size).toBe(3);
    expect(new Set(made.map(({ recoveryCode }) => recoveryCode)).size).toBe(3);
  });

  test('never loses its key to a second one', async () => {
    const profile = temporaryProfile();
    const attempts = await Promise.allSettled([1, 2, 3].map(() => createVault(profile, wallet, {})));
    const made = attempts.flatMap((each) => (each.status === 'fulfilled' ? [each.value.key] : []));
    expect(made).toHaveLength(1);
    expect(await openVault(profile, wallet)).toEqual(made[0]);
    const before = textOf(profile);
    expect(await codeOf(createVault(profile, noKeyring, { consent: true }))).toBe('exists');
    expect(textOf(profile)).toBe(before);
    expect(readdirSync(profile)).toEqual(['key.json']);
  });
});

describe('a passphrase', () => {
  test('opens, composed or decomposed, and nothing else does', async () => {
    const profile = temporaryProfile();
    const { key } = await createVault(profile, noKeyring, { passphrase: 'Café à la crème' });
    expect(await readVault(profile)).toEqual({ protection: 'passphrase' });
    expect(await codeOf(openVault(profile, noKeyring))).toBe('locked');
    expect(await openVault(profile, noKeyring, 'Café à la crème'.normalize('NFD'))).toEqual(key);
    for (const wrong of ['', 'café à la crème']) {
      expect(await codeOf(openVault(profile, noKeyring, wrong))).toBe('wrong-secret');
    }
    const { protection } = JSON.parse(textOf(profile)) as { protection: Record<string, unknown> };
    expect(protection).toMatchObject({ kind: 'passphrase', N: 131_072, r: 8, p: 1 });
    expect(textOf(profile)).not.toContain('Caf');
    expect(textOf(profile)).not.toContain(Buffer.from(key).toString('base64'));
  });
});

describe('the recovery code', () => {
  test('is eight groups of four, however it is typed', async () => {
    const profile = temporaryProfile();
    const { key, recoveryCode: first } = await createVault(profile, wallet, {});
    let recoveryCode = first;
    // One with digits that can be misread.
    while (!/0.*1|1.*0/.test(recoveryCode)) recoveryCode = await renewRecoveryCode(profile, key);
    expect(recoveryCode).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}$/);
    const typed = [
      recoveryCode,
      recoveryCode.toLowerCase(),
      recoveryCode.replaceAll('-', ''),
      ` ${recoveryCode.replaceAll('-', ' ')}\n`,
      recoveryCode.replaceAll('-', '–'),
      recoveryCode.replaceAll('0', 'O').replaceAll('1', 'l'),
      recoveryCode.replaceAll('0', 'o').replaceAll('1', 'I'),
    ];
    for (const each of typed) expect(await openVault(profile, wallet, each)).toEqual(key);
    const other = `${recoveryCode.startsWith('Z') ? 'Y' : 'Z'}${recoveryCode.slice(1)}`;
    expect(await codeOf(openVault(profile, wallet, other))).toBe('wrong-secret');
    expect(textOf(profile)).not.toContain(recoveryCode.slice(0, 9));
  });

  test('never opens by chance, and nothing typed is an accident', async () => {
    const profile = temporaryProfile();
    await createVault(profile, wallet, {});
    const digits = fc.string({
      unit: fc.constantFrom(...Array.from('0123456789ABCDEFGHJKMNPQRSTVWXYZ')),
      minLength: 32,
      maxLength: 32,
    });
    await fc.assert(
      fc.asyncProperty(fc.oneof(digits, fc.string({ unit: 'binary' })), async (secret) => {
        expect(await codeOf(openVault(profile, wallet, secret))).toBe('wrong-secret');
      }),
      { numRuns: 40 },
    );
  });

  test('can be made anew; the old one is void', async () => {
    const profile = temporaryProfile();
    const { key, recoveryCode } = await createVault(profile, wallet, {});
    const renewed = await renewRecoveryCode(profile, key);
    expect(await codeOf(openVault(profile, wallet, recoveryCode))).toBe('wrong-secret');
    expect(await openVault(profile, wallet, renewed)).toEqual(key);
    expect(await codeOf(renewRecoveryCode(profile, new Uint8Array(32)))).toBe('wrong-secret');
  });
});

describe('a lost keyring', () => {
  const changed = createKeyring('kwallet6', 0xa5);
  test.each<[string, Keyring]>([
    ['is gone', noKeyring],
    ['was made anew', changed],
    ['gives a shorter key', { ...wallet, unwrap: () => Promise.resolve(new Uint8Array(16)) }],
  ])('that %s yields no key, and nothing is made in its place', async (_, keyring) => {
    const profile = temporaryProfile();
    await createVault(profile, wallet, {});
    const before = textOf(profile);
    expect(await codeOf(openVault(profile, keyring))).toBe('keyring-lost');
    expect(await codeOf(openVault(profile, keyring, 'a guess'))).toBe('wrong-secret');
    expect(textOf(profile)).toBe(before);
  });

  test('is replaced by the one there is, once the code was given', async () => {
    const profile = temporaryProfile();
    const { key, recoveryCode } = await createVault(profile, createKeyring('gnome_libsecret', 1), {});
    expect(await codeOf(openVault(profile, changed))).toBe('keyring-lost');
    expect(await openVault(profile, changed, recoveryCode)).toEqual(key);
    expect(await openVault(profile, changed)).toEqual(key);
    expect(await readVault(profile)).toEqual({ protection: 'keyring', keyring: 'kwallet6' });
    // Without one, the code opens each time: nobody is locked out, and nothing falls back to no protection.
    expect(await openVault(profile, noKeyring, recoveryCode)).toEqual(key);
    expect(await readVault(profile)).toEqual({ protection: 'keyring', keyring: 'kwallet6' });
  });
});

describe('another protection', () => {
  test('keeps the key and the recovery code', async () => {
    const profile = temporaryProfile();
    const { key, recoveryCode } = await createVault(profile, noKeyring, { consent: true });
    expect(await readVault(profile)).toEqual({ protection: 'none' });
    expect(textOf(profile)).toContain('agreed');
    await changeProtection(profile, noKeyring, key, { kind: 'passphrase', passphrase });
    expect(textOf(profile)).not.toContain(Buffer.from(key).toString('base64'));
    expect(await codeOf(openVault(profile, noKeyring))).toBe('locked');
    expect(await openVault(profile, noKeyring, passphrase)).toEqual(key);
    expect(await codeOf(changeProtection(profile, noKeyring, key, { kind: 'keyring' }))).toBe(
      'choose-protection',
    );
    await changeProtection(profile, wallet, key, { kind: 'keyring' });
    expect(await openVault(profile, wallet)).toEqual(key);
    expect(await codeOf(openVault(profile, wallet, passphrase))).toBe('wrong-secret');
    await changeProtection(profile, wallet, key, { kind: 'none', consent: true });
    expect(await openVault(profile, noKeyring)).toEqual(key);
    await changeProtection(profile, wallet, key, { kind: 'keyring' });
    expect(await openVault(profile, wallet, recoveryCode)).toEqual(key);
  });

  test('is refused for another key or an empty passphrase', async () => {
    const profile = temporaryProfile();
    const { key } = await createVault(profile, wallet, {});
    const before = textOf(profile);
    const attempts = [
      changeProtection(profile, wallet, new Uint8Array(32), { kind: 'none', consent: true }),
      changeProtection(profile, wallet, key, { kind: 'passphrase', passphrase: '' }),
    ];
    expect(await Promise.all(attempts.map(codeOf))).toEqual(['wrong-secret', 'choose-protection']);
    expect(textOf(profile)).toBe(before);
  });
});

describe('damage', () => {
  test('a key file that is missing beside a database is never replaced', async () => {
    const profile = temporaryProfile();
    const { key } = await createVault(profile, wallet, {});
    closeDatabase(openDatabase(join(profile, 'waxwing.db'), key));
    rmSync(join(profile, 'key.json'));
    expect(await codeOf(readVault(profile))).toBe('damaged');
    expect(await codeOf(createVault(profile, wallet, {}))).toBe('damaged');
    expect(await codeOf(openVault(profile, wallet))).toBe('damaged');
    expect(readdirSync(profile)).toEqual(['waxwing.db']);
  });

  test.each(['waxwing.db-wal', 'waxwing.db.before-2'])('so it is beside %s', async (name) => {
    const profile = temporaryProfile();
    mkdirSync(profile);
    writeFileSync(join(profile, name), '');
    expect(await codeOf(createVault(profile, wallet, {}))).toBe('damaged');
  });

  test('other files of the profile are nobody’s key', async () => {
    const profile = temporaryProfile();
    mkdirSync(profile);
    writeFileSync(join(profile, 'Preferences'), '');
    writeFileSync(join(profile, 'key.json.new-0123'), '{"half":');
    expect(await readVault(profile)).toBe('new');
    await createVault(profile, wallet, {});
  });

  test.each([
    ['nothing', ''],
    ['half an object', '{"version":1'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a text', '"text"'],
    ['an empty object', '{}'],
    ['a later version', '{"version":2}'],
    ['what a power cut leaves', '\0'.repeat(4_096)],
  ])('a key file that holds %s is refused and kept', async (_, text) => {
    const profile = temporaryProfile();
    mkdirSync(profile);
    writeFileSync(join(profile, 'key.json'), text);
    expect(await codeOf(readVault(profile))).toBe('damaged');
    expect(await codeOf(createVault(profile, wallet, { consent: true }))).toBe('damaged');
    expect(textOf(profile)).toBe(text);
  });

  test.each<[string, unknown]>([
    ['version', 2],
    ['mark', null],
    ['protection', []],
    ['protection.kind', 'trust me'],
    ['protection.wrapped', 5],
    ['protection.N', 2 ** 30],
    ['protection.N', 1_000_000],
    ['protection.N', 2],
    ['protection.r', 1e9],
    ['protection.p', 0],
    ['recovery', 'none'],
    ['recovery.salt', undefined],
  ])('%s cannot be %j', async (path, value) => {
    const profile = temporaryProfile();
    mkdirSync(profile);
    // Stretching a passphrase takes a while: one key file serves all.
    passphraseFile ??= await writePassphraseFile();
    writeFileSync(join(profile, 'key.json'), passphraseFile);
    edit(profile, path, value);
    expect(await codeOf(openVault(profile, noKeyring, passphrase))).toBe('damaged');
  });

  let passphraseFile: string | undefined;
  async function writePassphraseFile(): Promise<string> {
    const profile = temporaryProfile();
    await createVault(profile, noKeyring, { passphrase });
    return textOf(profile);
  }

  test('a section that was exchanged does not open', async () => {
    const [profile, foreign] = [temporaryProfile(), temporaryProfile()];
    await createVault(profile, noKeyring, { consent: true });
    await createVault(foreign, noKeyring, { consent: true });
    const file = JSON.parse(textOf(foreign)) as { protection: unknown; recovery: unknown };
    edit(profile, 'protection', file.protection);
    expect(await codeOf(openVault(profile, noKeyring))).toBe('damaged');
    // A recovery section is no passphrase section, even under the same secret.
    const { recoveryCode } = await createVault(temporaryProfile(), wallet, {});
    edit(foreign, 'recovery.wrapped', 'AAAA');
    edit(foreign, 'protection', { kind: 'keyring', backend: 'kwallet6', wrapped: '' });
    expect(await codeOf(openVault(foreign, wallet, recoveryCode))).toBe('wrong-secret');
    expect(await codeOf(openVault(foreign, wallet))).toBe('keyring-lost');
  });

  test('a folder that cannot be written says so', async () => {
    const profile = temporaryProfile();
    writeFileSync(profile, 'a file where the folder should be');
    expect(await codeOf(createVault(profile, wallet, {}))).toBe('unavailable');
  });
});

test.each([1, 2, 3, 4, 5])('a kill while it is rewritten leaves a whole key file (%i)', async (round) => {
  const profile = temporaryProfile();
  const { key } = await createVault(profile, wallet, {});
  const child = fork(
    join(import.meta.dirname, 'vault-rewriter.ts'),
    [profile, Buffer.from(key).toString('hex')],
    {
      stdio: 'ignore',
    },
  );
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const rewritten = await new Promise<number>((resolve) => {
    child.on('message', (count: number) => {
      if (count < round * 7) return;
      child.kill('SIGKILL');
      resolve(count);
    });
    child.once('exit', () => resolve(0));
  });
  await ended;
  expect(rewritten).toBeGreaterThanOrEqual(round * 7);
  expect(await openVault(profile, wallet)).toEqual(key);
  // What the kill left is cleared away by a later change, when it is old enough to be nobody's.
  expect(readdirSync(profile).filter((name) => name !== 'key.json').length).toBeLessThanOrEqual(1);
});
