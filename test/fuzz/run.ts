/**
 * `npm run fuzz`: random damage to the bytes of recorded sessions. Whatever arrives, a connection yields elements or one
 * named violation, within 50 ms, and never grows; every hundredth case goes to expat, too. `--runs=N --seed=N`;
 * `--case=N` repeats one case of a seed; `--short` is a seeded few. `npm run fuzz -- stanzas` damages what reaches the
 * engine, `npm run fuzz -- guards` takes the guards of the transport away one by one.
 */
import { fuzzBytes } from './bytes.ts';
import { tryWithoutGuards } from './guards.ts';
import { fuzzStanzas } from './stanzas.ts';

const words = process.argv.slice(2);
const number = (name: string): number | undefined => {
  const text = words.find((word) => word.startsWith(`--${name}=`))?.split('=')[1];
  return text === undefined ? undefined : Number(text);
};
const isShort = words.includes('--short');
const seed = number('seed') ?? (isShort ? 20_261_121 : Date.now() % 2 ** 31);
const only = number('case');

if (words.includes('guards')) process.exit(tryWithoutGuards() === 0 ? 0 : 1);
const runs = number('runs');
if (words.includes('stanzas')) await fuzzStanzas({ seed, runs: runs ?? 100_000 });
else {
  await fuzzBytes({ seed, runs: runs ?? (isShort ? 4_000 : 1_000_000), ...(only !== undefined && { only }) });
  if (isShort) await fuzzStanzas({ seed, runs: 400 });
}
process.exit();
