/**
 * The screen lock: while it is locked the engine answers hardly a call, yields no file and tells no name, and goes on with
 * everything else. It keeps nothing from somebody who can read the profile's key; that is what the profile's own protection
 * is for (`vault.ts`).
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import * as v from 'valibot';
import { Refusal } from '../../shared/answer.ts';
import type { Change, Input, LockRow, ProfileRow, Reply } from '../../shared/contract.ts';
import { getSetting, setSetting } from '../store/settings.ts';
import type { Host } from './host.ts';
import type { Profile } from './profile.ts';
import { openVault, readVault, RECOVERY_CODE, VaultError } from './vault.ts';
import { canonicalSecret, KEY_LENGTH, openWithPassphrase, sealWithPassphrase } from './wrapping.ts';

/** The setting that keeps it. */
export const SCREEN_LOCK = 'screen-lock';

/**
 * What is answered while it is locked: what the lock screen needs, what only asks for something to be shown later, and the end
 * of a call, whose sound goes with the page.
 */
const ANSWERED: ReadonlySet<string> = new Set([
  'app.snapshot',
  'app.openUri',
  'app.showChat',
  'calls.end',
  'desktop.speak',
  'lock.now',
  'profile.unlock',
]);
const LOCKED: Reply = { ok: false, code: 'profile-locked', message: 'the screen is locked' };

/** Seconds before the next try, by how many were wrong; the last holds for all that follow. */
const WAITS = [0, 0, 0, 0, 30, 60, 300, 900, 3_600] as const;

/** Milliseconds to wait after so many wrong tries in a row. */
export function waitAfter(failures: number): number {
  return 1_000 * (WAITS[Math.min(failures, WAITS.length - 1)] ?? 0);
}

/** A key that opens nothing, under the passphrase: whoever opens it knows that. */
const sealed = v.object({
  salt: v.string(),
  N: v.number(),
  r: v.number(),
  p: v.number(),
  nonce: v.string(),
  wrapped: v.string(),
});
const usual = { isOn: false, after: 5, withSystem: true, failures: 0, failedAt: 0 };
const written = v.fallback(
  v.object({
    isOn: v.boolean(),
    after: v.number(),
    withSystem: v.boolean(),
    failures: v.number(),
    failedAt: v.number(),
    /** Absent when the passphrase of the profile opens it. */
    own: v.optional(sealed),
  }),
  usual,
);
type Kept = v.InferOutput<typeof written>;

export class ScreenLock {
  readonly #host: Host;
  readonly #profile: () => Profile | undefined;
  readonly #show: () => void;
  #isLocked = false;
  #isTrying = false;

  /**
   * @param profile the open one
   * @param show tells what `cover` makes of the profile's row now
   */
  constructor(host: Host, profile: () => Profile | undefined, show: () => void) {
    this.#host = host;
    this.#profile = profile;
    this.#show = show;
  }

  get isLocked(): boolean {
    return this.#isLocked && this.#profile() !== undefined;
  }

  /** The answer to a call that has to wait until it is open. */
  refusalOf(call: string): Reply | undefined {
    return this.isLocked && !ANSWERED.has(call) ? LOCKED : undefined;
  }

  /** What the window may know of the profile now. */
  cover(row: ProfileRow): ProfileRow {
    if (!this.isLocked || row.state !== 'open') return row;
    const until = this.#nextTry();
    return { ...row, state: 'screen-locked', ...(until > this.#host.now() && { nextTry: until }) };
  }

  /** The same host, whose notifications say nothing while it is locked. */
  veil(host: Host): Host {
    const notify: Host['notify'] = (notice) => {
      host.notify(this.isLocked ? { ...notice, title: '', body: '' } : notice);
    };
    return Object.create(host, { notify: { value: notify } }) as Host;
  }

  row(): LockRow {
    const { isOn, after, withSystem } = this.#kept();
    return { isOn, after, withSystem };
  }

  /** The profile was opened. Who had to type its passphrase for that has typed enough. */
  begin(): void {
    const { isOn, own } = this.#kept();
    this.#isLocked = isOn && own !== undefined;
  }

  /** @throws Refusal `not-allowed` when it is not switched on */
  now(isSystem: boolean): void {
    const { isOn, withSystem } = this.#kept();
    if (isSystem && !(isOn && withSystem)) return;
    if (!isOn) throw new Refusal('not-allowed', 'the screen lock is off');
    this.#lock();
  }

  /** @param idle for how many seconds nobody has touched this computer */
  see(idle: number): void {
    const { isOn, after } = this.#kept();
    if (isOn && after > 0 && idle >= after * 60) this.#lock();
  }

  /** @throws Refusal `already-there`, `not-allowed` when a passphrase is needed */
  async switchOn(passphrase: string | undefined): Promise<void> {
    if (this.#kept().isOn) throw new Refusal('already-there');
    const isShared = await this.#isOfProfile();
    if (!isShared && passphrase === undefined) throw new Refusal('not-allowed', 'a passphrase is needed');
    const key = randomBytes(KEY_LENGTH);
    const own = isShared ? undefined : await sealWithPassphrase(key, passphrase ?? '');
    this.#keep({ ...this.#kept(), isOn: true, own });
  }

  /** @throws Refusal `wrong-secret`, `too-soon`, `busy` */
  async switchOff(secret: string): Promise<void> {
    if (!this.#kept().isOn) throw new Refusal('not-allowed', 'the screen lock is off');
    await this.#try(secret);
    this.#keep({ ...this.#kept(), isOn: false, own: undefined });
  }

  set(changed: Input<'lock.set'>): void {
    const { after = this.row().after, withSystem = this.row().withSystem } = changed;
    this.#keep({ ...this.#kept(), after, withSystem });
  }

  /** @throws Refusal `wrong-secret`, `too-soon`, `busy` */
  async open(secret: string): Promise<void> {
    await this.#try(secret);
    this.#isLocked = false;
    this.#show();
  }

  #lock(): void {
    if (this.#isLocked) return;
    this.#isLocked = true;
    this.#host.log('lock', 'locked');
    this.#show();
  }

  /** A try counts before anybody knows whether it is right: whoever ends the program in the middle has tried. */
  async #try(secret: string): Promise<void> {
    if (this.#isTrying) throw new Refusal('busy');
    if (this.#nextTry() > this.#host.now()) throw new Refusal('too-soon', 'too many wrong tries');
    this.#isTrying = true;
    try {
      const before = this.#kept();
      this.#keep({ ...before, failures: before.failures + 1, failedAt: this.#host.now() });
      if (!(await this.#isRight(secret))) {
        // The wait begins now: looking took its time.
        this.#keep({ ...this.#kept(), failedAt: this.#host.now() });
        this.#host.log('lock', 'wrong', { failures: before.failures + 1 });
        if (this.isLocked) this.#show();
        throw new Refusal('wrong-secret');
      }
      this.#keep({ ...this.#kept(), failures: 0, failedAt: 0 });
    } finally {
      this.#isTrying = false;
    }
  }

  async #isRight(secret: string): Promise<boolean> {
    const profile = this.#profile();
    if (profile === undefined) throw new Refusal('profile-locked');
    const code = getSetting(profile.database, RECOVERY_CODE);
    if (typeof code === 'string' && isEqual(canonicalSecret(secret), code)) return true;
    const { own } = this.#kept();
    if (own !== undefined) return (await openWithPassphrase(own, secret)) !== undefined;
    // A key without protection opens with anything.
    if (!(await this.#isOfProfile())) return false;
    try {
      (await openVault(this.#host.profile, this.#host.keyring, secret)).fill(0);
      return true;
    } catch (error) {
      if (error instanceof VaultError && error.code === 'wrong-secret') return false;
      throw error;
    }
  }

  async #isOfProfile(): Promise<boolean> {
    const vault = await readVault(this.#host.profile);
    return vault !== 'new' && vault.protection === 'passphrase';
  }

  /** Milliseconds since 1970. A clock that was set back makes nobody wait longer than the wait. */
  #nextTry(): number {
    const { failures, failedAt } = this.#kept();
    return Math.min(failedAt, this.#host.now()) + waitAfter(failures);
  }

  #kept(): Kept {
    const profile = this.#profile();
    return profile === undefined ? usual : v.parse(written, getSetting(profile.database, SCREEN_LOCK));
  }

  /** Durable when it returns. @throws Refusal `profile-locked`; what the disk says */
  #keep(kept: Kept): void {
    const profile = this.#profile();
    if (profile === undefined) throw new Refusal('profile-locked');
    profile.commit((changes: Change[]) => {
      setSetting(profile.database, SCREEN_LOCK, kept);
      changes.push({ put: 'lock', row: this.row() });
    });
    profile.settle();
  }
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
