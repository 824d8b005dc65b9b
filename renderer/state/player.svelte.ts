/**
 * The one sound that is heard: which, where it is, how fast; and what is heard next. It makes no sound before somebody
 * presses a button, and ends with the chat that is left.
 */
import type { FileRow, MessageRow, Sound } from '../../shared/contract.ts';
import { measureSound } from '../lib/sound.ts';
import type { Call } from './call.ts';
import { addressOf, type Files } from './files.svelte.ts';

/** How fast it can be heard. */
export const rates = [1, 1.5, 2] as const;

/** Sounds are measured up to this: decoded they take a hundred times more. Bytes, and milliseconds where that is known. */
const MOST_BYTES = 2_097_152;
const MOST_LENGTH = 900_000;

/** What can be heard: a file that is here, or something that was just recorded. */
export interface Heard {
  /** The same for the same sound. */
  readonly key: string;
  readonly address: string;
  /** Milliseconds, if known. */
  readonly length?: number | undefined;
}

export const heardOf = (file: FileRow): Heard => ({
  key: `file ${String(file.id)}`,
  address: addressOf(file),
  length: file.length,
});

export class Player {
  readonly #call: Call;
  /** What comes behind a sound that was heard to its end. */
  readonly #next: (key: string) => Heard | undefined;
  #audio: HTMLAudioElement | undefined;
  #heard = $state.raw<Heard>();
  #isPlaying = $state(false);
  #at = $state(0);
  #found = $state<number>();
  #rate = $state<(typeof rates)[number]>(1);
  readonly #measured = new Set<number>();

  constructor(call: Call, next: (key: string) => Heard | undefined) {
    this.#call = call;
    this.#next = next;
  }

  get rate(): number {
    return this.#rate;
  }
  isPlaying({ key }: Pick<Heard, 'key'>): boolean {
    return this.#isPlaying && this.#heard?.key === key;
  }
  /** Where it is, in milliseconds. */
  at({ key }: Pick<Heard, 'key'>): number {
    return this.#heard?.key === key ? this.#at : 0;
  }
  /** How long it is, in milliseconds: as the player found, or as it is said to be. */
  lengthOf({ key, length }: Heard): number | undefined {
    return (this.#heard?.key === key ? this.#found : undefined) ?? length;
  }

  /** Begins or goes on, or pauses; anything else that was heard ends. @throws DOMException when it cannot be played */
  async toggle(heard: Heard): Promise<void> {
    if (this.isPlaying(heard)) {
      this.#audio?.pause();
      return;
    }
    await this.#load(heard).play();
  }

  /** @param at milliseconds from its beginning */
  seek(heard: Heard, at: number): void {
    const audio = this.#load(heard);
    const length = this.lengthOf(heard) ?? 0;
    this.#at = Math.min(Math.max(0, at), length);
    audio.currentTime = this.#at / 1_000;
  }

  /** The next speed, and after the fastest the plain one. */
  turn(): void {
    this.#rate = rates[(rates.indexOf(this.#rate) + 1) % rates.length] ?? 1;
    if (this.#audio !== undefined) this.#audio.playbackRate = this.#rate;
  }

  /** Silence. */
  stop(): void {
    this.#audio?.pause();
    this.#audio?.removeAttribute('src');
    this.#heard = undefined;
    this.#found = undefined;
    this.#isPlaying = false;
    this.#at = 0;
  }

  /** Measures a file once, if it is here and nobody has; what it finds is kept. @throws Refused */
  async measure(file: FileRow): Promise<void> {
    const { id, size = Infinity, length = 0 } = file;
    const isKnown = file.peaks !== undefined || this.#measured.has(id);
    if (isKnown || file.state !== 'here' || size > MOST_BYTES || length > MOST_LENGTH) return;
    this.#measured.add(id);
    const sound = await this.#measureFile(id, size);
    if (sound !== undefined) await this.#call('files.setSound', { file: id, ...sound });
  }

  async #measureFile(file: number, size: number): Promise<Sound | undefined> {
    const whole = new Uint8Array(size);
    for (let at = 0; at < size;) {
      const { bytes } = await this.#call('files.read', { file, start: at });
      if (bytes.length === 0) return undefined;
      whole.set(bytes.subarray(0, size - at), at);
      at += bytes.length;
    }
    return await measureSound(whole.buffer);
  }

  #load(heard: Heard): HTMLAudioElement {
    const audio = (this.#audio ??= this.#element());
    if (this.#heard?.key !== heard.key) {
      audio.pause();
      this.#heard = heard;
      this.#at = 0;
      this.#found = undefined;
      audio.src = heard.address;
      audio.defaultPlaybackRate = this.#rate;
      audio.playbackRate = this.#rate;
    }
    return audio;
  }

  #element(): HTMLAudioElement {
    const audio = new Audio();
    audio.preload = 'metadata';
    const on = (name: string, act: () => void): void => audio.addEventListener(name, act);
    on('play', () => (this.#isPlaying = true));
    on('pause', () => (this.#isPlaying = false));
    on('timeupdate', () => (this.#at = audio.currentTime * 1_000));
    on('durationchange', () => {
      this.#found = Number.isFinite(audio.duration) ? Math.round(audio.duration * 1_000) : undefined;
    });
    on('ended', () => void this.#ended());
    return audio;
  }

  async #ended(): Promise<void> {
    const next = this.#heard && this.#next(this.#heard.key);
    this.#isPlaying = false;
    this.#at = 0;
    // What cannot be played is quiet; its own button says so when it is pressed.
    if (next !== undefined) await this.toggle(next).catch(() => undefined);
  }
}

/** The sound of the message right behind the one with this sound. */
export function soundBehind(
  key: string,
  messages: readonly MessageRow[],
  files: Pick<Files, 'of'>,
): Heard | undefined {
  const heardIn = ({ id }: MessageRow): boolean => files.of(id).some((file) => heardOf(file).key === key);
  const at = messages.findIndex(heardIn);
  const next = at < 0 ? undefined : messages[at + 1];
  const file = next && files.of(next.id).find(({ kind, state }) => kind === 'audio' && state === 'here');
  return file && heardOf(file);
}
