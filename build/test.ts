/**
 * `npm test`: every functional test, on real servers and in the real window. A part alone, optionally only the
 * files whose path contains a word: `npm test -- unit omemo`, `npm test -- live`, `npm test -- e2e journey`.
 */
import { startDisplay } from '../test/support/display.ts';
import { startSession } from '../test/support/keyring.ts';
import { bundle } from './bundle.ts';
import { findElectron } from './electron.ts';
import { conclude, type Outcome } from './outcome.ts';
import { machineSwitches } from './sandbox.ts';
import { liveOverWays, runSteps, shortRuns, staticChecks, tests, type Step } from './steps.ts';
import { ensureSystem } from './system.ts';

const projects = { unit: ['unit', 'renderer'], live: ['live'], e2e: ['e2e'] };
type Part = keyof typeof projects;
const isPart = (word: string | undefined): word is Part =>
  word !== undefined && Object.hasOwn(projects, word);

/** Finds or fetches everything the tests run on and puts it into the environment, which they inherit. */
async function prepare(): Promise<() => Promise<void>> {
  const electron = await findElectron();
  await ensureSystem(
    ['window', 'display', 'session', 'keyring', 'server', 'second-server', 'relay', 'peer', 'oracle'],
    {
      electron: electron.executable,
    },
  );
  machineSwitches(electron, console.log);
  await bundle();
  const display = await startDisplay();
  const session = await startSession();
  Object.assign(process.env, session.env, {
    ELECTRON_OVERRIDE_DIST_PATH: electron.folder,
    DISPLAY: display.name,
  });
  return async () => {
    await session.stop();
    await display.stop();
  };
}

async function main([part, ...filters]: string[]): Promise<Outcome[]> {
  if (part !== undefined && !isPart(part)) {
    throw new Error(`Unknown part ${part}: choose one of ${Object.keys(projects).join(', ')}.`);
  }
  // Here every repeating test gets its full number of runs: `npm run check` tries less often.
  const env = (): NodeJS.ProcessEnv => ({ WAXWING_RUNS: 'full', ...process.env });
  const step = (name: Part): Step => tests(name, projects[name], { filters, show: true, env: env() });
  if (part === 'unit') return runSteps([step(part)], 1);
  const finish = await prepare();
  try {
    if (part !== undefined) return await runSteps([step(part)], 1);
    const quick = await runSteps(staticChecks(true), 2);
    const slow = [step('unit'), step('live'), ...liveOverWays(env()), step('e2e'), ...shortRuns()];
    return [...quick, ...(await runSteps(slow, 1))];
  } finally {
    await finish();
  }
}

try {
  conclude(await main(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
