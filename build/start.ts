/** `npm start`: opens Waxwing with the person's own profile. Arguments after `--` go to the program. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { bundle } from './bundle.ts';
import { findElectron } from './electron.ts';
import { root } from './places.ts';
import { machineSwitches } from './sandbox.ts';
import { ensureSystem } from './system.ts';

try {
  const electron = await findElectron();
  await ensureSystem(['window'], { electron: electron.executable });
  await bundle();
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env; // set by some editors' terminals
  const args = [...machineSwitches(electron, console.log), root, ...process.argv.slice(2)];
  const child = spawn(electron.executable, args, { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : (code ?? 1)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
