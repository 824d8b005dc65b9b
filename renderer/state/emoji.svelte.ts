/**
 * The emoji that a person uses: the latest ones first, and in which skin tone. Kept in the page's own storage, because
 * nothing here matters to the engine, and losing it costs nothing.
 */
import { tones, type Tone } from '../lib/emoji-tone.ts';
import type { Memory } from './appearance.svelte.ts';

/** Offered for a reaction as long as a person has used no others. */
const USUAL: readonly string[] = ['👍', '❤️', '😂', '😮', '😢', '🙏'];
const MOST = 32;

export class EmojiHabits {
  readonly #memory: Memory | undefined;
  #recent = $state.raw<readonly string[]>([]);
  #tone = $state<Tone>(0);

  constructor(memory: Memory | undefined) {
    this.#memory = memory;
    this.#recent = readList(memory?.getItem('emoji'));
    this.#tone = tones.find((tone) => String(tone) === memory?.getItem('emoji-tone')) ?? 0;
  }

  /** The latest first. */
  get recent(): readonly string[] {
    return this.#recent;
  }

  /** Six to react with: those that were used, and the usual ones. */
  get quick(): readonly string[] {
    return [...new Set([...this.#recent, ...USUAL])].slice(0, USUAL.length);
  }

  get tone(): Tone {
    return this.#tone;
  }
  set tone(tone: Tone) {
    this.#tone = tone;
    this.#memory?.setItem('emoji-tone', String(tone));
  }

  use(emoji: string): void {
    this.#recent = [emoji, ...this.#recent.filter((each) => each !== emoji)].slice(0, MOST);
    this.#memory?.setItem('emoji', JSON.stringify(this.#recent));
  }
}

function readList(text: string | null | undefined): readonly string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string').slice(0, MOST) : [];
  } catch {
    return []; // somebody else wrote it; it was a convenience
  }
}
