/**
 * The emoji that there are, by group and by name: read from files of the program when somebody first wants one, so that
 * nothing waits for it, and nothing is asked of the network. Beside the English names, those of the person's language.
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
  /** As Unicode calls it, in the person's language where that is known. */
  readonly name: string;
  /** What is typed between colons: its names, and what people are used to. */
  readonly codes: readonly string[];
  /** All that it is found by as a whole, and single words that mean it; without accents, small. */
  readonly names: readonly string[];
  readonly words: readonly string[];
  readonly hasTones: boolean;
}

export interface EmojiGroup {
  readonly name: GroupName;
  readonly emoji: readonly Emoji[];
}

/** What emoji are called, and the words that mean them, by the emoji. */
type Names = ReadonlyMap<string, readonly string[]>;

/** Made by build/emoji-names.ts, by primary subtag; English is in the list itself. */
const namesIn: Readonly<Record<string, () => Promise<{ default: { names: string } }>>> = {
  de: () => import('./emoji-names/de.json'),
  es: () => import('./emoji-names/es.json'),
  fr: () => import('./emoji-names/fr.json'),
  ar: () => import('./emoji-names/ar.json'),
  zh: () => import('./emoji-names/zh.json'),
};

const loading = new Map<string, Promise<readonly EmojiGroup[]>>();

/** @param language a language tag; with one that has no names of its own they are English */
export function loadEmoji(language = 'en'): Promise<readonly EmojiGroup[]> {
  const [code = ''] = language.split('-', 1);
  let groups = loading.get(code);
  if (groups === undefined) loading.set(code, (groups = load(code)));
  return groups;
}

async function load(language: string): Promise<readonly EmojiGroup[]> {
  const [{ default: file }, names] = await Promise.all([import('./emoji.json'), loadNames(language)]);
  return file.groups.flatMap(({ id, emoji }) => {
    const name = groupNames.find((each) => each === id);
    return name === undefined
      ? []
      : [{ name, emoji: emoji.split('\n').map((line) => readLine(line, names)) }];
  });
}

async function loadNames(language: string): Promise<Names> {
  const file = Object.hasOwn(namesIn, language) ? await namesIn[language]?.() : undefined;
  const lines = file?.default.names.split('\n') ?? [];
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1).split('|')]),
  );
}

function readLine(line: string, local: Names): Emoji {
  const at = line.indexOf(' ');
  const hasTones = line[at - 1] === '*';
  const emoji = line.slice(0, hasTones ? at - 1 : at);
  const english = line.slice(at + 1);
  const [name = english, ...words] = local.get(emoji) ?? [];
  const used = aliases[emoji] ?? [];
  const codes = [...new Set([...used, codeOf(english), codeOf(name), joined(name.toLowerCase())])];
  const names = new Set([plain(name), plain(english), ...codes.map((code) => code.replaceAll('_', ' '))]);
  return { emoji, name, codes, names: [...names], words: words.map(plain), hasTones };
}

/** `thumbs up` is typed `thumbs_up`. */
function codeOf(name: string): string {
  return joined(plain(name));
}

function joined(name: string): string {
  return name.replace(/[^\p{L}\p{N}]+/gu, '_').replace(/^_|_$/gu, '');
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

function rankOf({ emoji, names, words: others }: Emoji, wanted: string): number | undefined {
  if (emoji === wanted || names.includes(wanted)) return 0;
  if (names.some((each) => each.startsWith(wanted))) return 1;
  const words = wanted.split(' ');
  const all = [...names, ...others].join(' ').split(/[^\p{L}\p{N}+]+/u);
  if (words.every((word) => all.some((each) => each.startsWith(word)))) return 2;
  return [...names, ...others].some((each) => each.includes(wanted)) ? 3 : undefined;
}

/** As a person likes it. */
export function inTone({ emoji, hasTones }: Emoji, tone: Tone): string {
  return hasTones ? withTone(emoji, tone) : emoji;
}
