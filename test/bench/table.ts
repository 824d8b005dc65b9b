/** The figures of a benchmark run: measured side by side with a floor, shown as ratios, because machines differ. */

export interface Sample {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly ours: Sample;
  /** What the same machine does at best, or what others do, measured in the same run. */
  readonly floor?: { readonly name: string; readonly sample: Sample };
}

export function sampleOf(values: readonly number[]): Sample {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
}

/** Ours to the floor; above 1 is more than the floor, whichever way is better for the unit. */
export function ratioOf({ ours, floor }: Row): number | undefined {
  return floor === undefined ? undefined : ours.median / floor.sample.median;
}

const round = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

const spread = ({ median, min, max }: Sample): string => `${round(median)} (${round(min)}–${round(max)})`;

/** A Markdown table: median (min–max), and the ratio of the medians. */
export function format(rows: readonly Row[]): string {
  const lines = rows.map((row) => {
    const ratio = ratioOf(row);
    const cells = [
      row.name,
      row.unit,
      spread(row.ours),
      row.floor === undefined ? '' : `${row.floor.name}: ${spread(row.floor.sample)}`,
      ratio === undefined ? '' : `${round(ratio)} ×`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return ['| What | Unit | Waxwing | Beside it | Ratio |', '|---|---|---|---|---|', ...lines].join('\n');
}
