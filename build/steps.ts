/** The steps that `check` and `test` are made of: static checks, Vitest projects, short runs of longer tests. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readReport, tell, type Outcome, type VitestReport } from './outcome.ts';
import { root } from './places.ts';
import { run } from './processes.ts';

export type Step = () => Promise<Outcome>;

const MINUTE = 60_000;
const modules = join(root, 'node_modules');

/** A step that counts as one: it passes when the script ends with 0. */
function script(name: string, path: string, args: readonly string[] = [], env?: NodeJS.ProcessEnv): Step {
  return async () => {
    const limit = 10 * MINUTE;
    const { code, output, milliseconds } = await run(process.execPath, [path, ...args], {
      limit,
      env: { ...process.env, ...env },
    });
    const isOk = code === 0;
    return { name, passed: isOk ? 1 : 0, skipped: 0, failures: isOk ? [] : [name], milliseconds, output };
  };
}

/** Ours, run by the Node that runs this. */
const ours = (name: string): string => join(root, 'build', name);

/**
 * The static checks, longest first, so that two lanes end together.
 * @param isFresh looks at everything anew. Otherwise those that take long remember what they found in order, by the
 * content of the file, of all that the file means, and of the tools: what is remembered can be no other than what would
 * be found.
 */
export function staticChecks(isFresh = false): readonly Step[] {
  const remembering = isFresh ? [] : ['--remember'];
  return [
    script('components: lint', ours('lint.ts'), remembering),
    script('components: types', ours('components.ts'), remembering),
    // One thread, in Rust and in Go: with several, what a type is inferred to be depends on which file came first.
    script('types and lint', join(modules, 'oxlint/bin/oxlint'), ['--threads=1'], { GOMAXPROCS: '1' }),
    script('format', ours('format.ts'), ['--check']),
  ];
}

export interface TestOptions {
  /** Parts of file paths; none means all. */
  readonly filters?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Passes Vitest's own report through while it runs. */
  readonly show?: boolean;
  /** Milliseconds after which the whole step has failed. */
  readonly limit?: number;
}

/** Runs Vitest projects and counts their tests. */
export function tests(name: string, projects: readonly string[], options: TestOptions = {}): Step {
  const { filters = [], env = process.env, show = false, limit = 40 * MINUTE } = options;
  return async () => {
    const reportFile = join(root, 'test-results', `${name}.json`);
    await mkdir(join(root, 'test-results'), { recursive: true });
    await rm(reportFile, { force: true });
    const args = [
      ...['run', '--config', 'build/vitest.config.ts'],
      ...projects.flatMap((project) => ['--project', project]),
      ...['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
      ...filters,
    ];
    const vitest = join(modules, 'vitest/vitest.mjs');
    const { code, output, milliseconds } = await run(process.execPath, [vitest, ...args], {
      show,
      limit,
      env: { ...env, FORCE_COLOR: '0' },
    });
    const report = existsSync(reportFile)
      ? (JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport)
      : undefined;
    return { name, milliseconds, output, ...readReport(report, root, code) };
  };
}

/** Files of live tests in which accounts do a bit of everything, and that do not take long. */
const representative = ['chat', 'read', 'disco'].map((name) => `test/live/${name}.test.ts`);

/** Those over every way to a server but the usual one, which the whole of the live tests take. */
export function liveOverWays(env: NodeJS.ProcessEnv): Step[] {
  return ['direct', 'socks5', 'websocket', 'bosh'].map((way) =>
    tests(`live-${way}`, ['live'], {
      filters: representative,
      show: true,
      env: { ...env, WAXWING_WAY: way },
    }),
  );
}

/** The tests that have a command of their own, those that exist: here each in a short run with a fixed seed. */
export function shortRuns(): Step[] {
  return ['fuzz', 'soak', 'bench', 'chaos']
    .map((name) => ({ name, path: join(root, 'test', name, 'run.ts') }))
    .filter(({ path }) => existsSync(path))
    .map(({ name, path }) => script(name, path, ['--short']));
}

/** Runs steps in lanes side by side, in order within reason, and tells of each when it is over. */
export async function runSteps(steps: readonly Step[], lanes: number): Promise<Outcome[]> {
  const waiting = [...steps];
  const outcomes: Outcome[] = [];
  const lane = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const outcome = await step();
      tell(outcome);
      outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return outcomes;
}
