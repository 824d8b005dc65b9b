/**
 * S7: the keyring of the operating system changes between two starts: another one, back again, emptied, locked, missing.
 * Nobody is locked out, nothing is lost, and the key never lies open in the profile. The keyrings are of the tests, with
 * keys of their own; the vault, the database and the engine are real.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine } from '../../../electron/engine/engine.ts';
import type { Keyring } from '../../../electron/engine/host.ts';
import { openVault } from '../../../electron/engine/vault.ts';
import { createTestHost, Mirror } from '../../support/engine.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { ScriptedServer } from '../../support/scripted-wire.ts';
import type { Context, Result, Row } from '../frame.ts';

const PEER = 'bob@b.test';
/** Starts of one profile, each after another change. */
const STARTS = 8;

/** What stands between a program and its secrets: one keyring at a time, or none. */
class Desktop implements Keyring {
  readonly #keys = new Map<string, Buffer>();
  present: string | undefined = 'gnome_libsecret';
  isLocked = false;

  #key(): Buffer {
    if (this.present === undefined) throw new Error('there is no keyring');
    if (this.isLocked) throw new Error('the keyring is locked');
    const key = this.#keys.get(this.present) ?? randomBytes(32);
    this.#keys.set(this.present, key);
    return key;
  }

  /** Somebody reset it: what it wrapped is lost. */
  empty(): void {
    if (this.present !== undefined) this.#keys.delete(this.present);
  }

  backend(): Promise<string | undefined> {
    return Promise.resolve(this.present);
  }

  wrap(key: Uint8Array): Promise<Uint8Array> {
    return attempt(() => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', this.#key(), nonce);
      return Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
    });
  }

  unwrap(wrapped: Uint8Array): Promise<Uint8Array> {
    return attempt(() => {
      const cipher = createDecipheriv('aes-256-gcm', this.#key(), wrapped.subarray(0, 12));
      cipher.setAuthTag(wrapped.subarray(-16));
      return Buffer.concat([cipher.update(wrapped.subarray(12, -16)), cipher.final()]);
    });
  }
}

/** A keyring is asked through the system: it fails later, never at once. */
const attempt = (work: () => Uint8Array): Promise<Uint8Array> => Promise.resolve().then(work);

const changes: Readonly<Record<string, (desktop: Desktop) => void>> = {
  'another one': (desktop) => {
    desktop.present = desktop.present === 'kwallet6' ? 'keychain' : 'kwallet6';
  },
  'the first again': (desktop) => {
    desktop.present = 'gnome_libsecret';
  },
  emptied: (desktop) => {
    desktop.empty();
  },
  missing: (desktop) => {
    desktop.present = undefined;
  },
  locked: (desktop) => {
    desktop.isLocked = true;
  },
  unlocked: (desktop) => {
    desktop.isLocked = false;
  },
  'nothing changed': () => undefined,
};

interface Tally {
  starts: number;
  silent: number;
  recovered: number;
  readonly after: Record<string, number>;
}

/** One profile through its changes. @returns what was wrong */
async function live({ random, note }: Context, tally: Tally): Promise<string[]> {
  const { path: profile, remove } = temporaryFolder('keyrings');
  const desktop = new Desktop();
  const failures: string[] = [];
  const texts: string[] = [];
  let code = '';
  let own: string | undefined;
  let story = 'the beginning';
  const fail = (what: string): void => {
    failures.push(`${story}: ${what}`);
  };
  try {
    for (let start = 0; start < STARTS; start += 1) {
      const names = Object.keys(changes);
      const change = start === 0 ? 'nothing changed' : (names[Math.floor(random() * names.length)] ?? '');
      changes[change]?.(desktop);
      story = `start ${start}, ${change} (${desktop.present ?? 'no keyring'}${desktop.isLocked ? ', locked' : ''})`;
      note('start', { story });
      tally.starts += 1;
      tally.after[change] = (tally.after[change] ?? 0) + 1;

      const server = new ScriptedServer([{ jid: PEER, subscription: 'both' }]);
      const host = { ...createTestHost({ profile }), keyring: desktop };
      const engine = createEngine({ ...host, connect: server.connect });
      const mirror = new Mirror(engine);
      await engine.start();
      if (start > 0 && mirror.profile.state === 'keyring-lost') {
        const guessed = await mirror.call('profile.unlock', { secret: 'a guess' }).then(
          () => true,
          () => false,
        );
        if (guessed) fail('a guess opened it');
        await mirror.call('profile.unlock', { secret: code });
        tally.recovered += 1;
      } else if (start > 0) tally.silent += 1;
      if (mirror.profile.state !== 'open') {
        fail(`locked out: ${mirror.profile.state}`);
        await engine.stop();
        break;
      }
      if (mirror.profile.protection !== 'keyring')
        fail(`protected by ${mirror.profile.protection ?? 'nothing'}`);

      if (start === 0) {
        ({ code } = await mirror.call('profile.recoveryCode', {}));
        await mirror.call('accounts.signIn', { address: 'alice@a.test', password: 'x' });
      }
      await mirror.until(() => mirror.account().state === 'online', 'online');
      const { id: account, address } = mirror.account();
      const self = await mirror.call('chats.open', { account, address });
      const { devices } = await mirror.call('chats.devices', { chat: self.chat });
      const fingerprint = devices.find(({ isThisDevice }) => isThisDevice)?.fingerprint;
      own ??= fingerprint;
      if (fingerprint === undefined || fingerprint !== own) fail('another identity');
      const { chat } = await mirror.call('chats.open', { account, address: PEER });
      const held = (await mirror.history(PEER)).map(({ text }) => text);
      if (held.join() !== texts.join()) fail(`held ${held.length} of ${texts.length} messages`);
      const text = `said at start ${start}`;
      await mirror.call('messages.send', { chat, text });
      texts.push(text);
      await engine.stop();

      const key = await openVault(profile, desktop, code);
      for (const file of openly(profile, key)) fail(`the key lies open in ${file}`);
    }
  } catch (error) {
    fail(String(error));
  } finally {
    remove();
  }
  return failures;
}

/** The files of a folder in which a key stands, as bytes, in hexadecimal or in base64. */
function openly(folder: string, key: Uint8Array): string[] {
  const forms = [
    Buffer.from(key),
    ...(['hex', 'base64'] as const).map((form) => Buffer.from(Buffer.from(key).toString(form))),
  ];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name);
    if (!statSync(path).isFile()) return false;
    const content = readFileSync(path);
    return forms.some((form) => content.includes(form));
  });
}

async function run(context: Context): Promise<Result> {
  const tally: Tally = { starts: 0, silent: 0, recovered: 0, after: {} };
  const failures: string[] = [];
  for (let round = 0; round < context.count; round += 1) failures.push(...(await live(context, tally)));
  for (const fault of failures) context.note('fault', { fault });
  return {
    tried: tally.starts,
    failures,
    figures: {
      profiles: context.count,
      'opened by the keyring': tally.silent,
      'opened by the recovery code': tally.recovered,
      after: JSON.stringify(tally.after),
    },
  };
}

export const keyrings: Row = { name: 'S7', title: 'a keyring that changes', full: 20, short: 2, run };
