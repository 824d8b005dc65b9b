/**
 * The emoji that there are, by group and by name: read from a file of the program when somebody first wants one, so that
 * nothing waits for it, and nothing is asked of the network.
 */
import { withTone, type Tone } from './emoji-tone.ts';
import { aliases } from './emoji-aliases.ts';

export const groupNames = [
  'smileys',
  'people',
  'nature',
  'food',
  'travel',
  'activities',
  'objects',
  'symbols',
  'flags',
] as const;
export type GroupName = (typeof groupNames)[number];

export interface Emoji {
  readonly emoji: string;
  /** In English, as Unicode calls it. */
  readonly name: string;
  /** What is typed between colons: its name, and what people are used to. */
  readonly codes: readonly string[];
  readonly hasTones: boolean;
}

export interface EmojiGroup {
  readonly name: GroupName;
  readonly emoji: readonly Emoji[];
}

let loading: Promise<readonly EmojiGroup[]> | undefined;

export function loadEmoji(): Promise<readonly EmojiGroup[]> {
  loading ??= import('./emoji.json').then(({ default: file }) =>
    file.groups.flatMap(({ id, emoji }) => {
      const name = groupNames.find((each) => each === id);
      return name === undefined ? [] : [{ name, emoji: emoji.split('\n').map(readLine) }];
    }),
  );
  return loading;
}

function readLine(line: string): Emoji {
  const at = line.indexOf(' ');
  const hasTones = line[at - 1] === '*';
  const emoji = line.slice(0, hasTones ? at - 1 : at);
  const name = line.slice(at + 1);
  return { emoji, name, codes: [...(aliases[emoji] ?? []), codeOf(name)], hasTones };
}

/** `thumbs up` is typed `thumbs_up`. */
function codeOf(name: string): string {
  return plain(name)
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/gu, '');
}

function plain(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** Those that a person may mean by some words: whole names first, then what begins like it, then what has it in it. */
export function findEmoji(groups: readonly EmojiGroup[], words: string, most = 100): Emoji[] {
  const wanted = plain(words).replaceAll('_', ' ').trim();
  if (wanted === '') return [];
  const ranked: { readonly rank: number; readonly each: Emoji }[] = [];
  for (const { emoji } of groups) {
    for (const each of emoji) {
      const rank = rankOf(each, wanted);
      if (rank !== undefined) ranked.push({ rank, each });
    }
  }
  return ranked
    .sort((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ each }) => each);
}

function rankOf({ emoji, name, codes }: Emoji, wanted: string): number | undefined {
  const names = [plain(name), ...codes.map((code) => code.replaceAll('_', ' '))];
  if (emoji === wanted || names.includes(wanted)) return 0;
  if (names.some((each) => each.startsWith(wanted))) return 1;
  const words = wanted.split(' ');
  const all = names.join(' ').split(/[^\p{L}\p{N}+]+/u);
  if (words.every((word) => all.some((each) => each.startsWith(word)))) return 2;
  return names.some((each) => each.includes(wanted)) ? 3 : undefined;
}

/** As a person likes it. */
export function inTone({ emoji, hasTones }: Emoji, tone: Tone): string {
  return hasTones ? withTone(emoji, tone) : emoji;
}
