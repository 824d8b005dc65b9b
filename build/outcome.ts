/** What a step of the checks found, and how a run of several ends: one line each, a summary, an exit code. */

export interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly skipped: number;
  /** Names of what failed. */
  readonly failures: readonly string[];
  readonly milliseconds: number;
  /** Shown when something failed; empty when it was shown already. */
  readonly output: string;
}

/** The parts of Vitest's JSON report that are read here. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/**
 * Reads a report. A file that did not load counts as one failure, and so does a run that ended badly although
 * every test passed (an unhandled error) or in which no test ran.
 */
export function readReport(
  report: VitestReport | undefined,
  root: string,
  exitCode: number,
): Pick<Outcome, 'passed' | 'skipped' | 'failures'> {
  if (report === undefined) return { passed: 0, skipped: 0, failures: ['the test run left no report'] };
  const failures = report.testResults.flatMap(({ name, status, assertionResults }) => {
    const file = name.startsWith(root) ? name.slice(root.length + 1) : name;
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (status === 'failed' && failed.length === 0) return [`${file} (the file itself)`];
    return failed.map((test) => `${file} › ${test.fullName.trim()}`);
  });
  const { numPassedTests: passed, numPendingTests: pending, numTodoTests: todo } = report;
  if (failures.length === 0 && passed === 0) failures.push('no test ran');
  else if (failures.length === 0 && exitCode !== 0)
    failures.push(`exit code ${exitCode} although no test failed`);
  return { passed, skipped: pending + todo, failures };
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`;

/** One line for a step, and its output where that explains a failure. */
export function tell(outcome: Outcome): void {
  const verdict = outcome.failures.length === 0 ? 'ok' : 'FAILED';
  if (outcome.failures.length > 0 && outcome.output !== '') console.log(outcome.output.trimEnd());
  console.log(`${outcome.name.padEnd(12)} ${verdict.padEnd(7)} ${seconds(outcome.milliseconds)}`);
}

/** What was skipped, if anything was, and below it always `N passed, N failed`. */
export function countLines(outcomes: readonly Outcome[]): string {
  const sum = (count: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + count(outcome), 0);
  const skipped = sum((outcome) => outcome.skipped);
  const line = `${sum((outcome) => outcome.passed)} passed, ${sum((outcome) => outcome.failures.length)} failed`;
  return skipped === 0 ? line : `${skipped} skipped\n${line}`;
}

/** Lines of a failed step that are shown again at the end, where a long log is read first. */
const LAST_LINES = 40;

/** Prints the failures, by name and with the end of what they printed, the counts as the last line; sets the exit code. */
export function conclude(outcomes: readonly Outcome[]): void {
  for (const { name, output, failures } of outcomes) {
    if (failures.length === 0 || output === '') continue;
    console.log(`\n${name}:\n${output.trimEnd().split('\n').slice(-LAST_LINES).join('\n')}`);
  }
  const failures = outcomes.flatMap(({ name, failures: names }) => names.map((each) => `${name}: ${each}`));
  if (failures.length > 0) console.log(`\nFailed:\n  ${failures.join('\n  ')}`);
  console.log(countLines(outcomes));
  process.exitCode = failures.length === 0 ? 0 : 1;
}
