/**
 * Makes renderer/lib/emoji-names/<language>.json, what emoji are called in the languages of the window: by hand, after
 * emoji.ts. Run: node build/emoji-names.ts <folder>, into which the npm packages cldr-annotations-modern and
 * cldr-annotations-derived-modern were unpacked. Their data is © Unicode, Inc. under the Unicode License v3
 * (https://www.unicode.org/license.txt), and so is what is made of it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import list from '../renderer/lib/emoji.json' with { type: 'json' };

const LANGUAGES = ['de', 'es', 'fr', 'ar', 'zh'];
/** Keywords of one emoji beyond these are hardly what somebody types first. */
const MOST_WORDS = 12;

interface Annotation {
  readonly default?: readonly string[];
  readonly tts?: readonly string[];
}

const [, , folder = ''] = process.argv;
const target = new URL('../renderer/lib/emoji-names/', import.meta.url);
const emoji = list.groups.flatMap((group) =>
  group.emoji.split('\n').map((line) => line.slice(0, line.indexOf(' ')).replace(/\*$/u, '')),
);

function read(kind: 'annotations' | 'annotationsDerived', language: string): Record<string, Annotation> {
  const file = join(folder, kind, language, 'annotations.json');
  if (!existsSync(file)) throw new Error(`${file} is missing`);
  const content = JSON.parse(readFileSync(file, 'utf8')) as Record<
    string,
    { annotations: Record<string, Annotation> }
  >;
  return content[kind]?.annotations ?? {};
}

mkdirSync(target, { recursive: true });
for (const language of LANGUAGES) {
  const known = { ...read('annotationsDerived', language), ...read('annotations', language) };
  const lines = emoji.flatMap((each) => {
    // CLDR leaves the variation selectors out.
    const { tts: [name] = [], default: words = [] } = known[each.replaceAll('\ufe0f', '')] ?? {};
    if (name === undefined) return [];
    const others = words.filter((word) => !name.includes(word)).slice(0, MOST_WORDS);
    return [`${each} ${[name, ...others].map((text) => text.replace(/[|\n]/gu, ' ')).join('|')}`];
  });
  const file = { license: 'Unicode-3.0, © Unicode, Inc.', names: lines.join('\n') };
  writeFileSync(new URL(`${language}.json`, target), `${JSON.stringify(file, undefined, 2)}\n`);
}
