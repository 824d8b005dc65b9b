import { expect, test } from 'vitest';
import { countLines, readReport, type Outcome, type VitestReport } from '../../build/outcome.ts';

const report = (...testResults: VitestReport['testResults'][number][]): VitestReport => ({
  numPassedTests: testResults
    .flatMap((file) => file.assertionResults)
    .filter((each) => each.status === 'passed').length,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults,
});
const passing = { fullName: 'adds', status: 'passed' };

test('failures are named by file and test', () => {
  const file = {
    name: '/home/p/test/a.test.ts',
    status: 'failed',
    assertionResults: [passing, { fullName: 'subtracts', status: 'failed' }],
  };
  expect(readReport(report(file), '/home/p', 1)).toEqual({
    passed: 1,
    skipped: 0,
    failures: ['test/a.test.ts › subtracts'],
  });
});

test.each([
  ['a file that does not load', report({ name: '/p/a.test.ts', status: 'failed', assertionResults: [] }), 1],
  ['an unhandled error', report({ name: '/p/a.test.ts', status: 'passed', assertionResults: [passing] }), 1],
  ['a run without a test', report(), 0],
  ['a run that left no report', undefined, 0],
])('%s is a failure', (_, found, exitCode) => {
  expect(readReport(found, '/p', exitCode).failures).toHaveLength(1);
});

test('the last line counts everything', () => {
  const outcome = (passed: number, skipped: number, ...failures: string[]): Outcome => ({
    name: 'unit',
    passed,
    skipped,
    failures,
    milliseconds: 1,
    output: '',
  });
  expect(countLines([outcome(3, 0), outcome(1, 0, 'x')])).toBe('4 passed, 1 failed');
  expect(countLines([outcome(3, 2)])).toBe('2 skipped\n3 passed, 0 failed');
});
