/**
 * Makes renderer/lib/emoji.json, which the picker of emoji reads, of Unicode's list of them: by hand, when there is a
 * newer one. Run: node build/emoji.ts [emoji-test.txt], which the Debian package unicode-data has, as does
 * https://unicode.org/Public/emoji/. The list is © Unicode, Inc. under the Unicode License v3
 * (https://www.unicode.org/license.txt), and so is what is made of it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { withTone } from '../renderer/lib/emoji-tone.ts';

const GROUPS: Readonly<Record<string, string>> = {
  'Smileys & Emotion': 'smileys',
  'People & Body': 'people',
  'Animals & Nature': 'nature',
  'Food & Drink': 'food',
  'Travel & Places': 'travel',
  Activities: 'activities',
  Objects: 'objects',
  Symbols: 'symbols',
  Flags: 'flags',
};

const source = process.argv[2] ?? '/usr/share/unicode/emoji/emoji-test.txt';
const lines = readFileSync(source, 'utf8').split('\n');
const version = /^# Version: (\S+)/mu.exec(lines.join('\n'))?.[1] ?? '';
const all: { group: string; emoji: string; name: string }[] = [];
let group = '';
for (const line of lines) {
  group = /^# group: (.+)$/u.exec(line)?.[1] ?? group;
  const [, emoji, name] = /; fully-qualified\s+# (\S+) E[\d.]+ (.+)$/u.exec(line) ?? [];
  if (emoji !== undefined && name !== undefined) all.push({ group, emoji, name });
}
const known = new Set(all.map(({ emoji }) => emoji));
const groups = Object.entries(GROUPS).map(([title, id]) => {
  const untoned = all.filter((each) => each.group === title && !/\p{Emoji_Modifier}/u.test(each.emoji));
  const rows = untoned.map(({ emoji, name }) => {
    const toned = withTone(emoji, 1);
    return `${emoji}${toned !== emoji && known.has(toned) ? '*' : ''} ${name}`;
  });
  return { id, emoji: rows.join('\n') };
});
writeFileSync(
  new URL('../renderer/lib/emoji.json', import.meta.url),
  `${JSON.stringify({ license: 'Unicode-3.0, © Unicode, Inc.', version, groups }, undefined, 2)}\n`,
);
