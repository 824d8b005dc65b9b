/**
 * How often a random or repeating test tries. `npm run check` tries often enough to see what usually breaks; `npm test`
 * sets WAXWING_RUNS=full and gets every number in full; WAXWING_RUNS=N looks long for one fault in one file.
 */
export function runs(daily: number, full: number): number {
  const wanted = process.env['WAXWING_RUNS'];
  if (wanted === undefined || wanted === '') return daily;
  if (wanted === 'full') return full;
  const count = Number(wanted);
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`WAXWING_RUNS is no number: ${wanted}`);
  return count;
}
