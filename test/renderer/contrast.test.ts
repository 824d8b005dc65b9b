import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hueOf } from '../../renderer/lib/colour.ts';
import { must } from './must.ts';

const css = readFileSync(join(import.meta.dirname, '../../renderer/style/tokens.css'), 'utf8');
type Rgb = readonly [number, number, number];

/** The first definition of each token, as [light, dark]. */
const tokens = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);/gu)]
    .reverse() // later definitions are for `prefers-contrast: more`; the first one wins
    .map(([, name = '', light = '', dark = '']) => [name, [hex(light), hex(dark)]] as const),
);

function hex(text: string): Rgb {
  const value = Number.parseInt(text.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

/** WCAG 2.2, relative luminance and contrast ratio. */
function luminance(rgb: Rgb): number {
  const [r, g, b] = rgb.map((c) =>
    c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4,
  ) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: Rgb, b: Rgb): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** CSS Color 4, oklch to sRGB, clipped. */
function oklch(lightness: number, chroma: number, hue: number): Rgb {
  const [a, b] = [chroma * Math.cos((hue * Math.PI) / 180), chroma * Math.sin((hue * Math.PI) / 180)];
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((c) => {
    const clipped = Math.min(1, Math.max(0, c));
    return clipped <= 0.0031308 ? clipped * 12.92 : 1.055 * clipped ** (1 / 2.4) - 0.055;
  }) as unknown as Rgb;
}

const grounds = ['rail', 'surface', 'paper', 'raised', 'sunken', 'hover', 'selected'];
const text: readonly (readonly [string, string])[] = [
  ...grounds.flatMap((ground) => [['ink', ground] as const, ['ink-soft', ground] as const]),
  ...['surface', 'paper', 'raised', 'sunken'].map((ground) => ['ink-faint', ground] as const),
  ...['leaf-text', 'amber-text', 'wax-text'].map((ink) => [ink, 'sunken'] as const),
  ['mine-ink', 'mine'],
  ['mine-soft', 'mine'],
  ['ink', 'theirs'],
  ['ink-soft', 'theirs'],
  ['on-wax', 'wax'],
  ['on-wax', 'wax-hover'],
  ['on-leaf', 'leaf-text'],
  ...['surface', 'paper', 'raised', 'wax-ground', 'hover', 'selected'].map(
    (ground) => ['wax-text', ground] as const,
  ),
  ...['surface', 'paper', 'raised', 'amber-ground', 'selected', 'hover'].map(
    (ground) => ['amber-text', ground] as const,
  ),
  ...['surface', 'paper', 'raised', 'leaf-ground', 'selected', 'hover'].map(
    (ground) => ['leaf-text', ground] as const,
  ),
  ['ink', 'amber-ground'],
  ['ink-soft', 'amber-ground'],
  ['link', 'raised'],
  ['link', 'paper'],
];
/** Lines of controls, focus rings and marks: WCAG 1.4.11 asks for 3:1. */
const marks: readonly (readonly [string, string])[] = [
  ...['surface', 'paper', 'raised', 'rail'].map((ground) => ['focus', ground] as const),
  ...['surface', 'paper', 'raised'].map((ground) => ['line-strong', ground] as const),
  ...['surface', 'paper', 'rail', 'selected', 'hover'].map((ground) => ['leaf', ground] as const),
  ['wax', 'surface'],
];

const ratio = (ink: string, ground: string, theme: 0 | 1): number => {
  const [a, b] = [tokens.get(ink)?.[theme], tokens.get(ground)?.[theme]];
  if (a === undefined || b === undefined) throw new Error(`no such token: ${a === undefined ? ink : ground}`);
  return contrast(a, b);
};

it('measures as WCAG does', () => {
  expect(contrast([0, 0, 0], [1, 1, 1])).toBeCloseTo(21);
  expect(contrast(hex('#767676'), hex('#ffffff'))).toBeCloseTo(4.54, 1);
  expect(oklch(1, 0, 0).every((c) => Math.abs(c - 1) < 0.001)).toBe(true);
});

it.each(['light', 'dark'])('text can be read in the %s theme', (theme) => {
  const poor = text
    .map(([ink, ground]) => [`${ink} on ${ground}`, ratio(ink, ground, theme === 'light' ? 0 : 1)] as const)
    .filter(([, value]) => value < 4.5);
  expect(poor).toEqual([]);
});

it.each(['light', 'dark'])('marks can be seen in the %s theme', (theme) => {
  const poor = marks
    .map(([ink, ground]) => [`${ink} on ${ground}`, ratio(ink, ground, theme === 'light' ? 0 : 1)] as const)
    .filter(([, value]) => value < 3);
  expect(poor).toEqual([]);
});

it('initials can be read on every colour an address can have', () => {
  const avatar = readFileSync(join(import.meta.dirname, '../../renderer/parts/Avatar.svelte'), 'utf8');
  const pairs = [
    ...avatar.matchAll(/light-dark\(oklch\(([\d.]+) ([\d.]+) var\(--hue\)\), oklch\(([\d.]+) ([\d.]+)/gu),
  ].map((match) => match.slice(1).map(Number));
  const [ground, ink] = pairs as [number[], number[]];
  for (let hue = 0; hue < 360; hue++) {
    for (const at of [0, 2]) {
      const value = contrast(
        oklch(must(ground[at]), must(ground[at + 1]), hue),
        oklch(must(ink[at]), must(ink[at + 1]), hue),
      );
      expect(value, `hue ${hue}`).toBeGreaterThanOrEqual(4.5);
    }
  }
});

it('names of authors can be read in every colour', () => {
  const bubble = readFileSync(
    join(import.meta.dirname, '../../renderer/views/chat/MessageBubble.svelte'),
    'utf8',
  );
  const found = /light-dark\(oklch\(([\d.]+) ([\d.]+) var\(--hue\)\), oklch\(([\d.]+) ([\d.]+)/u.exec(bubble);
  const ink = (found ?? []).slice(1).map(Number);
  for (const ground of ['theirs', 'amber-ground', 'surface']) {
    for (const theme of [0, 1] as const) {
      for (let hue = 0; hue < 360; hue++) {
        const colour = oklch(must(ink[theme * 2]), must(ink[theme * 2 + 1]), hue);
        const value = contrast(colour, must(must(tokens.get(ground))[theme]));
        expect(value, `hue ${hue} on ${ground}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  }
});

/** XEP-0392 §12.1 (version 1.0.0) gives these angles. */
it.each([
  ['Romeo', 327.255249],
  ['juliet@capulet.lit', 209.4104],
  ['😺', 331.199341],
  ['council', 359.994507],
])('gives %s the hue of XEP-0392', (name, angle) => {
  expect(hueOf(name)).toBe(Math.floor(angle));
});
