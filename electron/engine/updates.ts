/**
 * Updates of the program, as far as they are ours to bring: looks once a day, offers what the manifest allows, fetches it
 * when the person says so, and hands it to the shell, which installs it when the program ends. It installs nothing itself.
 */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as v from 'valibot';
import { Refusal } from '../../shared/answer.ts';
import type { UpdateProblem, UpdateRow } from '../../shared/contract.ts';
import { getSetting, setSetting } from '../store/settings.ts';
import { ConnectionProblem } from '../xmpp/problem.ts';
import type { Profile } from './profile.ts';
import { clearUpdates, fetchManifest, fetchUpdate, UpdateDamaged, UpdateMissing } from './update-fetch.ts';
import { compareVersions, judgeUpdate, type Manifest, type UpdateFile } from './update-manifest.ts';

const KEY = 'updates';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** How long "later" lasts. */
const LATER = 3 * DAY;
/** A change of the bytes that are here is told this often at most, in milliseconds. */
const TELLING = 250;

const kept = v.fallback(
  v.object({
    isAutomatic: v.optional(v.boolean()),
    /** Random, told to nobody: decides when a staged roll-out reaches this profile. */
    lot: v.optional(v.string()),
    /** `issued` of the newest manifest that was accepted. */
    newest: v.fallback(v.number(), 0),
    checked: v.fallback(v.number(), 0),
    skipped: v.optional(v.string()),
    later: v.optional(v.object({ version: v.string(), until: v.number() })),
    /** Was to be installed when the program ended. */
    ready: v.optional(v.string()),
  }),
  { newest: 0, checked: 0 },
);
type Kept = v.InferOutput<typeof kept>;
interface Offer {
  readonly manifest: Manifest;
  readonly file: UpdateFile;
}
type State = Pick<UpdateRow, 'state' | 'done' | 'problem'>;

export class Updates {
  readonly #profile: Profile;
  readonly #folder: string;
  #state: State = { state: 'idle' };
  #offer: Offer | undefined;
  /** Ends what is under way. */
  #work: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isEnded = false;

  constructor(profile: Profile) {
    this.#profile = profile;
    this.#folder = join(profile.host.profile, 'updates');
    const { ready } = this.#kept;
    if (ready !== undefined && compareVersions(ready, this.#version) > 0)
      this.#state = { state: 'failed', problem: 'not-installed' };
    if (ready !== undefined) this.#keep({ ready: undefined });
    this.#schedule();
  }

  row(): UpdateRow {
    const offer = this.#offer;
    const { later } = this.#kept;
    const { host } = this.#profile;
    const { updates: source } = host;
    return {
      version: this.#version,
      ...(source !== undefined && { carrier: source.carrier }),
      isAutomatic: this.#isAutomatic,
      ...this.#state,
      ...(offer !== undefined && {
        offer: {
          version: offer.manifest.version,
          notes: offer.manifest.notes,
          size: offer.file.size,
          ...(source?.isInstallable === false && { address: new URL(offer.file.name, source.feed).href }),
          ...(later?.version === offer.manifest.version && later.until > host.now() && { isLater: true }),
        },
      }),
    };
  }

  set(isAutomatic: boolean): void {
    this.#keep({ isAutomatic });
    this.#schedule();
    this.#tell();
  }

  /** Looks for an update. @param isAsked by the person: then they hear of everything, and of what they skipped */
  async check(isAsked: boolean): Promise<void> {
    const { host } = this.#profile;
    const source = host.updates;
    if (source === undefined) throw new Refusal('not-allowed', 'others bring updates here');
    if (this.#work !== undefined || this.#state.state === 'ready') {
      this.#schedule();
      return;
    }
    const before = this.#state;
    const work = this.#begin({ state: 'checking' });
    try {
      const text = await fetchManifest({ host, source, signal: work.signal });
      if (this.#isEnded) return;
      this.#judge(text, isAsked);
      await clearUpdates(this.#folder, this.#offer?.file);
    } catch (error) {
      // That there is no network is no news when nobody asked.
      if (!isAsked && (error instanceof ConnectionProblem || work.signal.aborted)) this.#state = before;
      else this.#fail(error);
    } finally {
      this.#end(work);
      this.#schedule();
    }
  }

  /** Fetches what is offered, to be installed when the program ends. Resolves at once. */
  download(version: string): void {
    const { host } = this.#profile;
    const offer = this.#offered(version);
    const source = host.updates;
    if (source?.isInstallable !== true)
      throw new Refusal('not-allowed', 'this place is not ours to write to');
    if (this.#work !== undefined) throw new Refusal('busy');
    const work = this.#begin({ state: 'downloading', done: 0 });
    let told = 0;
    const onProgress = (done: number): void => {
      const now = performance.now();
      this.#state = { state: 'downloading', done };
      if (now - told < TELLING) return;
      told = now;
      this.#tell();
    };
    void fetchUpdate({ host, source, signal: work.signal }, this.#folder, offer.file, onProgress)
      .then((file) => {
        if (this.#isEnded || work.signal.aborted) return;
        this.#keep({ ready: version });
        this.#state = { state: 'ready' };
        source.install({ version, ...file });
      })
      .catch((error: unknown) => {
        if (work.signal.aborted) this.#state = { state: 'offered' };
        else this.#fail(error);
      })
      .finally(() => this.#end(work));
  }

  /** What came so far stays for the next try. */
  cancel(): void {
    if (this.#state.state === 'downloading') this.#work?.abort();
  }

  skip(version: string): void {
    this.#offered(version);
    this.#keep({ skipped: version });
    this.#withdraw();
    void clearUpdates(this.#folder).catch((error: unknown) => {
      this.#profile.host.log('updates', 'not-cleared', { error: String(error) });
    });
  }

  later(version: string): void {
    this.#offered(version);
    this.#keep({ later: { version, until: this.#profile.host.now() + LATER } });
    this.#tell();
  }

  restart(): void {
    if (this.#state.state !== 'ready') throw new Refusal('too-late');
    this.#profile.host.updates?.restart();
  }

  /** The profile is being closed. What is ready is installed all the same. */
  stop(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
    this.#work?.abort(new Refusal('cancelled'));
  }

  #judge(text: string, isAsked: boolean): void {
    const { host } = this.#profile;
    const source = host.updates;
    if (source === undefined) return;
    const before = this.#kept;
    const lot = before.lot ?? randomBytes(16).toString('hex');
    const { keys, channel, carrier: kind, arch } = source;
    const verdict = judgeUpdate(text, {
      ...{ keys, channel, kind, arch, lot },
      ...{ version: this.#version, now: host.now(), newest: before.newest },
    });
    const issued = verdict.isOffered ? verdict.manifest.issued : verdict.issued;
    this.#keep({ lot, checked: host.now(), ...(issued !== undefined && { newest: issued }) });
    if (verdict.isOffered && (isAsked || before.skipped !== verdict.manifest.version)) {
      this.#offer = verdict;
      this.#state = { state: 'offered' };
      return;
    }
    this.#offer = undefined;
    if (verdict.isOffered) {
      this.#state = { state: 'idle' };
      return;
    }
    const problem = problemOf(verdict.reason);
    this.#state = problem === undefined ? { state: 'current' } : { state: 'failed', problem };
    if (problem !== undefined) host.log('updates', 'refused', { reason: verdict.reason });
  }

  /** The offer that the person saw. @throws Refusal `too-late` when it is another one by now */
  #offered(version: string): Offer {
    if (this.#offer?.manifest.version !== version || this.#state.state === 'ready')
      throw new Refusal('too-late');
    return this.#offer;
  }

  #withdraw(): void {
    this.#work?.abort();
    this.#offer = undefined;
    this.#state = { state: 'idle' };
    this.#tell();
  }

  #fail(error: unknown): void {
    const isPlace = error instanceof ConnectionProblem || error instanceof UpdateMissing;
    const problem = isPlace ? 'unreachable' : error instanceof UpdateDamaged ? 'damaged' : 'storage';
    this.#state = { state: 'failed', problem };
    this.#profile.host.log('updates', 'failed', { error: String(error) });
  }

  #begin(state: State): AbortController {
    this.#state = state;
    this.#tell();
    return (this.#work = new AbortController());
  }

  #end(work: AbortController): void {
    if (this.#work === work) this.#work = undefined;
    this.#tell();
  }

  /** The next look by itself: a day after the last one, and never right at the start, when there is enough to do. */
  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#isEnded || this.#profile.host.updates === undefined || !this.#isAutomatic) return;
    // Not all at the same time of the day, and none at a time that tells when somebody gets up.
    const chance = randomBytes(4).readUInt32BE() / 2 ** 32;
    const due = this.#kept.checked + DAY - this.#profile.host.now();
    const wait = Math.min(DAY, Math.max(0, due)) + (0.05 + chance) * HOUR;
    this.#timer = setTimeout(() => void this.check(false), wait).unref();
  }

  get #version(): string {
    return this.#profile.host.software.version;
  }
  get #isAutomatic(): boolean {
    const { updates: source } = this.#profile.host;
    return source !== undefined && (this.#kept.isAutomatic ?? !source.isGuest);
  }
  get #kept(): Kept {
    return v.parse(kept, getSetting(this.#profile.database, KEY));
  }
  #keep(changed: { [K in keyof Kept]?: Kept[K] | undefined }): void {
    if (!this.#profile.database.open) return;
    const value = { ...this.#kept, ...changed };
    this.#profile.commit(() => setSetting(this.#profile.database, KEY, value));
  }
  #tell(): void {
    if (!this.#isEnded) this.#profile.announce([{ put: 'update', row: this.row() }]);
  }
}

/** What the person hears of it; nothing when there is just nothing to offer. */
function problemOf(reason: string): UpdateProblem | undefined {
  if (['current', 'no-file', 'not-yet'].includes(reason)) return undefined;
  return reason === 'expired' ? 'expired' : 'untrusted';
}
