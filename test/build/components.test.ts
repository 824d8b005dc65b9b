/** What svelte-check reports, as the check of components reads it; that it finds what is wrong is seen on a real one. */
import { describe, expect, it } from 'vitest';
import { readReport } from '../../build/components.ts';

const finding = (filename: string, type = 'ERROR'): string =>
  `1795329627516 ${JSON.stringify({ type, filename, start: { line: 74, character: 13 }, end: {}, message: 'No.' })}`;
const START = '1795329627515 START "/somewhere"';
const END = '1795329627517 COMPLETED 224 FILES 1 ERRORS 0 WARNINGS 1 FILES_WITH_PROBLEMS';

describe('a report of svelte-check', () => {
  it('is clean when it ended and found nothing', () => {
    expect(readReport([START, END].join('\n'))).toEqual([]);
  });

  it('tells errors and warnings alike, with their places as people count', () => {
    const report = [START, finding('renderer/App.svelte'), finding('shared/jid.ts', 'WARNING'), END];
    expect(readReport(report.join('\n'))).toEqual([
      'renderer/App.svelte:75:14 error: No.',
      'shared/jid.ts:75:14 warning: No.',
    ]);
  });

  it('leaves out what is found inside of libraries, wherever they lie, and nothing that is called alike', () => {
    const theirs = ['node_modules/virtua/VList.svelte', '../../x/node_modules/virtua/VList.svelte'];
    const report = [START, ...theirs.map((name) => finding(name)), finding('renderer/node_modules.ts'), END];
    expect(readReport(report.join('\n'))).toEqual(['renderer/node_modules.ts:75:14 error: No.']);
  });

  it('that breaks off is no clean one', () => {
    expect(readReport([START, finding('renderer/App.svelte')].join('\n'))).toBeUndefined();
    expect(readReport('Error: svelte-check requires TypeScript 7')).toBeUndefined();
  });
});
